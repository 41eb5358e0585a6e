"""A frame as digits: find, normalise, classify, accept, in reading order."""

from typing import NamedTuple

import numpy as np

from edge_demo.consensus import is_of_kind, page_kind
from edge_demo.finder import find_candidates
from edge_demo.layout import reading_order
from edge_demo.resolve import SURE, cut, resolve

THRESHOLD = 0.6  # the least probability with which a digit is reported


class Reading(NamedTuple):
    """One digit that was read.

    digit: 0..9. confidence: its probability, 0..1. box: (x, y, width, height) in pixels of the
    frame. image: the uint8 [28, 28] that the network saw. probabilities: float32 [10].
    attention: float32 [h, w], 0..1, or None.
    """

    digit: int
    confidence: float
    box: tuple
    image: np.ndarray
    probabilities: np.ndarray
    attention: np.ndarray | None


def read_digits(frame, classifier, threshold=THRESHOLD):
    """Reads the digits of a frame (uint8 BGR or grey). Returns Readings in reading order."""
    readings, _ = _read_upright(frame, classifier, threshold)
    return [readings[index] for index in reading_order([r.box for r in readings])]


def _read_upright(frame, classifier, threshold):
    """Returns (Readings in no order, the number of things of their kind that are no digit)."""
    candidates, scale = find_candidates(frame)
    read, unread = [], []
    for candidate in candidates:
        accepted, rejected = resolve(candidate, classifier, threshold)
        read += accepted
        unread += rejected
    if not read and not unread:
        return [], 0
    kind = page_kind([answer.candidate for answer in read or unread])
    unread = [answer for answer in unread if _could_be_touching(answer.candidate, kind)]
    halves = [cut(answer, classifier) for answer in unread]
    read += [answer for pair in halves for answer in pair]
    readings = [
        Reading(a.digit, a.confidence, box, a.image, a.probabilities, a.attention)
        for a, box in ((a, _frame_box(a.candidate, scale, frame.shape)) for a in read)
        if is_of_kind(a.candidate, kind) and not _is_page_edge(box, a.confidence, frame.shape)
    ]
    return readings, halves.count([])


def _could_be_touching(candidate, kind):
    """Whether a candidate has the height of the page's digits and the width of two."""
    height = kind[1]
    return 0.6 * height <= candidate.height <= 1.8 * height and candidate.width >= 0.6 * height


def _is_page_edge(box, confidence, shape):
    """Whether what touches the frame's edge is rather the edge of a page or a desk than a digit."""
    x, y, width, height = box
    beside = x <= 1 or x + width >= shape[1] - 1
    above = y <= 1 or y + height >= shape[0] - 1
    return (beside and width < 0.4 * height) or ((beside or above) and confidence < SURE)


def _frame_box(candidate, scale, shape):
    """Returns the candidate's box in whole pixels of the frame, none of its ink outside."""
    x, y = int(candidate.x / scale), int(candidate.y / scale)
    right = min(shape[1], int(np.ceil((candidate.x + candidate.width) / scale)))
    bottom = min(shape[0], int(np.ceil((candidate.y + candidate.height) / scale)))
    return x, y, right - x, bottom - y
