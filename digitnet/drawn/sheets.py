"""Large sheets of chance, drawn once, of which pictures get windows of their own.

A window costs a copy of its pixels, whatever it took to draw the sheet, and a sheet has a million
of them, each in eight directions.
"""

import functools
from collections.abc import Callable

import cv2
import numpy as np

SIDE = 28  # of a window
SHEET = 1024  # pixels a side
STROKES = 2600  # on a sheet: two windows of three hold one to four of them
MARGIN = 64  # around a sheet, where strokes may begin


class Sheets:
    """Sheets by kind, each drawn when it is first asked for; the seed decides them all.

    - `white`: independent normal draws, mean 0, standard deviation 1;
    - `uniform`: independent draws from 0..1;
    - `fine`, `smooth`: normal draws that change over about one and four pixels, deviation 1;
    - `clouds`: soft shapes of several sizes, 0..1;
    - `blots`: 0 or 1 with soft edges, a tenth of the area;
    - `strokes`: lines, curves and corners, whole, dashed or dotted, of many widths, 0..1.

    Args:
        seed: Of every sheet.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def windows(self, kind: str, count: int, rng: np.random.Generator) -> np.ndarray:
        """Cuts `count` windows at random places, all turned alike: float32 `(count, 28, 28)`."""
        view = _windows_of(self.seed, kind)
        rows, columns = rng.integers(0, len(view), (2, count))
        windows = view[rows, columns]
        flips = rng.integers(0, 2, 3)
        if flips[0]:
            windows = windows.transpose(0, 2, 1)
        return windows[:, :: 1 - 2 * int(flips[1]), :: 1 - 2 * int(flips[2])]


@functools.lru_cache(maxsize=14)  # 4 MiB each: those of two seeds
def _windows_of(seed: int, kind: str) -> np.ndarray:
    """All windows of a sheet, float32 `(997, 997, 28, 28)`, without copies."""
    sheet = _DRAWN[kind](np.random.default_rng([seed, sorted(_DRAWN).index(kind)]))
    return np.lib.stride_tricks.sliding_window_view(sheet.astype(np.float32), (SIDE, SIDE))


def _normal(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((SHEET, SHEET), dtype=np.float32)


def _uniform(rng: np.random.Generator) -> np.ndarray:
    return rng.random((SHEET, SHEET), dtype=np.float32)


def _smoothed(rng: np.random.Generator, sigma: float) -> np.ndarray:
    smooth = np.asarray(cv2.GaussianBlur(_normal(rng), (0, 0), sigma))
    return smooth / smooth.std()


def _clouds(rng: np.random.Generator) -> np.ndarray:
    weights = {3.0: 0.25, 6.0: 0.5, 12.0: 1.0}
    layers = [weight * _smoothed(rng, sigma) for sigma, weight in weights.items()]
    return np.clip(0.5 + 0.25 * np.sum(layers, axis=0), 0, 1)


def _blots(rng: np.random.Generator) -> np.ndarray:
    """Where mixed fields lie high: spots of two to ten pixels."""
    heights = [np.clip(3 * (_smoothed(rng, sigma) - 1.6), 0, 1) for sigma in (1.2, 2.0, 3.5)]
    return np.max(heights, axis=0)


def _strokes(rng: np.random.Generator) -> np.ndarray:
    sheet = np.zeros((SHEET + 2 * MARGIN,) * 2, np.uint8)
    for _ in range(STROKES):
        points = _path(rng)
        shade = int(rng.uniform(110, 256))
        radius = 0.5 + 1.5 * rng.random() ** 2
        if rng.random() < 0.35:  # dots and dashes
            step = rng.uniform(1.5, 5.0) * radius
            length = int(rng.integers(0, 3) * radius)
            for start in range(0, len(points) - 1, max(1, round(step + length))):
                _draw(sheet, points[start : start + length + 1], radius, shade)
        else:
            _draw(sheet, points, radius, shade)
    return sheet[MARGIN:-MARGIN, MARGIN:-MARGIN] / np.float32(255)


def _path(rng: np.random.Generator) -> np.ndarray:
    """A way across some tens of pixels, a point a pixel: straight, curved, or with corners."""
    length = int(rng.uniform(10, 60))
    turns = np.zeros(length)
    kind = rng.random()
    if kind < 0.35:
        turns += rng.normal(0, 0.06)  # an arc
        turns += rng.normal(0, 0.08, length)
    elif kind < 0.7:
        corners = rng.random(length) < 1 / rng.uniform(5, 16)
        signs = np.where(rng.random() < 0.5, (-1) ** np.arange(corners.sum()), 1)
        turns[corners] = signs * rng.uniform(0.6, 2.4, corners.sum())
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turns)
    start = rng.uniform(0, SHEET + 2 * MARGIN, 2)
    return start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)


def _draw(sheet: np.ndarray, points: np.ndarray, radius: float, shade: int) -> None:
    """A line through points, or a dot, with soft edges."""
    fixed = np.round(points * 16).astype(np.int32)  # with 4 fractional bits
    if len(points) == 1:
        centre = (int(fixed[0, 0]), int(fixed[0, 1]))
        cv2.circle(sheet, centre, round(radius * 16), (shade,), -1, cv2.LINE_AA, 4)
    else:
        width = max(1, round(2 * radius))
        cv2.polylines(sheet, [fixed], False, (shade,), width, cv2.LINE_AA, 4)


_DRAWN: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "white": _normal,
    "uniform": _uniform,
    "fine": functools.partial(_smoothed, sigma=0.7),
    "smooth": functools.partial(_smoothed, sigma=4.0),
    "clouds": _clouds,
    "blots": _blots,
    "strokes": _strokes,
}
