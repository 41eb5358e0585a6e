"""What a camera finds on paper that is no digit: signs, scribbles, blobs, lines, noise, edges.

What the finder delivers is one connected piece of ink, cut out at a share of its peak: textures
and stains are cut out likewise here.
"""

import cv2
import numpy as np

from digitnet.drawn.glyphs import SAMPLES, Table, choose, glyph
from digitnet.drawn.signs import LINES
from digitnet.drawn.strokes import Hand, Writing, draw, render

_LOOSE = Hand(slant=(0.03, 0.12), stretch=0.25)
# Lines that a little more slant would turn into a 1.
_LEVEL = Hand(jitter=0.02, slant=(0.0, 0.06), turn_degrees=6, stretch=0.15)


def draw_glyphs(
    count: int,
    rng: np.random.Generator,
    side: int,
    table: Table,
    hand: Hand = _LOOSE,
    group: int = 32,
) -> np.ndarray:
    """Draws glyphs of a table (`SIGNS`, `LINES`, `LETTERS`), each by hands of its own.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    pictures = []
    for start in range(0, count, group):
        shape = choose(table, rng)
        pictures.append(draw(shape, min(group, count - start), rng, side, hand))
    return np.concatenate(pictures)


def draw_lines(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Dashes, grid corners and crossings, as `draw_glyphs` returns them."""
    return draw_glyphs(count, rng, side, LINES, _LEVEL)


def draw_scribbles(count: int, rng: np.random.Generator, side: int, group: int = 16) -> np.ndarray:
    """Strokes that wander at random: a few turns, or so many that they fill the box.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    pictures = []
    for start in range(0, count, group):
        turns = int(rng.integers(9, 19))
        stroke = [tuple(point) for point in rng.uniform(0, 1, (turns, 2)).tolist()]
        size = min(group, count - start)
        pictures.append(draw(glyph(stroke), size, rng, side, Hand(jitter=0.25)))
    return np.concatenate(pictures)


def draw_blobs(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Dots, commas and spots: short strokes of a pen as thick as they are long.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    size = rng.uniform(0.05, 0.3, (count, 1)) * side
    bends = rng.uniform(-1, 1, (count, 5, 2)).cumsum(axis=1) * 0.35
    place = np.linspace(0, 4, SAMPLES)
    low = np.minimum(place.astype(int), 3)
    part = (place - low)[None, :, None]
    points = bends[:, low] * (1 - part) + bends[:, low + 1] * part
    points = (points - points.mean(axis=1, keepdims=True)) * size[:, :, None] + side / 2
    radii = size * rng.uniform(0.6, 1.2, (count, 1)) + np.zeros((1, SAMPLES))
    pen_down = np.ones((count, SAMPLES - 1), bool)
    blobs = Writing(points.astype(np.float32), radii.astype(np.float32), pen_down)
    return render(blobs, side)


def draw_spots(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Stains and shadows: soft spots and soft bars, darkest in the middle, without a pen's edge."""
    y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
    angle = rng.uniform(0, np.pi, (count, 1, 1))
    length = rng.uniform(0.1, 0.32, (count, 1, 1)) * side
    width = length * np.exp(rng.uniform(np.log(0.12), 0, (count, 1, 1)))
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    bend = rng.normal(0, 0.012, (count, 1, 1)) * along**2
    # From a bell to a steeper, flatter spot; a pen's stroke is flat across nearly all its width.
    steepness = rng.uniform(1, 1.8, (count, 1, 1))
    distance = np.sqrt((along / length) ** 2 + ((across - bend) / np.maximum(width, 1.5)) ** 2)
    return np.exp(-0.5 * distance ** (2 * steepness)).astype(np.float32)


