"""How many digits of held-out crops a page reader finds, and how many that are none."""

from typing import Any

import numpy as np

from edge_demo.contract import BOXES, DIGITS, NUM_CLASSES, PAGE_STRIDE, PRESENCE

THRESHOLD = 0.4  # the sureness that counts as an answer
REACH = 1.5  # positions: an answer lies this near to the digit's own


def score(answers: dict[str, np.ndarray], targets: dict[str, np.ndarray]) -> dict[str, Any]:
    """Counts over crops.

    Args:
        answers: By output, `(N, h, w, …)`, as the network gives them.
        targets: By output, as `digitnet.training.pages.targets` paints them.

    Returns:
        `held_out_digits`, those of them `found` and `read` (as which digit they are), and the
        `false` answers, none of which lie where nothing is asked.
    """
    from edge_demo.reading.peaks import find_peaks  # needs OpenCV

    digits = found = read = false = 0
    for n in range(len(answers[PRESENCE])):
        peaks = find_peaks(
            answers[PRESENCE][n, :, :, 0], answers[DIGITS][n], answers[BOXES][n], THRESHOLD
        )
        peak, weight = targets[PRESENCE][n].transpose(2, 0, 1)
        truth = np.argwhere((peak >= 1) & (weight > 0))
        kinds = targets[DIGITS][n][truth[:, 0], truth[:, 1], :NUM_CLASSES].argmax(axis=1)
        digits += len(truth)
        taken = np.zeros(len(truth), bool)
        centres = (peaks.boxes[:, :2] + peaks.boxes[:, 2:] / 2) / PAGE_STRIDE - 0.5
        for (x, y), probabilities in zip(centres, peaks.digits, strict=True):
            distance = np.hypot(truth[:, 0] - y, truth[:, 1] - x) + 1e3 * taken
            if len(truth) and distance.min() <= REACH:
                nearest = distance.argmin()
                taken[nearest] = True
                found += 1
                read += int(probabilities.argmax() == kinds[nearest])
            else:
                row, column = (int(np.clip(round(v), 0, len(peak) - 1)) for v in (y, x))
                false += int(weight[row, column] > 0)
    return {"held_out_digits": digits, "found": found, "read": read, "false": false}
