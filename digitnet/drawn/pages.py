"""Pages with known truth: handwritten digits on every paper, in every light, and no digit at all.

The hands are those of `digitnet.drawn.allographs`, which the camera's network was trained on: these
scenes measure how digits are found, not how well handwriting is read.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digitnet.drawn import ink, signs
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.glyphs import choose
from digitnet.drawn.looks import EMPTY_PAGES, SCENES, Look
from digitnet.drawn.strokes import Hand, draw

__all__ = ["EMPTY_PAGES", "SCENES", "Scene", "draw_empty_page", "draw_scene"]

LOOSE = Hand(slant=(0.03, 0.12), stretch=0.2)


Box = tuple[int, int, int, int]  # x, y, width, height in pixels


class Scene(NamedTuple):
    """image: uint8 [height, width, 3] BGR. digits: list of int. boxes: list of (x, y, w, h)."""

    image: np.ndarray
    digits: list[int]
    boxes: list[Box]


def draw_scene(kind: str, seed: int) -> Scene:
    """The scene of a kind, one of `SCENES`, and seed."""
    look, random = SCENES[kind], np.random.default_rng((seed, list(SCENES).index(kind), 7))
    width, height = look.size
    paper = np.full((height, width), random.uniform(150, 235))
    for layer in look.layers:
        paper = layer(paper, random)
    coverage = np.zeros((height, width), np.float32)
    digits, boxes = _write(coverage, look, random)
    image = _ink_on_paper(paper, coverage, look, random)
    if look.tilt:
        image, boxes = _seen_from_aside(image, boxes, look.tilt, random)
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(*look.blur))
    image = image + random.normal(0, random.uniform(*look.noise), image.shape)
    image = np.clip(np.round(image), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(*look.quality))]
    image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return Scene(image, digits, boxes)


def draw_empty_page(kind: str, seed: int) -> np.ndarray:
    """uint8 [480, 640, 3], a page of a kind, one of `EMPTY_PAGES`, without any digit on it."""
    random = np.random.default_rng((seed, 5))
    light = ink.light_from_a_side((480, 640), 0.15, random)
    page = random.uniform(150, 235) * light
    for layer in EMPTY_PAGES[kind]:
        page = layer(page, random)
    page = page + random.normal(0, random.uniform(0.5, 4), page.shape)
    tint = random.uniform(0.9, 1.05, 3)
    return np.clip(page[:, :, None] * tint, 0, 255).astype(np.uint8)


def _write(
    coverage: np.ndarray, look: Look, random: np.random.Generator
) -> tuple[list[int], list[Box]]:
    """Writes rows of digits onto the coverage; returns (digits, boxes)."""
    height, width = coverage.shape
    size = random.uniform(*look.digit_height)
    pitch = size * random.uniform(*look.spacing)
    rows = int(random.integers(look.rows[0], look.rows[1] + 1))
    columns = int(random.integers(look.columns[0], look.columns[1] + 1))
    rows = max(1, min(rows, int((height - 20) / (1.45 * size))))
    columns = max(1, min(columns, int((width - 20) / pitch)))
    # Where the surface has a page's edge, writing stays in the middle.
    free_x, free_y = width - columns * pitch, height - rows * 1.45 * size
    left, top = random.uniform(0.3, 0.7) * free_x, random.uniform(0.35, 0.65) * free_y
    slope = random.uniform(-look.slope, look.slope)
    digits: list[int] = []
    boxes: list[Box] = []
    end = None
    pen = random.uniform(*look.pen)
    for row in range(rows):
        for column in range(columns):
            x = left + (column + 0.5) * pitch + random.normal(0, 0.02) * size
            y = top + (row + 0.5) * 1.45 * size + slope * (x - width / 2)
            y += random.normal(0, 0.03) * size
            other = bool(look.beside) and random.random() < 0.35
            digit, written = _glyph(look, random, size, pen, other)
            if not other and end is not None and random.random() < look.touching and column:
                x = end + written.shape[1] / 2 - 0.03 * size
            box = ink.place(coverage, written, x, y)
            end = None if other or box is None else box[0] + box[2]
            if digit is not None and box is not None:
                digits.append(digit)
                boxes.append(box)
    return digits, boxes


def _glyph(
    look: Look, random: np.random.Generator, size: float, pen: float, other: bool
) -> tuple[int | None, np.ndarray]:
    """Returns (digit or None, the glyph's coverage float32 0..1, cropped)."""
    digit = None if other else int(random.choice(list(look.digits)))
    side = int(np.clip(size / 0.75, 24, 128))
    if digit is None:
        shape, hand = choose(getattr(signs, look.beside.upper()), random), LOOSE
    else:
        shape, hand = choose_allograph(digit, random)
    hand = hand._replace(pen=(pen, pen * 1.05), break_share=look.broken)
    written = ink.cropped(draw(shape, 1, random, side, hand)[0])
    height = max(written.shape[0], 0.75 * side * 0.8) if other else written.shape[0]
    return digit, ink.scaled(written, min(size / height, 1.6 * size / max(written.shape)))


def _ink_on_paper(
    paper: np.ndarray, coverage: np.ndarray, look: Look, random: np.random.Generator
) -> np.ndarray:
    """Returns float [H, W, 3]: ink over paper, lit from one side."""
    light = ink.light_from_a_side(paper.shape, 0.12, random)
    contrast = random.uniform(*look.contrast)
    amount = coverage[:, :, None] * contrast
    if look.colours:
        pen, sheet = (np.array(c, float) for c in look.colours[random.integers(len(look.colours))])
        page = (paper / paper.mean())[:, :, None] * sheet
        return light[:, :, None] * (page * (1 - coverage[:, :, None]) + pen * coverage[:, :, None])
    page = paper[:, :, None] * random.uniform(0.9, 1.05, 3)
    if look.light_on_dark:
        return light[:, :, None] * (page * (1 - amount) + 235 * amount)
    tint = random.uniform(0, 0.25, 3)  # blue, black and red pens
    return light[:, :, None] * page * (1 - amount * (1 - tint))


def _seen_from_aside(
    image: np.ndarray, boxes: list[Box], tilt: float, random: np.random.Generator
) -> tuple[np.ndarray, list[Box]]:
    height, width = image.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + random.uniform(-tilt, tilt, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    seen = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    result = []
    for x, y, w, h in boxes:
        box = np.array([[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]], np.float32)
        left, top, wide, high = cv2.boundingRect(cv2.perspectiveTransform(box, matrix)[0])
        result.append((left, top, wide, high))
    return np.asarray(seen), result
