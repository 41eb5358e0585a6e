"""Glyphs drawn where they stand on a page, seen from anywhere, and the box of what is visible.

A sheet of paper has coordinates of its own; a homography takes them to the page's pixels. Strokes
are taken there point by point and drawn at their final size, so edges are sharp and boxes tight.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digitnet.drawn.page_glyphs import AnyGlyph, Picture, Strokes

BACKGROUND = -1
MARK = -2  # background too, but only between digits: alone it may be one
SHIFT = 3  # bits of a pixel's fraction, of OpenCV's coordinates


class Item(NamedTuple):
    """A glyph on a sheet.

    digit: 0..9, BACKGROUND or MARK. x, y: of its upper left corner, on the sheet. height:
    of its capitals, there. slant: shear. turn: radians. pen: width in the sheet's coordinates, of
    strokes only. printed: whether in the print's ink, not in the pen's. fade: the least strength
    within a stroke. core: strength in the middle of a stroke, below 1 for double lines.
    """

    digit: int
    glyph: AnyGlyph
    x: float
    y: float
    height: float
    pen: float = 2.0
    slant: float = 0.0
    turn: float = 0.0
    printed: bool = False
    fade: float = 1.0
    core: float = 1.0


class Stamp(NamedTuple):
    """ink: uint8 [h, w], at (left, top) of the page, which it may overhang."""

    ink: np.ndarray
    left: int
    top: int


def matrix_of(item: Item) -> np.ndarray:
    """float64 [3, 3]: from the glyph's unit height to the sheet; turned about its own middle."""
    width = item.glyph.width
    cosine, sine = np.cos(item.turn), np.sin(item.turn)
    lean = np.array([[1, -item.slant, item.slant / 2], [0, 1, 0], [0, 0, 1]])
    centre = np.array([[1, 0, -width / 2], [0, 1, -0.5], [0, 0, 1]])
    turn = np.array([[cosine, -sine, width / 2], [sine, cosine, 0.5], [0, 0, 1]])
    size = np.array([[item.height, 0, item.x], [0, item.height, item.y], [0, 0, 1]])
    return size @ turn @ centre @ lean


def stamp_of(
    item: Item, to_page: np.ndarray, shape: tuple[int, int], random: np.random.Generator
) -> Stamp | None:
    """The item's ink, whole even where it overhangs the page; None where it is far outside."""
    matrix = to_page @ matrix_of(item)
    if isinstance(item.glyph, Picture):
        return _warped(item.glyph, matrix, shape)
    return _written(item, item.glyph, matrix, to_page, shape, random)


def _written(
    item: Item,
    strokes: Strokes,
    matrix: np.ndarray,
    to_page: np.ndarray,
    shape: tuple[int, int],
    random: np.random.Generator,
) -> Stamp | None:
    points = _moved(strokes.points, matrix)
    pen = max(0.8, item.pen * _scale_at(to_page, item.x, item.y))
    window = _window(points, pen * 0.75 + 2, shape)
    if window is None:
        return None
    left, top, width, height = window
    fine = int(np.clip(np.ceil(5 / pen), 2, 4)) if max(width, height) < 400 else 2
    canvas = np.zeros((height * fine, width * fine), np.uint8)
    # OpenCV's pixel centres are whole numbers.
    at = np.round(((points - (left, top)) * fine - 0.5) * (1 << SHIFT)).astype(int).tolist()
    thick = np.maximum(1, np.round(pen * fine * strokes.pressure)).astype(int).tolist()
    strength = _strengths(len(at), item.fade, random)
    for core, level in ((1.0, 1.0), (0.5, item.core)):
        if core < 1 and level >= 1:
            break
        for i in np.flatnonzero(strokes.pen_down).tolist():
            cv2.line(
                canvas,
                at[i],
                at[i + 1],
                level * strength[i],
                max(1, int(thick[i] * core)),
                cv2.LINE_8,
                SHIFT,
            )
    ink = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return Stamp(ink, left, top)


def _strengths(count: int, fade: float, random: np.random.Generator) -> list[float]:
    """How dark each piece of a stroke is, 0..255: ink that fades and comes back."""
    if fade >= 1:
        return [255.0] * count
    place = np.linspace(0, 1, count)
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * (place * random.uniform(0.3, 1.6) + random.random()))
    return (255 * (fade + (1 - fade) * wave)).tolist()


def _warped(picture: Picture, matrix: np.ndarray, shape: tuple[int, int]) -> Stamp | None:
    high, wide = picture.ink.shape
    own = np.diag([1 / picture.unit, 1 / picture.unit, 1.0])
    own[1, 2] = -picture.top / picture.unit
    matrix = matrix @ own
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    window = _window(_moved(corners, matrix), 1, shape)
    if window is None:
        return None
    left, top, width, height = window
    # A picture that shrinks is shrunk with area means first, or its thin lines break.
    shrink = min(1.0, max(width / wide, height / high) * 1.3)
    ink = picture.ink
    if shrink < 0.8:
        small = max(2, round(wide * shrink)), max(2, round(high * shrink))
        ink = cv2.resize(ink, small, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.diag([wide / small[0], high / small[1], 1.0])
    shift = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    ink = cv2.warpPerspective(ink, shift @ matrix, (width, height), flags=cv2.INTER_LINEAR)
    return Stamp(np.asarray(ink), left, top)


def _moved(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(moved[:, :2] / np.maximum(moved[:, 2:], 1e-3))


def _scale_at(to_page: np.ndarray, x: float, y: float) -> float:
    """Pixels of the page per unit of the sheet at a place."""
    places = np.array([(x, y), (x + 1, y), (x, y + 1)])
    origin, right, below = _moved(places, to_page)
    (a, b), (c, d) = right - origin, below - origin
    return float(np.sqrt(abs(a * d - b * c)))


def _window(
    points: np.ndarray, margin: float, shape: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    left, top = int(np.floor(low[0])), int(np.floor(low[1]))
    width, height = int(np.ceil(high[0])) - left, int(np.ceil(high[1])) - top
    outside = left >= shape[1] or top >= shape[0] or left + width <= 0 or top + height <= 0
    if outside or max(width, height) > 3 * max(shape):
        return None
    return left, top, width, height


def put(stamp: Stamp, coverage: np.ndarray, visible: np.ndarray | None) -> tuple[float, np.ndarray]:
    """Adds ink to a page's coverage uint8 [H, W], where `visible` [H, W] is.

    Returns:
        (the share of the ink that shows, the box x, y, width, height of that).
    """
    ink, left, top = stamp
    height, width = coverage.shape
    x, y = max(left, 0), max(top, 0)
    right, bottom = min(left + ink.shape[1], width), min(top + ink.shape[0], height)
    empty = np.zeros(4, np.float32)
    if right <= x or bottom <= y:
        return 0.0, empty
    part = ink[y - top : bottom - top, x - left : right - left]
    if visible is not None:
        part = part * visible[y:bottom, x:right]
    region = coverage[y:bottom, x:right]
    np.maximum(region, part, out=region)
    level = max(24, int(0.4 * ink.max()))
    inked = part >= level
    whole = np.count_nonzero(ink >= level)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not whole or not rows.size:
        return 0.0, empty
    box = (x + columns[0], y + rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
    return float(np.count_nonzero(inked) / whole), np.array(box, np.float32)
