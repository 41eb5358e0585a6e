"""Whether a candidate was written: a pen's stroke is darker than what lies on either side of it.

The network judges shapes. A stain, a grain of wood, the edge of a page or the rest of a squared
sheet may have the shape of a digit; what tells them apart is the picture around them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.candidates import Candidate
from edge_demo.reading.resolve import Answer

WORK = 96  # pixels of the longer side at which a candidate's surroundings are measured
NEAR = 2  # pixels around ink that its own blur reaches
CORE = 200  # of 255: ink as dark as the pen
SLIM = 0.45  # times its height: a slimmer shape says little, and may be a line that goes on
CONTACT = 0.5  # of the ink's contrast: darker than this, what lies at a stroke's end is a line
# Evidence is counted in log-odds, as the network's probability is. Pens on paper stay below the
# first figure of each pair, and at the second one a shape needs to be certain (8 = 3,000 to 1).
CROWDING = (0.12, 0.24)  # textures have 0.2 to 0.4
SOFTNESS, SOFTNESS_OF_BAR = (0.7, 1.2), (0.65, 0.8)  # the profile of a stain has 0.8
AGAINST = 8.0
MOST_ODDS = 6.0  # of the network: its last digit of an integer probability is no more certain


class Evidence(NamedTuple):
    """How a candidate lies on its paper.

    crowding: how dark its near surroundings are, 0 = paper, 1 = as dark as the ink. softness: the
    width of its edges over that of its strokes. slim: whether it is much higher than wide. bound:
    whether it is slim, and goes on or meets other ink at both ends.
    """

    crowding: float
    softness: float
    slim: bool
    bound: bool


def written(answers: Sequence[Answer], gray: np.ndarray, threshold: float) -> list[Answer]:
    """Keeps the Answers of a frame whose surroundings leave it likely enough that a pen wrote them.

    Args:
        answers: that the network accepts.
        gray: the searched frame, uint8, ink dark on light paper.
        threshold: the least probability, 0..1.

    Returns:
        list of Answer.
    """
    measured = [measure(answer.candidate, gray) for answer in answers]
    odds = [
        _log_odds(answer.confidence) - _doubt(evidence, answer.digit == 1)
        for answer, evidence in zip(answers, measured, strict=True)
    ]
    page = _page_odds(odds)
    least = _log_odds(threshold)
    return [a for a, value in zip(answers, odds, strict=True) if value + page >= least]


def _page_odds(odds: Sequence[float]) -> float:
    """Returns 0, or less where most of what looks like digits is grain or a grid: the rest too."""
    likely = float((1 / (1 + np.exp(-np.clip(odds, -50, 50)))).sum())
    return min(0.0, float(np.log((likely + 1) / (len(odds) - likely + 1))))


def _log_odds(probability: float) -> float:
    probability = min(max(float(probability), 1e-6), 1 - 1e-6)
    return float(np.clip(np.log(probability / (1 - probability)), -MOST_ODDS, MOST_ODDS))


def _doubt(evidence: Evidence, is_one: bool) -> float:
    """Returns how much the surroundings speak against a pen, in log-odds, 0 or more."""
    if evidence.bound and is_one:
        return 2 * AGAINST
    sharp, soft = SOFTNESS_OF_BAR if evidence.slim and is_one else SOFTNESS
    crowded = (evidence.crowding - CROWDING[0]) / (CROWDING[1] - CROWDING[0])
    softened = (evidence.softness - sharp) / (soft - sharp)
    # A stain fades out slowly, so that its surroundings are dark as well; a blurred pen's are not.
    fading = min(1.0, evidence.crowding / CROWDING[0])
    return AGAINST * (max(crowded, 0.0) + fading * max(softened, 0.0))


def measure(candidate: Candidate, gray: np.ndarray) -> Evidence:
    """Returns the Evidence of a candidate in its searched frame, uint8, ink dark on light paper."""
    slim = candidate.width < SLIM * candidate.height
    ink, around, margin = _crops(candidate, gray)
    mask = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY)[1]
    width = max(1.0, _stroke_width(mask))
    distance = cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 3)
    ring = _between(distance, NEAR + 0.5, min(margin - 1, max(4, round(width))) + 0.5)
    border = _between(distance, 0.5, 1.5)
    contrast, paper, crowding = _contrast(around, ring, ink)
    if not contrast:
        return Evidence(1.0, 1.0, slim, False)
    softness = contrast / max(_steepness(around, border), 0.1) / max(width, 8.0)
    bound = False
    if slim:
        darkness = (paper - around.astype(np.float32)) / contrast
        darkness[distance < NEAR + 0.5] = 0
        bound = _is_bound(mask, darkness)
    return Evidence(crowding, float(softness), slim, bound)


def _between(values: np.ndarray, least: float, most: float) -> np.ndarray:
    return cv2.inRange(values, least, most)  # type: ignore[call-overload]  # numbers do


def _contrast(around: np.ndarray, ring: np.ndarray, ink: np.ndarray) -> tuple[float, float, float]:
    """Returns (contrast, paper, crowding), all 0 where there is no paper around or no pen."""
    beside, core = around[ring > 0], around[ink >= CORE]
    if not beside.size or not core.size:
        return 0.0, 0.0, 0.0
    paper = _ranked(beside, 0.75)
    contrast = max(paper - float(core.mean()), 1.0)
    return contrast, paper, float(((paper - beside) / contrast).clip(0, 1).mean())


def _crops(candidate: Candidate, gray: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Returns (ink uint8, gray uint8, margin): the candidate and as much around it, at `WORK`."""
    scale = min(1.0, WORK / max(candidate.width, candidate.height))
    size = (max(1, round(candidate.width * scale)), max(1, round(candidate.height * scale)))
    margin = max(6, round(0.2 * max(size)))
    outside = round(margin / scale)
    x, y = candidate.x - outside, candidate.y - outside
    right = candidate.x + candidate.width + outside
    bottom = candidate.y + candidate.height + outside
    height, width = gray.shape
    around = gray[max(0, y) : bottom, max(0, x) : right]
    edges = max(0, -y), max(0, bottom - height), max(0, -x), max(0, right - width)
    around = cv2.copyMakeBorder(around, *edges, cv2.BORDER_REPLICATE)
    ink = candidate.ink
    if scale < 1:
        ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    ink = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    if around.shape != ink.shape:
        around = cv2.resize(around, ink.shape[::-1], interpolation=cv2.INTER_AREA)
    return ink, around, margin


