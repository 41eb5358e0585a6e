"""Ink as coverage, float32 0..1: cropped, scaled, placed on a page; and the light it is seen in."""

import cv2
import numpy as np


def cropped(ink: np.ndarray) -> np.ndarray:
    """The part of a picture `(H, W)` that holds its ink; at least one pixel must be inked."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scaled(ink: np.ndarray, scale: float) -> np.ndarray:
    """Ink at `scale` times its size, its edges as sharp as a pen's."""
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=way)
    # Enlarged coverage has wide edges.
    return np.clip((ink - 0.5) * max(1, scale / 1.5) + 0.5, 0, 1)


def place(
    coverage: np.ndarray, ink: np.ndarray, x: float, y: float
) -> tuple[int, int, int, int] | None:
    """Adds ink centred at (x, y) to a page's coverage `(H, W)`.

    Returns:
        Its box (x, y, width, height), or None where it does not fit; then nothing is added.
    """
    height, width = ink.shape
    left, top = round(x - width / 2), round(y - height / 2)
    if left < 3 or top < 3 or left + width > coverage.shape[1] - 3:
        return None
    region = coverage[top : top + height, left : left + width]
    if region.shape != ink.shape:
        return None
    np.maximum(region, ink, out=region)
    return left, top, width, height


def light_from_a_side(
    shape: tuple[int, ...], depth: float, random: np.random.Generator
) -> np.ndarray:
    """Float `(H, W)`: 1 on the bright side of a page, falling by about `2 * depth` to the other."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    angle = random.uniform(0, 2 * np.pi)
    return 1 - depth * (1 + x * np.cos(angle) + y * np.sin(angle))
