"""Digits that touch: where a wide piece of ink may be cut in two."""

from collections.abc import Iterator

import cv2
import numpy as np

SHEARS = (0.0, 0.25)  # slants of the cut, dx/dy; handwriting leans to the right
MIDDLE = (0.22, 0.78)  # shares of the width between which a cut is tried
MOST_CUTS = 5  # per slant; the classifier chooses among them
APART = 0.1  # of the width, by which two cuts differ at least


def possible_cuts(ink: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields (left ink, right ink) of a crop, cut where little ink is.

    Args:
        ink: uint8 [height, width], 255 = ink.

    Yields:
        Pairs of crops of the input's shape, each without the other's ink.
    """
    height, width = ink.shape
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    for shear in SHEARS:
        matrix = np.array([[1, shear, 0], [0, 1, 0]], np.float32)
        size = (width + int(shear * height) + 1, height)
        profile = cv2.warpAffine(ink, matrix, size, flags=cv2.INTER_NEAREST).sum(axis=0)
        for column in _valleys(profile):
            on_left = x + shear * y < column
            yield np.where(on_left, ink, 0), np.where(on_left, 0, ink)


def _valleys(profile: np.ndarray) -> list[int]:
    """Returns the columns of the deepest local minima of a profile, float or int [N].

    Touching rings hold much ink where they meet, and more on either side: a valley counts by how
    far below both of its hills it lies.
    """
    inked = np.flatnonzero(profile)
    if inked.size < 8:
        return []
    first, extent = int(inked[0]), int(inked[-1] - inked[0])
    smooth = cv2.blur(profile.astype(np.float32)[None, :], (3, 1))[0]
    low, high = first + int(MIDDLE[0] * extent), first + int(MIDDLE[1] * extent)
    depths = {}
    for column in range(low, high):
        if smooth[column] <= smooth[column - 1] and smooth[column] < smooth[column + 1]:
            hill = min(smooth[first:column].max(), smooth[column + 1 : inked[-1] + 1].max())
            depths[column] = hill - smooth[column]
    chosen: list[int] = []
    for column in sorted(depths, key=depths.__getitem__, reverse=True):
        if all(abs(column - other) >= APART * extent for other in chosen):
            chosen.append(column)
    return chosen[:MOST_CUTS]
