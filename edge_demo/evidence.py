"""Whether a candidate was written: a pen's stroke is darker than what lies on either side of it.

The network judges shapes. A stain, a grain of wood, the edge of a page or the rest of a squared
sheet may have the shape of a digit; what tells them apart is the picture around them.
"""

from typing import NamedTuple

import cv2
import numpy as np

WORK = 96  # pixels of the longer side at which a candidate's surroundings are measured
NEAR = 2  # pixels around ink that its own blur reaches
CORE = 200  # of 255: ink as dark as the pen
BAR = 0.45  # times its height: slimmer ink may be a line that goes on
CONTACT = 0.5  # of the ink's contrast: darker than this, what lies at a stroke's end is a line
CLEAR_CROWDING, WORST_CROWDING = 0.12, 0.24  # pens stay below the first, textures mostly above 0.2
CLEAR_SOFTNESS, WORST_SOFTNESS = 0.7, 1.3  # the profile of a stain has 0.9 and more


class Evidence(NamedTuple):
    """How a candidate lies on its paper.

    crowding: how dark its near surroundings are, 0 = paper, 1 = as dark as the ink. softness: the
    width of its edges over that of its strokes. bound: whether it is a bar that goes on, or meets
    other ink, at both ends.
    """

    crowding: float
    softness: float
    bound: bool

    @property
    def weight(self):
        """How far the surroundings support that this was written, 0..1."""
        if self.bound:
            return 0.0
        crowding = (WORST_CROWDING - self.crowding) / (WORST_CROWDING - CLEAR_CROWDING)
        softness = (WORST_SOFTNESS - self.softness) / (WORST_SOFTNESS - CLEAR_SOFTNESS)
        return float(np.clip(crowding, 0, 1) * np.clip(softness, 0, 1))


def measure(candidate, gray):
    """Returns the Evidence of a candidate in its searched frame, uint8, ink dark on light paper."""
    ink, around, margin = _crops(candidate, gray)
    mask = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY)[1]
    width = max(1.0, _stroke_width(mask))
    distance = cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 3)
    ring = cv2.inRange(distance, NEAR + 0.5, min(margin - 1, max(4, round(width))) + 0.5)
    border = cv2.inRange(distance, 0.5, 1.5)
    beside, core = around[ring > 0], around[ink >= CORE]
    if not beside.size or not core.size:
        return Evidence(1.0, 1.0, False)
    paper, pen = _ranked(beside, 0.75), float(core.mean())
    contrast = max(paper - pen, 1.0)
    crowding = float(((paper - beside) / contrast).clip(0, 1).mean())
    softness = contrast / max(_steepness(around, border), 0.1) / max(width, 8.0)
    slim = candidate.width < BAR * candidate.height
    bound = slim and _is_bound(mask, (paper - around.astype(np.float32)) / contrast)
    return Evidence(crowding, float(softness), bound)


def _crops(candidate, gray):
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


def _stroke_width(mask):
    """As `normalize.stroke_width`, of a mask with a margin."""
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return 4 * cv2.mean(distance, mask)[0]


def _steepness(around, border):
    """Returns the median slope of the grey where `border` is not 0, levels per pixel."""
    chosen = border > 0
    level = cv2.Sobel(around, cv2.CV_16S, 1, 0)[chosen].astype(np.float32)
    upright = cv2.Sobel(around, cv2.CV_16S, 0, 1)[chosen].astype(np.float32)
    slopes = level * level + upright * upright
    return float(np.sqrt(_ranked(slopes, 0.5))) / 8  # a Sobel kernel counts eight times


def _ranked(values, share):
    """Returns the value that a share of a non-empty array is at most as large as."""
    index = int(share * (values.size - 1))
    return float(np.partition(values, index)[index])


def _is_bound(mask, darkness):
    """Whether there is more ink beyond both the upper and the lower end."""
    rows = np.flatnonzero(mask.any(axis=1))
    return all(
        _meets_ink(mask, darkness, row, step) for row, step in ((rows[0], -1), (rows[-1], 1))
    )


def _meets_ink(mask, darkness, row, step):
    columns = np.flatnonzero(mask[row - step])
    columns = columns if columns.size else np.flatnonzero(mask[row])
    beyond = darkness[row + step * NEAR : row + step * (NEAR + 3) : step]
    return float(beyond[:, columns[0] : columns[-1] + 1].mean(axis=1).max()) > CONTACT