def draw_discs(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Thick dots, nearly round, some with a pinhole: a division sign's, a full stop, a blot."""
    y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
    radius = rng.uniform(0.15, 0.42, (count, 1, 1)) * side
    flatness = rng.uniform(0.8, 1.25, (count, 1, 1))
    angle = np.arctan2(y, x)[None] + rng.uniform(0, 2 * np.pi, (count, 1, 1))
    lobes = rng.integers(2, 6, (count, 1, 1))
    edge = radius * (1 + rng.uniform(0, 0.1, (count, 1, 1)) * np.sin(lobes * angle))
    discs = np.clip(edge - np.hypot(x * flatness, y) + 0.5, 0, 1)
    hole_x, hole_y = rng.uniform(-0.35, 0.35, (2, count, 1, 1)) * radius
    hole = rng.uniform(0, 0.22, (count, 1, 1)) * radius * (rng.random((count, 1, 1)) < 0.4)
    return (discs * np.clip(np.hypot(x - hole_x, y - hole_y) - hole + 0.5, 0, 1)).astype(np.float32)


def draw_texture(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Cloth, wood and static: the piece in the middle of band-limited noise, cut at 42 %."""
    frequency_x = np.fft.rfftfreq(side)[None]
    frequency_y = np.fft.fftfreq(side)[:, None]
    pictures = np.zeros((count, side, side), np.float32)
    for picture in pictures:
        stretch = np.exp(rng.uniform(-1.2, 1.2))
        frequency = np.hypot(frequency_x * stretch, frequency_y / stretch)
        scale = np.exp(rng.uniform(np.log(0.03), np.log(0.16)))
        band = np.exp(-(((frequency - scale) / (scale * rng.uniform(0.3, 1))) ** 2))
        field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((side, side))) * band, (side, side))
        field = np.clip(field / field.std() - rng.uniform(0, 0.8), 0, None).astype(np.float32)
        labels, stats = cv2.connectedComponentsWithStats(
            (field > 0.42 * field.max()).astype(np.uint8), connectivity=8
        )[1:3]
        largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        picture[:] = np.clip(field / field.max() * rng.uniform(1, 1.8), 0, 1) * (labels == largest)
    return pictures


def cut_digits(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Digits of which a wrong cut, a page's edge or a grid line left the left or the right part.

    Only sides that are no digit by themselves are left: the right half of an 8 may be a 3, and
    that of a 4 a 1.

    Args:
        digits: float `(N, S, S)`; changed.
        labels: Integers `(N,)`, of `CUT_SIDES`.
        rng: Draws where each is cut: within 35 to 65 % of its width, and how slanted.
    """
    side = digits.shape[1]
    y, x = np.mgrid[:side, :side].astype(np.float32)
    for picture, label in zip(digits, labels, strict=True):
        inked = np.flatnonzero(picture.max(axis=0) > 0.3)
        if not inked.size:
            continue
        place = inked[0] + rng.uniform(0.35, 0.65) * (inked[-1] - inked[0])
        keeps_right = rng.choice(CUT_SIDES[int(label)])
        beyond = x - place - rng.uniform(-0.25, 0.25) * (y - side / 2) > 0
        picture[beyond != keeps_right] = 0
    return digits


# Which part of a cut digit is none: right, left or both (True is the right one).
CUT_SIDES = {0: (True, False), 2: (True, False), 4: (False,), 5: (True, False), 6: (True,)}


def draw_noise(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Paper grain and shadows taken for ink: smooth noise above a level.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    pictures = np.zeros((count, side, side), np.float32)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    for i in range(count):
        scale = np.exp(rng.uniform(np.log(0.02), np.log(0.25)))
        spectrum = np.fft.rfft2(rng.standard_normal((side, side)))
        field = np.fft.irfft2(spectrum * np.exp(-((frequency / scale) ** 2)), (side, side))
        field /= field.std() + 1e-9
        pictures[i] = np.clip((field - rng.uniform(0.2, 1.5)) * rng.uniform(0.5, 3), 0, 1)
    return pictures


def draw_edges(count: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """Edges of pages and shadows: half the picture is ink, to a line or to a wedge.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
    pictures = np.zeros((count, side, side), np.float32)
    for i in range(count):
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.35, 0.35) * side
        softness = rng.uniform(0.6, 8)
        side_of = np.clip((x * np.cos(angle) + y * np.sin(angle) - offset) / softness, 0, 1)
        if rng.random() < 0.5:
            angle += rng.uniform(0.4, 2.4)
            side_of = side_of * np.clip((x * np.cos(angle) + y * np.sin(angle)) / softness, 0, 1)
        # An upright wedge could be a thick 1.
        pictures[i] = side_of if _is_wide(side_of) else side_of.T
    return pictures


def _is_wide(ink: np.ndarray) -> bool:
    return ink.any(axis=0).sum() >= ink.any(axis=1).sum()


def join_pairs(left: np.ndarray, right: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits that touch or nearly touch, in one picture: `(N, S, S)` twice to `(N, S, S)`."""
    count, side = left.shape[:2]
    joined = np.zeros((count, 2 * side, 2 * side), np.float32)
    for i in range(count):
        ends = int(np.flatnonzero(left[i].max(axis=0) > 0.3).max(initial=side // 2)) + 1
        begins = int(np.flatnonzero(right[i].max(axis=0) > 0.3).min(initial=side // 2))
        at = max(0, ends + int(rng.integers(-3, 3)) - begins)  # column of the right picture
        rows = slice(side // 2, side // 2 + side)
        joined[i, rows, :side] = left[i]
        window = joined[i, rows, at : at + side]
        np.maximum(window, right[i, :, : window.shape[1]], out=window)
    return joined.reshape(count, side, 2, side, 2).mean(axis=(2, 4))
