"""Frame to ink: how much darker than its paper a pixel is, in any light and either polarity."""

from typing import NamedTuple

import cv2
import numpy as np

BACKGROUND_SIDE = 160  # pixels of the shorter side of the copy on which paper is estimated
FAINTEST = 10  # ink below 4 % contrast (10 of 255) is paper, however quiet the camera
LEAST_PEAK = 24  # a pen's darkest strokes have at least 10 % contrast
CLEAR = 3.0  # times the grain: from here on a stroke is not grain
STROKE_REACH = (2, 4, 8, 14, 22)  # pixels of that copy from a stroke's middle to its paper
BLOCK = 8  # pixels
AROUND = 25  # blocks in each direction that tell the paper's grain
ROUGH, CALMING = 12, 1.5  # from this grain on the frame is blurred by this many pixels
STRONGEST_GRAIN = 25  # rougher than any paper: the blocks measured are full of ink, not of grain


class Ink(NamedTuple):
    """Ink of a frame.

    strength: uint8 [height, width], 255 = black on white, 0 = paper and its grain. floor: from
    here on a pixel is more than noise. grain: uint8 [height / 8, width / 8], the strength that the
    paper's own texture reaches around each place. light_on_dark: whether the ink is lighter.
    """

    strength: np.ndarray
    floor: float
    grain: np.ndarray
    light_on_dark: bool

    def significant(self) -> np.ndarray:
        """Returns uint8 [height, width]: the strength that a pen's darkest strokes have there."""
        least = cv2.convertScaleAbs(self.grain, alpha=CLEAR)
        return np.maximum(_enlarge(least, self.strength), LEAST_PEAK)


def find_ink(gray: np.ndarray, light_on_dark: bool | None = None) -> Ink:
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
        light_on_dark = light_evidence(small) > 0.5
    if light_on_dark:
        gray, small = cv2.bitwise_not(gray), cv2.bitwise_not(small)
    paper = _paper(small)
    paper = _enlarge(paper, gray)
    strength = cv2.bitwise_not(cv2.divide(gray, paper, scale=255))
    grain = _grain(strength)
    if min(gray.shape) >= BACKGROUND_SIDE and np.median(grain) >= ROUGH:
        # A stroke is longer than a grain: blurred, it loses less than the grain does.
        gray = cv2.GaussianBlur(gray, (0, 0), CALMING)
        strength = cv2.bitwise_not(cv2.divide(gray, paper, scale=255))
        grain = _grain(strength)
    clear = cv2.compare(strength, _enlarge(grain, gray), cv2.CMP_GT)
    strength = cv2.bitwise_and(strength, strength, mask=clear)
    return Ink(strength, float(FAINTEST), grain, light_on_dark)


def light_evidence(small: np.ndarray) -> float:
    """Returns the share of a small grey frame's strokes that is lighter than their paper.

    0.5 is undecided. A stroke has paper on both sides, level or upright, at some distance; the
    edge or the corner of a page or a shadow has not.
    """
    dark = light = 0.0
    for distance in STROKE_REACH:
        if min(small.shape) <= 2 * distance + 1:
            break
        near = slice(distance, -distance)
        centre = small[near, near]
        level = small[near, : -2 * distance], small[near, 2 * distance :]
        upright = small[: -2 * distance, near], small[2 * distance :, near]
        paper = cv2.max(cv2.min(*level), cv2.min(*upright))
        dark += _energy(cv2.subtract(paper, centre))
        paper = cv2.min(cv2.max(*level), cv2.max(*upright))
        light += _energy(cv2.subtract(centre, paper))
    return light / (light + dark) if light + dark else 0.0


def _energy(contrast: np.ndarray) -> float:
    strong = cv2.threshold(contrast, 24, 0, cv2.THRESH_TOZERO)[1]
    return cv2.norm(strong, cv2.NORM_L2SQR)


def _shrink(gray: np.ndarray) -> np.ndarray:
    factor = max(1, round(min(gray.shape) / BACKGROUND_SIDE))
    size = (max(1, gray.shape[1] // factor), max(1, gray.shape[0] // factor))
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA)


def _kernel_side(small: np.ndarray) -> int:
    return max(3, min(small.shape) // 3) | 1


def _paper(small: np.ndarray) -> np.ndarray:
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


def _enlarge(small: np.ndarray, gray: np.ndarray) -> np.ndarray:
    return cv2.resize(small, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _grain(strength: np.ndarray) -> np.ndarray:
    """Returns uint8 [height / 8, width / 8], at least [1, 1]: how strong the paper's texture is.

    That is the strongest ink in each block of 8×8 pixels, the weaker of neighbouring blocks, and
    the median of these around a place: most blocks there hold no ink.
    """
    strongest = cv2.dilate(strength, np.ones((BLOCK, BLOCK), np.uint8))
    blocks = strongest[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK]
    if min(blocks.shape, default=0) < 3:
        return np.full((1, 1), FAINTEST, np.uint8)
    weaker = cv2.erode(np.ascontiguousarray(blocks), np.ones((2, 2), np.uint8))
    around = min(AROUND, (min(blocks.shape) - 1) | 1)
    return np.minimum(cv2.medianBlur(weaker, around), STRONGEST_GRAIN)
