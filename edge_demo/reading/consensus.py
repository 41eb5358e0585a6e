"""Digits on one page are of a kind: what is both smaller and fainter than the rest is not one."""

import numpy as np

LEAST_SHARE = 0.3  # of the page's height times contrast
SMALLEST = 0.35  # of the page's height; the dots of a division sign stay below
TALLEST = 3.0  # times the page's height


def page_kind(answers):
    """Returns (contrast, height) of what is written: medians weighted by contrast and confidence.

    So neither a thousand specks of paper nor one large faint stain outvotes five digits. `answers`
    is a sequence of one or more with candidate (peak, height) and confidence.
    """
    peaks = np.array([answer.candidate.peak for answer in answers])
    heights = np.array([answer.candidate.height for answer in answers], float)
    confidences = np.array([answer.confidence for answer in answers])
    weights = (peaks * confidences) ** 2 * np.sqrt(heights)
    return _weighted_median(peaks, weights), _weighted_median(heights, weights)


def is_of_kind(candidate, kind):
    """Says whether a candidate belongs to what is written on a page of this kind.

    It may be as faint as `LEAST_SHARE` of the page's contrast when it is of full height, and as
    small when it is of full contrast, but not both.
    """
    peak, height = kind
    faintness, smallness = min(candidate.peak / peak, 1), min(candidate.height / height, 1)
    if not SMALLEST * height <= candidate.height <= TALLEST * height:
        return False
    return faintness * smallness >= LEAST_SHARE


def _weighted_median(values, weights):
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
