"""Glyphs: shapes made of pen strokes, given by a few control points."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

SAMPLES = 44  # points along a whole glyph: at 44 pixels no segment is longer than two pen widths


Point = tuple[float, float]


class Glyph(NamedTuple):
    """A shape made of pen strokes.

    Attributes:
        controls: float `(K, 2)`, control points (x, y) of a unit box, y down.
        curve: float `(M, K)`, the matrix that takes control points to points on the strokes.
        pen_down: bool `(M - 1,)`, whether a line is drawn from each point to the next.
        stroke: int `(K,)`, the stroke each control point belongs to.
    """

    controls: np.ndarray
    curve: np.ndarray
    pen_down: np.ndarray
    stroke: np.ndarray


# What people write, or find beside writing: (share, glyph) each; shares are relative.
Table = Sequence[tuple[float, Glyph]]


def choose(table: Table, rng: np.random.Generator) -> Glyph:
    """One glyph of a table, drawn by the shares."""
    shares = np.array([share for share, _ in table])
    return table[rng.choice(len(table), p=shares / shares.sum())][1]


def glyph(*strokes: Sequence[Point]) -> Glyph:
    """Makes a glyph of strokes, each a list of points (x, y); a point given twice is a corner.

    Between corners a stroke is a uniform Catmull-Rom spline (Catmull and Rom, 1974), which is
    linear in its control points.
    """
    lengths = [_length(stroke) for stroke in strokes]
    controls: list[Point] = []
    matrices: list[tuple[int, int, int]] = []
    pen_down: list[bool] = []
    owner: list[int] = []
    for number, (stroke, length) in enumerate(zip(strokes, lengths, strict=True)):
        samples = max(3, round(SAMPLES * length / sum(lengths)))
        runs = _runs(stroke)
        first = len(controls)
        unique = [point for run in runs for point in run[:-1]] + [runs[-1][-1]]
        controls += unique
        owner += [number] * len(unique)
        start = first
        for run in runs:
            share = max(2, round(samples * _length(run) / max(length, 1e-9)))
            matrices.append((start, len(run), share))
            start += len(run) - 1
        pen_down += [True] * (sum(share for *_, share in matrices) - len(pen_down) - 1) + [False]
    curve = np.zeros((sum(share for *_, share in matrices), len(controls)), np.float32)
    row = 0
    for start, count, share in matrices:
        curve[row : row + share, start : start + count] = _catmull_rom(count, share)
        row += share
    return Glyph(np.array(controls, np.float32), curve, np.array(pen_down[:-1]), np.array(owner))


def arc(
    centre_x: float,
    centre_y: float,
    radius_x: float,
    radius_y: float,
    start_degrees: float,
    end_degrees: float,
    count: int = 8,
) -> list[Point]:
    """Points along an ellipse; 0° is to the right, 90° down.

    Example:

    >>> [(round(x, 2), round(y, 2)) for x, y in arc(0, 0, 2, 1, 0, 90, count=2)]
    [(2.0, 0.0), (0.0, 1.0)]
    """
    angles = np.radians(np.linspace(start_degrees, end_degrees, count))
    xs, ys = centre_x + radius_x * np.cos(angles), centre_y + radius_y * np.sin(angles)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _runs(stroke: Sequence[Point]) -> list[list[Point]]:
    """Splits a stroke at the points that are given twice."""
    runs, run = [], [stroke[0]]
    for point in stroke[1:]:
        if point == run[-1]:
            if len(run) > 1:
                runs.append(run)
            run = [point]
        else:
            run.append(point)
    return [*runs, run] if len(run) > 1 else runs


def _length(points: Sequence[Point]) -> float:
    return float(np.linalg.norm(np.diff(np.array(points), axis=0), axis=1).sum())


def _catmull_rom(count: int, samples: int) -> np.ndarray:
    """The matrix `(samples, count)` of a Catmull-Rom spline through `count` points."""
    # Beyond its ends the spline goes on as a mirror image of the first and the last span.
    padded = np.zeros((count + 2, count))
    padded[1:-1] = np.eye(count)
    padded[0, :2], padded[-1, -2:] = (2, -1), (-1, 2)
    where = np.linspace(0, count - 1, samples)
    span = np.minimum(where.astype(int), count - 2)
    t = (where - span)[:, None]
    basis = np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    return sum(basis[:, i, None] * padded[span + i] for i in range(4)) / 2