def _stroke_width(mask: np.ndarray) -> float:
    """As `normalize.stroke_width`, of a mask with a margin."""
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return 4 * cv2.mean(distance, mask)[0]


def _steepness(around: np.ndarray, border: np.ndarray) -> float:
    """Returns the median slope of the grey where `border` is not 0, levels per pixel."""
    chosen = border > 0
    level = cv2.Sobel(around, cv2.CV_16S, 1, 0)[chosen].astype(np.float32)
    upright = cv2.Sobel(around, cv2.CV_16S, 0, 1)[chosen].astype(np.float32)
    slopes = level * level + upright * upright
    return float(np.sqrt(_ranked(slopes, 0.5))) / 8  # a Sobel kernel counts eight times


def _ranked(values: np.ndarray, share: float) -> float:
    """Returns the value that a share of a non-empty array is at most as large as."""
    index = int(share * (values.size - 1))
    return float(np.partition(values, index)[index])


def _is_bound(mask: np.ndarray, darkness: np.ndarray) -> bool:
    """Whether there is more ink at both the upper and the lower end: beyond it or across it."""
    rows = np.flatnonzero(mask.any(axis=1))
    return all(
        _meets_ink(mask, darkness, row, step) for row, step in ((rows[0], -1), (rows[-1], 1))
    )


def _meets_ink(mask: np.ndarray, darkness: np.ndarray, row: int, step: int) -> bool:
    end = _span(row, row - step * 2 * NEAR)
    columns = np.flatnonzero(mask[end].any(axis=0))
    first, last = columns[0], columns[-1] + 1
    beyond = darkness[_span(row + step * NEAR, row + step * (NEAR + 3)), first:last]
    if beyond.mean(axis=1).max() > CONTACT:
        return True
    # A line that the bar ends on is part of the bar where they cross, and goes on to both sides.
    end = _span(row + step * NEAR, row - step * (3 + last - first))
    left = darkness[end, first - NEAR - 3 : first - NEAR].mean(axis=1)
    right = darkness[end, last + NEAR : last + NEAR + 3].mean(axis=1)
    return np.minimum(left, right).max() > CONTACT


def _span(one: int, other: int) -> slice:
    return slice(min(one, other), max(one, other) + 1)
