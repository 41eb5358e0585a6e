"""Digits on one page are of a kind: what is both smaller and fainter than the rest is not one."""

import numpy as np

LEAST_SHARE = 0.25  # of the page's height times contrast
TALLEST = 3.0  # times the page's height


def page_kind(candidates):
    """Returns (contrast, height) of what is written: medians weighted by ink.

    A thousand specks do not outvote five digits. `candidates` is a sequence of one or more with
    peak, height and mass.
    """
    masses = [candidate.mass for candidate in candidates]
    peak = _weighted_median([candidate.peak for candidate in candidates], masses)
    return peak, _weighted_median([candidate.height for candidate in candidates], masses)


def is_of_kind(candidate, kind):
    """Says whether a candidate belongs to what is written on a page of this kind.

    It may be as faint as `LEAST_SHARE` of the page's contrast when it is of full height, and as
    small when it is of full contrast, but not both.
    """
    peak, height = kind
    faintness, smallness = min(candidate.peak / peak, 1), min(candidate.height / height, 1)
    return faintness * smallness >= LEAST_SHARE and candidate.height <= TALLEST * height


def _weighted_median(values, weights):
    order = np.argsort(values)
    total = np.cumsum(np.asarray(weights, float)[order])
    return float(np.asarray(values, float)[order][np.searchsorted(total, total[-1] / 2)])
