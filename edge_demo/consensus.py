"""Digits on one page are of a kind: what is both smaller and fainter than the rest is not one."""

import numpy as np

LEAST_SHARE = 0.25  # of the page's height or contrast


def of_a_kind(peaks, heights, masses):
    """Says which digits belong to what is written on the page.

    The page's contrast and height are medians weighted by ink, so that a thousand specks do not
    outvote five digits. A faint digit may be as faint as `LEAST_SHARE` of the page's contrast when
    it is of full height, and as small when it is of full contrast, but not both.

    Args:
        peaks, heights, masses: sequences of N numbers, contrast, pixels and amount of ink.

    Returns:
        bool [N].
    """
    peaks, heights = np.asarray(peaks, float), np.asarray(heights, float)
    if peaks.size == 0:
        return np.zeros(0, bool)
    faintness = np.minimum(peaks / _weighted_median(peaks, masses), 1)
    smallness = np.minimum(heights / _weighted_median(heights, masses), 1)
    return faintness * smallness >= LEAST_SHARE


def _weighted_median(values, weights):
    order = np.argsort(values)
    total = np.cumsum(np.asarray(weights, float)[order])
    return values[order][np.searchsorted(total, total[-1] / 2)]
