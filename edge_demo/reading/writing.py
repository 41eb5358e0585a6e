"""The writing on a frame, as it lies and in one polarity: find, resolve, weigh, put in order."""

from typing import NamedTuple

import numpy as np

from edge_demo.reading.candidates import Candidate
from edge_demo.reading.consensus import is_like, is_of_kind, page_kind
from edge_demo.reading.evidence import written
from edge_demo.reading.finder import find_candidates
from edge_demo.reading.layout import reading_order
from edge_demo.reading.resolve import Answer, DigitClassifier, cut, resolve


class Reading(NamedTuple):
    """One digit that was read.

    digit: 0..9. confidence: its probability, 0..1. box: (x, y, width, height) in pixels of the
    frame. image: the uint8 [28, 28] that the network saw. probabilities: float32 [10].
    attention: float32 [h, w], 0..1, or None.
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


class Writing(NamedTuple):
    """What is written on a frame.

    readings: in reading order. things: how many there are of their height and contrast, those
    included that are no digits. light_on_dark: the polarity that was read.
    """

    readings: list[Reading]
    things: int
    light_on_dark: bool

    @property
    def certainty(self) -> float:
        """The sum of confidences."""
        return sum(reading.confidence for reading in self.readings)

    @property
    def quality(self) -> float:
        """How well it reads, 0..1: the mean confidence over all things."""
        return self.certainty / max(self.things, 1)


def find_writing(
    frame: np.ndarray,
    classifier: DigitClassifier,
    threshold: float,
    light_on_dark: bool | None = None,
    enlarge: bool = False,
) -> Writing:
    """Reads a frame as it lies.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: decides between a whole, its parts and its halves, and what is a digit.
        threshold: the least probability with which a digit is reported, 0..1.
        light_on_dark: the polarity. None: decided from the frame's strokes.
        enlarge: whether a small frame is searched on an enlarged copy.
    """
    found = find_candidates(frame, light_on_dark, enlarge)
    nothing = Writing([], 0, found.light_on_dark)
    read: list[Answer] = []
    unread: list[Answer] = []
    for candidate in found.candidates:
        accepted, rejected = resolve(candidate, classifier, threshold)
        read += accepted
        unread += rejected
    read = written(read, found.gray, threshold)
    if not read and not unread:
        return nothing
    kind = page_kind(read or unread)
    width = float(np.median([answer.candidate.width for answer in read])) if read else 0.0
    for answer in list(unread):
        if _could_be_touching(answer.candidate, kind, width):
            halves = cut(answer, classifier)
            if halves:
                unread.remove(answer)
                read += halves
    boxes = [_frame_box(answer.candidate, found.scale, frame.shape) for answer in read]
    readings = [
        Reading(a.digit, a.confidence, box, a.image, a.probabilities, a.attention)
        for a, box in zip(read, boxes, strict=True)
        if is_of_kind(a.candidate, kind)
    ]
    things = len(readings) + sum(is_like(answer.candidate, kind) for answer in unread)
    order = reading_order([reading.box for reading in readings])
    return nothing._replace(readings=[readings[index] for index in order], things=things)


def _could_be_touching(candidate: Candidate, kind: tuple[float, float], digit_width: float) -> bool:
    """Whether a candidate has the height of the page's digits and the width of two."""
    height = kind[1]
    least_width = max(0.7 * height, 0.9 * candidate.height, 1.3 * digit_width)
    return 0.6 * height <= candidate.height <= 1.8 * height and candidate.width >= least_width


def _frame_box(
    candidate: Candidate, scale: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Returns the candidate's box in whole pixels of the frame, none of its ink outside."""
    x, y = int(candidate.x / scale), int(candidate.y / scale)
    right = min(shape[1], int(np.ceil((candidate.x + candidate.width) / scale)))
    bottom = min(shape[0], int(np.ceil((candidate.y + candidate.height) / scale)))
    return x, y, right - x, bottom - y
