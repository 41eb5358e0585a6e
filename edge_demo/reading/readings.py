"""What is reported of one digit."""

from typing import NamedTuple

import numpy as np


class Reading(NamedTuple):
    """One digit that was read.

    digit: 0..9. confidence: the probability that this digit stands there, 0..1. box: (x, y, width,
    height) in pixels of the frame. image: the uint8 [28, 28] that the network saw. probabilities:
    float32 [10], of each digit; what they lack to 1 is that there is none. attention: float32
    [h, w], 0..1, or None.
    """

    digit: int
    confidence: float
    box: tuple[int, int, int, int]
    image: np.ndarray
    probabilities: np.ndarray
    attention: np.ndarray | None

    def to_dict(self) -> dict[str, int | float | list[int]]:
        """What `--json` prints of it: digit, confidence to four places, box; ready for JSON."""
        return {
            "digit": int(self.digit),
            "confidence": round(float(self.confidence), 4),
            "box": [int(side) for side in self.box],
        }
