"""A frame as digits: find, normalise, classify, accept, in reading order."""

from typing import NamedTuple

import numpy as np

from edge_demo.contract import THRESHOLD
from edge_demo.reading.consensus import is_of_kind, page_kind
from edge_demo.reading.evidence import written
from edge_demo.reading.finder import find_candidates
from edge_demo.reading.layout import reading_order
from edge_demo.reading.resolve import SURE, cut, resolve

BAD_PAGE = 0.9  # mean probability below which a page may lie on its side
BETTER = 0.1  # by which it has to read better there
MORE = 1.1  # times as much as has to be read there, because signs among digits lower the mean,
PERFECT = 0.97  # or nothing there is doubtful
LEAST_TURNED = 4  # things that may be digits; fewer do not tell how a page lies


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

    def to_dict(self):
        """What `--json` prints of it: digit, confidence to four places, box; ready for JSON."""
        return {
            "digit": int(self.digit),
            "confidence": round(float(self.confidence), 4),
            "box": [int(side) for side in self.box],
        }


def read_digits(frame, classifier, threshold=THRESHOLD, turn=False):
    """Reads the digits of a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: with `predict`, as Classifier has it.
        threshold: the least probability with which a digit is reported, 0..1.
        turn: whether to try the frame on its sides where it reads badly as it is.

    Returns:
        list of Reading in reading order (of the turned page, where turning was better).
    """
    readings, things, quality = _read_upright(frame, classifier, threshold)
    if not turn or things < LEAST_TURNED or quality >= BAD_PAGE:
        return readings
    best, least = quality + BETTER, MORE * _certainty(readings)
    for turns in (1, 3):
        turned = np.ascontiguousarray(np.rot90(frame, turns))
        others, things, quality = _read_upright(turned, classifier, threshold)
        clear = _certainty(others) > least or quality > PERFECT
        if things >= LEAST_TURNED and quality > best and clear:
            best = quality
            boxes = [turn_box(reading.box, turns, frame.shape) for reading in others]
            readings = [r._replace(box=box) for r, box in zip(others, boxes, strict=True)]
    return readings


def turn_box(box, turns, shape):
    """Returns a box of `numpy.rot90(frame, turns)` in pixels of the frame, for 1 or 3 turns."""
    x, y, width, height = box
    if turns == 1:
        return shape[1] - y - height, x, height, width
    return y, shape[0] - x - width, height, width


def _read_upright(frame, classifier, threshold):
    """Returns (Readings in reading order, number of things like them, how well they read, 0..1)."""
    candidates, scale, gray = find_candidates(frame)
    read, unread = [], []
    for candidate in candidates:
        accepted, rejected = resolve(candidate, classifier, threshold)
        read += accepted
        unread += rejected
    if not read and not unread:
        return [], 0, 0.0
    read = written(_without_frames(read), gray, threshold)
    if not read and not unread:
        return [], 0, 0.0
    kind = page_kind(read or unread)
    width = float(np.median([answer.candidate.width for answer in read])) if read else 0.0
    for answer in list(unread):
        if _could_be_touching(answer.candidate, kind, width):
            halves = cut(answer, classifier)
            if halves:
                unread.remove(answer)
                read += halves
    readings = [
        Reading(a.digit, a.confidence, box, a.image, a.probabilities, a.attention)
        for a, box in ((a, _frame_box(a.candidate, scale, frame.shape)) for a in read)
        if is_of_kind(a.candidate, kind) and not _is_page_edge(box, a.confidence, frame.shape)
    ]
    like = [answer for answer in unread if _is_like(answer.candidate, kind)]
    things = len(readings) + len(like)
    quality = _certainty(readings) / max(things, 1)
    order = reading_order([reading.box for reading in readings])
    return [readings[index] for index in order], things, quality


def _certainty(readings):
    return sum(reading.confidence for reading in readings)


def _is_like(candidate, kind):
    """Whether a candidate has about the height and contrast of the page's digits."""
    peak, height = kind
    return candidate.peak >= 0.5 * peak and 0.5 * height <= candidate.height <= 2 * height


def _without_frames(read):
    """Drops what two other digits lie inside of: it is a frame around them."""
    result = []
    for answer in read:
        x, y, width, height, _, peak = answer.candidate[:6]
        inside = [
            other
            for other in (a.candidate for a in read if a is not answer)
            if x < other.x + other.width / 2 < x + width
            and y < other.y + other.height / 2 < y + height
            and other.peak >= 0.4 * peak
            and other.height >= 0.1 * height
        ]
        if len(inside) < 2:
            result.append(answer)
    return result


def _could_be_touching(candidate, kind, digit_width):
    """Whether a candidate has the height of the page's digits and the width of two."""
    height = kind[1]
    least_width = max(0.7 * height, 0.9 * candidate.height, 1.3 * digit_width)
    return 0.6 * height <= candidate.height <= 1.8 * height and candidate.width >= least_width


def _is_page_edge(box, confidence, shape):
    """Whether what touches the frame's edge is rather the edge of a page or a desk than a digit."""
    x, y, width, height = box
    beside = x <= 1 or x + width >= shape[1] - 1
    above, below = y <= 1, y + height >= shape[0] - 1
    if beside and width < 0.4 * height:
        return True
    # A margin line leaves the frame at the top or the bottom, and is longer than a 1 would be.
    if (above or below) and width < 0.2 * height and height > 0.5 * shape[0]:
        return True
    # A digit that fills the frame may touch its edge; a small one that does is probably cut off.
    return (beside or above or below) and confidence < SURE and height < 0.5 * shape[0]


def _frame_box(candidate, scale, shape):
    """Returns the candidate's box in whole pixels of the frame, none of its ink outside."""
    x, y = int(candidate.x / scale), int(candidate.y / scale)
    right = min(shape[1], int(np.ceil((candidate.x + candidate.width) / scale)))
    bottom = min(shape[0], int(np.ceil((candidate.y + candidate.height) / scale)))
    return x, y, right - x, bottom - y
