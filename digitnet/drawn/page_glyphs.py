"""Glyphs of a written page, of unit height: strokes of a pen, or pictures.

Strokes are written once in a process, by many hands, and drawn anew wherever they stand.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from digitnet.drawn.allographs import ALLOGRAPHS, hand_of
from digitnet.drawn.glyphs import Glyph, Table
from digitnet.drawn.strokes import Hand, write

HANDS_EACH = 96  # writings of every allograph


class Strokes(NamedTuple):
    """Points `(M, 2)` in heights, the pen's relative width `(M,)`, pen_down `(M - 1,)`."""

    points: np.ndarray
    pressure: np.ndarray
    pen_down: np.ndarray

    @property
    def width(self) -> float:
        """Of the glyph, in its heights."""
        return float(self.points[:, 0].max())


class Picture(NamedTuple):
    """ink: uint8 [H, W]. unit: pixels of one height. top: row of the top of capitals."""

    ink: np.ndarray
    unit: float
    top: float = 0.0

    @property
    def width(self) -> float:
        """Of the glyph, in its heights."""
        return float(self.ink.shape[1] / self.unit)


AnyGlyph = Strokes | Picture


def hand_digit(digit: int, random: np.random.Generator) -> Strokes:
    """A digit of any allograph, by any hand."""
    shares = _shares(digit)
    number = int(np.searchsorted(shares, random.random() * shares[-1]))
    shape = ALLOGRAPHS[digit][number][1]
    return _pick(shape, hand_of(digit), (digit, number), random)


def hand_glyph(table: Table, name: int, random: np.random.Generator) -> Strokes:
    """A glyph of a table, drawn by its shares; `name` tells the tables apart."""
    shares = np.cumsum([share for share, _ in table])
    number = int(np.searchsorted(shares, random.random() * shares[-1]))
    return _pick(table[number][1], LETTER_HAND, (name, number), random)


LETTER_HAND = Hand(slant=(0.04, 0.13), stretch=0.16, jitter=0.025)


@cache
def _shares(digit: int) -> np.ndarray:
    # People write a flagged 1 and a crossed 7 oftener than MNIST's Americans do.
    return np.cumsum([share**0.6 for share, _ in ALLOGRAPHS[digit]])


def _pick(shape: Glyph, hand: Hand, name: tuple[int, int], random: np.random.Generator) -> Strokes:
    points, pressure, pen_down = _writings(_Key(shape, hand, name))
    number = int(random.integers(HANDS_EACH))
    return Strokes(points[number], pressure[number], pen_down)


class _Key:
    """A glyph and its hand, told from others by name."""

    def __init__(self, shape: Glyph, hand: Hand, name: tuple[int, int]) -> None:
        self.shape, self.hand, self.name = shape, hand, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def _writings(key: _Key) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = key.shape
    random = np.random.default_rng((key.name[0], key.name[1], 17))
    hand = key.hand._replace(pen=(0.1, 0.1001), break_share=0.0)
    points, radii, _ = write(shape, HANDS_EACH, random, 100.0, hand)
    meant = shape.curve @ shape.controls
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    size = np.ptp(meant, axis=0).max() / (high - low).max(axis=2, keepdims=True)
    middle = (meant[:, 1].min() + meant[:, 1].max()) / 2
    points = (points - (low + high) / 2) * size
    points[:, :, 1] += middle
    points[:, :, 0] -= points[:, :, 0].min(axis=1, keepdims=True)
    if 0 <= key.name[0] <= 9:  # a digit's height is its own ink's
        top = points[:, :, 1].min(axis=1)[:, None]
        tall = np.ptp(points[:, :, 1], axis=1)[:, None]
        points[:, :, 1] -= top
        points /= tall[:, :, None]
    return points.astype(np.float32), radii / radii.mean(axis=1, keepdims=True), shape.pen_down
