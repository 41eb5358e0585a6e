"""What a camera finds on paper that is no digit: signs, scribbles, blobs, lines, noise, edges."""

import numpy as np

from digitnet.glyphs import SAMPLES, glyph
from digitnet.signs import LINES
from digitnet.strokes import Hand, Writing, render, write

_LOOSE = Hand(slant=(0.03, 0.12), stretch=0.25)
# Lines that a little more slant would turn into a 1.
_LEVEL = Hand(jitter=0.02, slant=(0.0, 0.06), turn_degrees=6, stretch=0.15)


def draw_glyphs(count: int, rng, side: int, table, hand=_LOOSE, group: int = 32) -> np.ndarray:
    """Draws glyphs of a table (`SIGNS`, `LINES`, `LETTERS`), each by hands of its own.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    shares = np.array([share for share, _ in table])
    pictures = []
    for start in range(0, count, group):
        shape = table[rng.choice(len(table), p=shares / shares.sum())][1]
        pictures.append(render(write(shape, min(group, count - start), rng, side, hand), side))
    return np.concatenate(pictures)


def draw_lines(count: int, rng, side: int) -> np.ndarray:
    """Dashes, grid corners and crossings, as `draw_glyphs` returns them."""
    return draw_glyphs(count, rng, side, LINES, _LEVEL)


def draw_scribbles(count: int, rng, side: int, group: int = 16) -> np.ndarray:
    """Strokes that wander at random: a few turns, or so many that they fill the box.

    Returns:
        float32 `(count, side, side)`, 0 = background, 1 = ink.
    """
    pictures = []
    for start in range(0, count, group):
        turns = int(rng.integers(9, 19))
        stroke = [tuple(point) for point in rng.uniform(0, 1, (turns, 2)).tolist()]
        size = min(group, count - start)
        pictures.append(render(write(glyph(stroke), size, rng, side, Hand(jitter=0.25)), side))
    return np.concatenate(pictures)


def draw_blobs(count: int, rng, side: int) -> np.ndarray:
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


def draw_noise(count: int, rng, side: int) -> np.ndarray:
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


def draw_edges(count: int, rng, side: int) -> np.ndarray:
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


def _is_wide(ink):
    return ink.any(axis=0).sum() >= ink.any(axis=1).sum()


def join_pairs(left: np.ndarray, right: np.ndarray, rng) -> np.ndarray:
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
