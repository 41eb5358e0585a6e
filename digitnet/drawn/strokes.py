"""Glyphs as pictures: written by a random hand with a random pen, and rendered.

Everything is vectorised over N writings of one glyph, so that a pool of many thousand pictures is a
matter of minutes.
"""

from typing import NamedTuple

import numpy as np

from digitnet.drawn.glyphs import Glyph


class Writing(NamedTuple):
    """N writings of a glyph: points `(N, M, 2)`, radii `(N, M)`, pen_down `(N, M - 1)`; pixels."""

    points: np.ndarray
    radii: np.ndarray
    pen_down: np.ndarray


class Hand(NamedTuple):
    """How freely a glyph is written; lengths as shares of the glyph's height.

    Attributes:
        jitter: Standard deviation of each control point.
        drift: Standard deviation of each stroke as a whole.
        slant: Mean and standard deviation of the horizontal shear.
        turn_degrees: Standard deviation of the rotation.
        stretch: Standard deviation of the logarithm of the width.
        pen: Least and greatest pen width.
        break_share: Share of the writings with gaps in their strokes.
    """

    jitter: float = 0.035
    drift: float = 0.025
    slant: tuple[float, float] = (0.08, 0.18)
    turn_degrees: float = 5.0
    stretch: float = 0.22
    pen: tuple[float, float] = (0.045, 0.23)
    break_share: float = 0.15


ORDINARY_HAND = Hand()


def draw(
    shape: Glyph,
    count: int,
    rng: np.random.Generator,
    side: int,
    hand: Hand = ORDINARY_HAND,
) -> np.ndarray:
    """Writes a glyph as `write` does and draws it as `render` does: `(count, side, side)`."""
    return render(write(shape, count, rng, side, hand), side)


def write(
    shape: Glyph,
    count: int,
    rng: np.random.Generator,
    side: float,
    hand: Hand = ORDINARY_HAND,
) -> Writing:
    """Writes a glyph `count` times by as many hands, each filling most of a side×side canvas.

    Args:
        shape: What is written.
        count: Writings.
        rng: NumPy's Generator: every choice of every hand.
        side: Side of the canvas in pixels.
        hand: How freely.
    """
    points = _free_curves(shape, count, rng, hand)
    height = rng.uniform(0.62, 0.88, (count, 1, 1)).astype(np.float32) * side
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    extent = (high - low).max(axis=2, keepdims=True) + 1e-6
    pen_low, pen_high = np.log(hand.pen)
    pen = np.exp(rng.uniform(pen_low, pen_high, (count, 1, 1))).astype(np.float32)
    # The pen is part of the height: a thick short stroke stays inside the canvas.
    points = (points - (low + high) / 2) / extent * height * (1 - pen) + side / 2
    radii = (pen * height / 2)[:, :, 0] * _pressure(points, rng)
    pen_down = np.repeat(shape.pen_down[None], count, axis=0)
    return Writing(points, np.maximum(radii, 0.35), _with_breaks(pen_down, rng, hand.break_share))


def render(writing: Writing, side: int) -> np.ndarray:
    """Draws writings as coverage, float32 `(N, side, side)`, 0 = background, 1 = ink.

    A pixel's coverage is the pen's radius less the distance of its centre to the stroke, plus one
    half, clipped: anti-aliasing one pixel wide.
    """
    points, radii, pen_down = writing
    grid = np.arange(side, dtype=np.float32) + 0.5
    cover = np.zeros((len(points), side, side), np.float32)
    for i in range(points.shape[1] - 1):
        if not pen_down[:, i].any():
            continue
        start, step = points[:, i], points[:, i + 1] - points[:, i]
        from_x = grid[None, None, :] - start[:, 0, None, None]  # N, 1, side
        from_y = grid[None, :, None] - start[:, 1, None, None]  # N, side, 1
        step_x, step_y = step[:, 0, None, None], step[:, 1, None, None]
        along = (from_x * step_x + from_y * step_y) / (step_x**2 + step_y**2 + 1e-6)
        np.clip(along, 0, 1, out=along)
        distance = np.sqrt((from_x - along * step_x) ** 2 + (from_y - along * step_y) ** 2)
        radius_step = (radii[:, i + 1] - radii[:, i])[:, None, None]
        reach = np.where(pen_down[:, i], radii[:, i] + 0.5, -1e3)[:, None, None]
        np.maximum(cover, reach + along * radius_step - distance, out=cover)
    return np.minimum(cover, 1, out=cover)


def _free_curves(shape: Glyph, count: int, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """The glyph's points with a hand's freedom, in units of the glyph: `(count, M, 2)`."""
    normal = rng.standard_normal
    freedom = rng.uniform(0.3, 1.5, (count, 1, 1))  # some write like print, some wildly
    strokes = shape.stroke.max() + 1
    drift = normal((count, strokes, 2))[:, shape.stroke] * hand.drift
    controls = shape.controls + freedom * (normal((count, len(shape.controls), 2)) * hand.jitter)
    controls = controls + freedom * drift
    points = np.einsum("mk,nkc->nmc", shape.curve, controls - controls.mean(axis=1, keepdims=True))
    # A slow wave bends the whole glyph.
    phase, pace = rng.uniform(0, 2 * np.pi, (count, 1, 2)), rng.uniform(1, 5, (count, 1, 2))
    points = points + freedom * 0.03 * np.sin(points[..., ::-1] * pace + phase)
    angle = np.radians(hand.turn_degrees) * normal(count)
    slant = np.clip(hand.slant[0] + hand.slant[1] * normal(count), -0.45, 0.7)
    width = np.exp(hand.stretch * np.clip(normal(count), -2, 1.7))
    x = points[..., 0] * width[:, None] - points[..., 1] * slant[:, None]
    y = points[..., 1]
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=-1).astype(np.float32)


def _pressure(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Relative radii `(N, M)`: slow changes, thin ends, and the slanted nib of a marker."""
    count, samples = points.shape[:2]
    place = np.linspace(0, 1, samples)[None]
    draws = rng.uniform(0, 1, (6, count, 1))
    slow = 1 + 0.25 * draws[0] * np.sin(2 * np.pi * (place * (0.5 + 2 * draws[1]) + draws[2]))
    direction = np.gradient(points, axis=1)
    angle = np.arctan2(direction[..., 1], direction[..., 0])
    nib = 1 + 0.45 * np.maximum(draws[3] - 0.6, 0) / 0.4 * np.cos(2 * (angle - np.pi * draws[4]))
    ends = np.where(draws[5] < 0.2, np.minimum(1, 0.35 + 6 * np.minimum(place, 1 - place)), 1)
    return (slow * nib * ends).astype(np.float32)


def _with_breaks(pen_down: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """Lifts the pen for a short way, once or a few times, in a share of the writings."""
    count, segments = pen_down.shape
    for _ in range(3):
        broken = rng.random(count) < share * 0.6
        first = rng.integers(2, max(3, segments - 3), count)
        length = rng.integers(1, 3, count)
        place = np.arange(segments)[None]
        gap = (place >= first[:, None]) & (place < (first + length)[:, None])
        pen_down = pen_down & ~(gap & broken[:, None])
    return pen_down
