"""Digits turned, slanted, stretched, moved and bent, in one resampling of many pictures at once."""

import dataclasses

import cv2
import numpy as np

from digitnet.drawn.sheets import Sheets

FRAME = 2  # background around each picture of a strip, so that no neighbour shines in
MOST = 1000  # pictures of a strip: OpenCV's maps end at 32,767 rows


@dataclasses.dataclass(frozen=True)
class Freedom:
    """How far pictures are deformed; each number is drawn uniformly for each picture.

    Attributes:
        degrees: Turns lie in ±this.
        shear: Horizontal slants, in pixels per pixel of height.
        zoom: Logarithms of the size, common to both directions.
        stretch: Logarithms of width against height.
        shift: Pixels, across and down.
        bend: Largest standard deviation, in pixels, of a displacement that changes over about four
            pixels.
        fray: The same of one that changes from pixel to pixel.
    """

    degrees: float = 12.0
    shear: float = 0.2
    zoom: float = 0.12
    stretch: float = 0.1
    shift: float = 2.0
    bend: float = 0.8
    fray: float = 0.0


USUAL = Freedom()  # what handwriting itself has
WIDE = Freedom(degrees=35.0, shear=0.6, zoom=0.5, stretch=0.25, shift=5.0, bend=1.0, fray=0.9)


def deformed(
    pictures: np.ndarray, freedom: Freedom, rng: np.random.Generator, sheets: Sheets
) -> np.ndarray:
    """Deforms each picture in a way of its own.

    Args:
        pictures: uint8 or float32 `(N, S, S)`, 0 = background.
        freedom: How far.
        rng: Draws.
        sheets: Where the displacements are cut from.

    Returns:
        float32 `(N, S, S)`, in the range of the input; background where nothing was.
    """
    parts = [
        _deformed(pictures[start : start + MOST], freedom, rng, sheets)
        for start in range(0, len(pictures), MOST)
    ]
    return np.concatenate(parts) if parts else pictures.astype(np.float32)


def _deformed(
    pictures: np.ndarray, freedom: Freedom, rng: np.random.Generator, sheets: Sheets
) -> np.ndarray:
    count, side = pictures.shape[:2]
    x, y = _places(count, side, freedom, rng)
    for most, kind in ((freedom.bend, "smooth"), (freedom.fray, "fine")):
        if most:
            # Half of the pictures are hardly bent: handwriting is not rubber.
            amount = (most * rng.random((count, 1, 1)) ** 2).astype(np.float32)
            x += amount * sheets.windows(kind, count, rng)
            y += amount * sheets.windows(kind, count, rng)
    height = side + 2 * FRAME
    np.clip(x, -1, side, out=x)
    np.clip(y, -1, side, out=y)
    x += FRAME
    y += FRAME + height * np.arange(count, dtype=np.float32)[:, None, None]
    strip = np.zeros((count, height, height), np.float32)
    strip[:, FRAME:-FRAME, FRAME:-FRAME] = pictures
    result = cv2.remap(
        strip.reshape(-1, height), x.reshape(-1, side), y.reshape(-1, side), cv2.INTER_LINEAR
    )
    return np.asarray(result).reshape(count, side, side)


def _places(
    count: int, side: int, freedom: Freedom, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel's value comes from: x and y, float32 `(count, side, side)`."""
    draws = rng.uniform(-1, 1, (6, count)).astype(np.float32)
    angle, shear = np.radians(freedom.degrees) * draws[0], freedom.shear * draws[1]
    zoom, stretch = freedom.zoom * draws[2], freedom.stretch * draws[3]
    scale_x, scale_y = np.exp(zoom + stretch), np.exp(zoom - stretch)
    cosine, sine = np.cos(angle), np.sin(angle)
    middle = np.float32((side - 1) / 2)
    shift_x, shift_y = middle + freedom.shift * draws[4:]
    line = np.arange(side, dtype=np.float32) - middle
    across, down = line[None, None, :], line[None, :, None]

    def combined(a: np.ndarray, b: np.ndarray, shift: np.ndarray) -> np.ndarray:
        a, b, shift = (one[:, None, None].astype(np.float32) for one in (a, b, shift))
        return a * across + (b * down + shift)

    x = combined(cosine * scale_x, (cosine * shear - sine) * scale_y, shift_x)
    y = combined(sine * scale_x, (sine * shear + cosine) * scale_y, shift_y)
    return x, y
