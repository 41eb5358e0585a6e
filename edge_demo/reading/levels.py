"""A frame as the page reader sees it: levels of local contrast, each half the size of the last.

What tells ink from paper is how a place differs from what lies around it, in any light and either
polarity, so that is all that the network is given. A pen of 2 % of a digit's height is a fraction
of a pixel on the level where that digit is read: beside the mean of each block its darkest and
its lightest pixel are kept, and no thin stroke is averaged away.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

AROUND = 33  # pixels a side: the square that a place is compared with
# Grey levels that are added to the deviation around a place: the noise of a camera on bare paper
# is not to look like writing.
FLOOR = 10.0
SMALLEST = 24  # pixels of the shorter side of a level
# A digit that fills a long picture is too large for the page reader, which knows digits of up to
# `LARGEST` pixels, until the longer side is no more than that; the shorter may become `NARROWEST`.
LARGEST, NARROWEST = 46, 9
MIDDLE, UNIT = 128, 32  # uint8 of no contrast, and of one deviation more


class Level(NamedTuple):
    """A frame at one scale: of each block of pixels the mean, the darkest and the lightest.

    Three planes [height, width], 0..255: the mean float32, the others uint8.
    """

    mean: np.ndarray
    darkest: np.ndarray
    lightest: np.ndarray


def level_zero(gray: np.ndarray) -> Level:
    """A grey frame uint8 [height, width] as it is."""
    return Level(gray.astype(np.float32), gray, gray)


def halved(level: Level) -> Level:
    """The next level, of blocks of 2×2; an odd last row or column is left out."""
    height, width = (side // 2 * 2 for side in level.mean.shape)
    mean = cv2.resize(
        level.mean[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA
    )
    return Level(
        mean,
        _of_four(cv2.min, level.darkest[:height, :width]),
        _of_four(cv2.max, level.lightest[:height, :width]),
    )


def contrast(level: Level) -> np.ndarray:
    """What the network takes: uint8 [height, width, 3], 128 = as bright as what lies around.

    Each plane less the mean of `AROUND`×`AROUND` pixels, over their standard deviation and
    `FLOOR`.
    """
    size = (AROUND, AROUND)
    around = cv2.boxFilter(level.mean, -1, size, borderType=cv2.BORDER_REFLECT_101)
    squares = cv2.sqrBoxFilter(level.mean, cv2.CV_32F, size, borderType=cv2.BORDER_REFLECT_101)
    variance = np.maximum(squares - around * around, 0)
    scale = np.float32(UNIT) / (np.sqrt(variance) + np.float32(FLOOR))
    mean = _scaled(level.mean, around, scale)
    if level.darkest is level.lightest:  # every block is one pixel
        return cv2.merge([mean, mean, mean])
    darkest, lightest = (
        _scaled(plane.astype(np.float32), around, scale)
        for plane in (level.darkest, level.lightest)
    )
    return cv2.merge([mean, darkest, lightest])


def has_next(shorter: int, longer: int) -> bool:
    """Whether a level with sides of so many pixels is followed by another of half its size."""
    return shorter // 2 >= (NARROWEST if longer > LARGEST else SMALLEST)


def pyramid(gray: np.ndarray, finest: int = 0) -> list[np.ndarray]:
    """The levels of a grey frame uint8 [height, width], as `contrast` has them, finest first.

    The first is number `finest`, or the last.
    """
    levels = [level_zero(gray)]
    while has_next(*sorted(levels[-1].mean.shape)):
        levels.append(halved(levels[-1]))
    return [contrast(level) for level in levels[min(finest, len(levels) - 1) :]]


def _of_four(choose: Callable[..., np.ndarray], plane: np.ndarray) -> np.ndarray:
    upper = choose(plane[::2, ::2], plane[::2, 1::2])
    return choose(upper, choose(plane[1::2, ::2], plane[1::2, 1::2]))


def _scaled(plane: np.ndarray, around: np.ndarray, scale: np.ndarray) -> np.ndarray:
    multiple = cv2.multiply(cv2.subtract(plane, around), scale)
    return cv2.convertScaleAbs(np.maximum(multiple, -MIDDLE), alpha=1, beta=MIDDLE)
