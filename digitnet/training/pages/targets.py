"""What the page reader is to answer on a crop: where digits are, which, and how large."""

from typing import NamedTuple

import numpy as np

from edge_demo.contract import (
    BOXES,
    DIGITS,
    NUM_CLASSES,
    PAGE_OFFSET,
    PAGE_SIZE,
    PAGE_STRIDE,
    PRESENCE,
)

# Pixels of a level: the longer side of the digits that a level answers for. Levels are a factor of
# 2 apart, so that every digit is within the range of one of them at least.
SMALLEST, LARGEST = 13.0, 46.0
# Beside the range lies what may be answered or not; beyond is background. A network that is not
# told so reads the strokes of large digits as 1 and their loops as 0.
ALMOST = 1.25
SPREAD = 1 / 6  # of a digit's longer side: standard deviation of its peak
NEAR = 0.4  # of the peak: from here on a position answers for digit and box


class Targets(NamedTuple):
    """Targets of one crop on its grid `(h, w)` of positions `PAGE_STRIDE` pixels apart.

    presence: float32 `(h, w, 2)`: the peak, 0..1, and the weight, 0 where nothing is asked.
    digits: float32 `(h, w, 11)`: one-hot, and the weight. boxes: float32 `(h, w, 5)`: the centre's
    offset from the position, across and down, in units of `PAGE_OFFSET` pixels, the logarithms of
    width and height over `PAGE_SIZE`, and the weight.
    """

    presence: np.ndarray
    digits: np.ndarray
    boxes: np.ndarray

    def named(self) -> dict[str, np.ndarray]:
        """By the names of the network's outputs."""
        return {PRESENCE: self.presence, DIGITS: self.digits, BOXES: self.boxes}


def paint(side: int, digits: np.ndarray, boxes: np.ndarray, unsure: np.ndarray) -> Targets:
    """The targets of a square crop.

    Args:
        side: Of the crop in pixels, a multiple of `PAGE_STRIDE`.
        digits: int `(N,)`, 0..9.
        boxes: float `(N, 4)`, x, y, width, height in pixels of the crop; they may reach out of it.
        unsure: float `(M, 4)`, boxes in which nothing is asked.
    """
    grid = side // PAGE_STRIDE
    presence = np.zeros((grid, grid, 2), np.float32)
    presence[:, :, 1] = 1
    kinds = np.zeros((grid, grid, NUM_CLASSES + 1), np.float32)
    places = np.zeros((grid, grid, 5), np.float32)
    for box in unsure:
        _ignore(presence, box)
    for digit, box in zip(digits, boxes, strict=True):
        size = max(box[2:])
        centre = box[:2] + box[2:] / 2
        inside = (centre >= 0).all() and (centre < side).all()
        if not SMALLEST <= size <= LARGEST or not inside:
            if SMALLEST / ALMOST <= size <= LARGEST * ALMOST:
                _ignore(presence, box)
            continue
        _paint_digit(presence, kinds, places, int(digit), box, centre, float(size))
    return Targets(presence, kinds, places)


def _paint_digit(
    presence: np.ndarray,
    kinds: np.ndarray,
    places: np.ndarray,
    digit: int,
    box: np.ndarray,
    centre: np.ndarray,
    size: float,
) -> None:
    """Paints into a small window: over the whole grid it would take seconds for a batch."""
    deviation = max(size * SPREAD, 2.0)
    reach = 3 * deviation
    grid = len(presence)
    low = np.maximum(((centre - reach) / PAGE_STRIDE).astype(int), 0)
    high = np.minimum(((centre + reach) / PAGE_STRIDE).astype(int) + 1, grid)
    xs, ys = ((np.arange(low[i], high[i]) + 0.5) * PAGE_STRIDE for i in (0, 1))
    distance = (xs[None, :] - centre[0]) ** 2 + (ys[:, None] - centre[1]) ** 2
    peak = np.exp(-distance / (2 * deviation**2)).astype(np.float32)
    nearest = np.unravel_index(distance.argmin(), distance.shape)
    peak[nearest] = 1
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    mine = peak > np.maximum(presence[window][:, :, 0], kinds[window][:, :, -1])
    np.maximum(presence[window][:, :, 0], peak, out=presence[window][:, :, 0])
    presence[window][:, :, 1][nearest] = 1
    near = mine & (peak >= NEAR)
    kinds[window][near] = 0
    kinds[window][near, digit] = 1
    kinds[window][near, NUM_CLASSES] = peak[near]
    answer = np.empty((*peak.shape, 5), np.float32)
    answer[:, :, 0] = (centre[0] - xs[None, :]) / PAGE_OFFSET
    answer[:, :, 1] = (centre[1] - ys[:, None]) / PAGE_OFFSET
    answer[:, :, 2:4] = np.log(np.maximum(box[2:], 1) / PAGE_SIZE)
    answer[:, :, 4] = peak
    places[window][near] = answer[near]


def _ignore(presence: np.ndarray, box: np.ndarray) -> None:
    grid = len(presence)
    left, top = (np.clip(int(side // PAGE_STRIDE), 0, grid) for side in box[:2])
    right, bottom = (np.clip(int(-(-side // PAGE_STRIDE)), 0, grid) for side in box[:2] + box[2:])
    presence[top:bottom, left:right, 1] = 0
