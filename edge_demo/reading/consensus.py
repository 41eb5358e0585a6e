"""Digits on one page are of a kind: what is both smaller and fainter than the rest is not one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from edge_demo.reading.candidates import Candidate

LEAST_SHARE = 0.3  # of the page's height times contrast
SMALLEST = 0.35  # of the page's height; the dots of a division sign stay below
TALLEST = 3.0  # times the page's height


class Judged(Protocol):
    """A candidate with the classifier's confidence, as `resolve.Answer` is one."""

    @property
    def candidate(self) -> Candidate:
        """The piece of ink."""
        ...

    @property
    def confidence(self) -> float:
        """Of the classifier, 0..1."""
        ...


def page_kind(answers: Sequence[Judged]) -> tuple[float, float]:
    """Returns (contrast, height) of what is written: medians weighted by contrast and confidence.

    So neither a thousand specks of paper nor one large faint stain outvotes five digits. There has
    to be one answer at least.
    """
    peaks = np.array([answer.candidate.peak for answer in answers])
    heights = np.array([answer.candidate.height for answer in answers], float)
    confidences = np.array([answer.confidence for answer in answers])
    weights = (peaks * confidences) ** 2 * np.sqrt(heights)
    return _weighted_median(peaks, weights), _weighted_median(heights, weights)


def is_of_kind(candidate: Candidate, kind: tuple[float, float]) -> bool:
    """Says whether a candidate belongs to what is written on a page of this kind.

    It may be as faint as `LEAST_SHARE` of the page's contrast when it is of full height, and as
    small when it is of full contrast, but not both.
    """
    peak, height = kind
    faintness, smallness = min(candidate.peak / peak, 1), min(candidate.height / height, 1)
    if not SMALLEST * height <= candidate.height <= TALLEST * height:
        return False
    return faintness * smallness >= LEAST_SHARE


def is_like(candidate: Candidate, kind: tuple[float, float]) -> bool:
    """Says whether a candidate has about the height and contrast of what is written on the page."""
    peak, height = kind
    return candidate.peak >= 0.5 * peak and 0.5 * height <= candidate.height <= 2 * height


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
