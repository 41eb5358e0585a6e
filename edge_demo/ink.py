"""Frame to ink: how much darker than its paper a pixel is, in any light and either polarity."""

from typing import NamedTuple

import cv2
import numpy as np

BACKGROUND_SIDE = 160  # pixels of the shorter side of the copy on which paper is estimated
FAINTEST = 10  # ink below 4 % contrast (10 of 255) is paper, however quiet the camera
LEAST_PEAK = 24  # a pen's darkest strokes have at least 10 % contrast
STRONGEST_GRAIN = 25  # rougher than any paper: the blocks measured are full of ink, not of grain


class Ink(NamedTuple):
    """Ink of a frame.

    strength: uint8 [height, width], 0 = paper, 255 = black on white. floor: from here on a pixel is
    more than noise. significant: a pen's darkest strokes are stronger than this.
    """

    strength: np.ndarray
    floor: float
    significant: float
    light_on_dark: bool


def find_ink(gray, light_on_dark=None):
    """Measures the ink of a grey frame against its paper.

    Strength is 255 · (1 − pixel / paper), so that ink in a shadow counts as much as ink in the
    light. Paper is the frame without its dark structures that are narrower than a third of the
    shorter side (a grey closing on a small copy).

    Args:
        gray: uint8 [height, width].
        light_on_dark: whether the ink is lighter than the paper. None: decided from the frame.

    Returns:
        Ink.
    """
    small = _shrink(gray)
    if light_on_dark is None:
        light_on_dark = is_light_on_dark(small)
    if light_on_dark:
        gray, small = cv2.bitwise_not(gray), cv2.bitwise_not(small)
    paper = _paper(small)
    paper = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    strength = cv2.bitwise_not(cv2.divide(gray, paper, scale=255))
    grain = _grain(strength)
    floor = float(np.clip(grain, FAINTEST, STRONGEST_GRAIN))
    return Ink(strength, floor, max(LEAST_PEAK, 3 * min(grain, STRONGEST_GRAIN)), light_on_dark)


def is_light_on_dark(small):
    """Says whether the structures of a frame are lighter than what surrounds them.

    Ink is the minority around every pixel, so a wide median is paper.
    """
    paper = cv2.medianBlur(small, min(255, _kernel_side(small)))
    return _energy(cv2.subtract(small, paper)) > _energy(cv2.subtract(paper, small))


def _energy(contrast):
    return float(np.square(contrast[contrast > 24], dtype=np.float32).sum())


def _shrink(gray):
    factor = max(1, round(min(gray.shape) / BACKGROUND_SIDE))
    size = (max(1, gray.shape[1] // factor), max(1, gray.shape[0] // factor))
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA)


def _kernel_side(small):
    return max(3, min(small.shape) // 3) | 1


def _paper(small):
    """Fills the dark structures of a small grey frame that are narrower than the kernel."""
    side = _kernel_side(small)
    # Single bright pixels must not lift the paper. The border is repeated outwards first, so that a
    # dark corner of the picture is wide enough to stay what it is: paper in the shade.
    calm = cv2.medianBlur(small, 3) if min(small.shape) > 3 else small
    calm = cv2.copyMakeBorder(calm, side, side, side, side, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = np.ascontiguousarray(paper[side:-side, side:-side])
    # The square kernel leaves blocks; a median smooths them and leaves the edges of pages alone.
    return np.maximum(cv2.medianBlur(paper, 5) if min(paper.shape) > 5 else paper, 1)


def _grain(strength):
    """Returns the strength that the paper's own texture reaches.

    The lower quartile of the maxima of 8×8 blocks: most blocks of a page hold no ink, and a
    quarter is still paper when thick digits fill the frame.
    """
    middles = cv2.dilate(strength, np.ones((8, 8), np.uint8))[4::8, 4::8]
    return float(np.percentile(middles, 25)) if middles.size else float(FAINTEST)
