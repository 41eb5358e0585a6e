"""What befalls a digit's own ink: another pen, other ink across it, pieces that are gone.

Pictures are float32 `(N, 28, 28)`, 0 = background, 1 = ink, each changed in a way of its own.
"""

import cv2
import numpy as np

from digitnet.drawn.sheets import Sheets

CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
SQUARE, PAIR = np.ones((3, 3), np.uint8), np.ones((2, 2), np.uint8)


def other_pen(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Thicker, thinner, hollow, or without shades."""
    result = np.empty_like(pictures)
    kinds = rng.integers(0, 7, len(pictures))
    for kind in np.unique(kinds):
        chosen = np.flatnonzero(kinds == kind)
        result[chosen] = _with_pen(int(kind), pictures[chosen])
    return result


def _with_pen(kind: int, pictures: np.ndarray) -> np.ndarray:
    if kind == 0:
        return (pictures > 0.4).astype(np.float32)
    count, side = pictures.shape[:2]
    strip = np.pad(pictures, ((0, 0), (1, 1), (0, 0))).reshape(-1, side)
    if kind in (1, 2):
        strip = cv2.dilate(strip, CROSS if kind == 1 else SQUARE)
    elif kind in (3, 4):
        strip = cv2.erode(strip, PAIR if kind == 3 else CROSS)
    else:  # the outline, around the ink or over its edge
        inner = strip if kind == 5 else cv2.erode(strip, PAIR)
        strip = cv2.dilate(strip, SQUARE) - inner
    return np.asarray(strip).reshape(count, side + 2, side)[:, 1:-1]


def other_strokes(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Lines, curves, corners, dashes and dots across the picture, of any shade."""
    return _painted(pictures, sheets.windows("strokes", len(pictures), rng), rng)


def blots(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Spots of any shade."""
    return _painted(pictures, sheets.windows("blots", len(pictures), rng), rng)


def wiped(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """A rectangle of any shade in the place of what was there."""
    count, side = pictures.shape[:2]
    place = np.arange(side)
    middle = rng.uniform(2, side - 2, (2, count, 1))
    half = rng.uniform(1.5, 5.5, (2, count, 1))
    inside = np.abs(place - middle) < half
    return _painted(pictures, inside[0][:, :, None] & inside[1][:, None, :], rng)


def _painted(pictures: np.ndarray, cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lays a shade over pictures where they are covered: mostly ink's, or the background's."""
    shade = np.clip(rng.uniform(-0.7, 2.2, (len(pictures), 1, 1)), 0, 1).astype(np.float32)
    cover = cover * rng.uniform(0.5, 1, (len(pictures), 1, 1)).astype(np.float32)
    return pictures + cover * (shade - pictures)
