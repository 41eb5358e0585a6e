"""A frame as digits: find, normalise, classify, accept, in reading order."""

from typing import NamedTuple

import numpy as np

from edge_demo.consensus import of_a_kind
from edge_demo.finder import find_candidates
from edge_demo.layout import reading_order
from edge_demo.normalize import normalize

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
    accepted, readings = [], []
    for candidate in find_candidates(frame):
        image = normalize(candidate.ink)
        prediction = classifier.predict(image)
        digit = int(prediction.probabilities.argmax())
        confidence = float(prediction.probabilities[digit])
        if confidence >= threshold:
            accepted.append(candidate)
            readings.append(Reading(digit, confidence, candidate.box, image, *prediction))
    keep = of_a_kind(
        [candidate.peak for candidate in accepted],
        [candidate.box[3] for candidate in accepted],
        [candidate.mass for candidate in accepted],
    )
    readings = [reading for reading, kept in zip(readings, keep, strict=True) if kept]
    return [readings[index] for index in reading_order([r.box for r in readings])]
