"""Candidates to digits: the classifier decides between a whole, its parts and its halves."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from edge_demo.reading.candidates import Candidate, may_be_digit
from edge_demo.reading.cuts import possible_cuts
from edge_demo.reading.normalize import CENTRE, normalize

SURE = 0.9  # an answer with less is doubted; two halves make two digits when both have more
SLANTS = (-0.2, 0.2)  # dx/dy


class DigitClassifier(Protocol):
    """What answers for 28×28 images, such as `model.classifier.Classifier`."""

    def predict(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Returns (probabilities float32 [10], attention float32 [h, w] or None)."""


class Answer(NamedTuple):
    """What the classifier says about one candidate.

    image: the uint8 [28, 28] that it saw. probabilities: float32 [10]. attention: float32 [h, w] or
    None. digit: 0..9. confidence: that digit's probability.
    """

    candidate: Candidate
    image: np.ndarray
    probabilities: np.ndarray
    attention: np.ndarray | None
    digit: int
    confidence: float


def classify(candidate: Candidate, classifier: DigitClassifier) -> Answer:
    """Returns the Answer for a candidate's ink."""
    image, probabilities, attention = classify_ink(candidate.ink, classifier)
    digit = int(probabilities.argmax())
    confidence = float(probabilities[digit])
    return Answer(candidate, image, probabilities, attention, digit, confidence)


def classify_ink(
    ink: np.ndarray, classifier: DigitClassifier
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Returns (image, probabilities, attention), as `Answer` has them, for ink uint8 [h, w].

    An unsure answer is asked for again with the image slanted to either side and averaged: what
    writers vary, and a digit's meaning does not depend on.
    """
    image = normalize(ink)
    probabilities, attention = classifier.predict(image)
    if probabilities.max() < SURE:
        slanted = [_slanted(image, slant) for slant in SLANTS]
        others = [classifier.predict(other)[0] for other in slanted]
        probabilities = np.mean([probabilities, *others], axis=0)
    return image, probabilities, attention


def _slanted(image: np.ndarray, slant: float) -> np.ndarray:
    """Shears a 28×28 image about its centre, dx/dy."""
    matrix = np.array([[1, slant, -slant * CENTRE], [0, 1, 0]], np.float32)
    return cv2.warpAffine(image, matrix, image.shape, flags=cv2.INTER_LINEAR)


def resolve(
    candidate: Candidate, classifier: DigitClassifier, threshold: float
) -> tuple[list[Answer], list[Answer]]:
    """Returns (accepted, rejected) Answers of a candidate: its own, or those of its parts."""
    own = classify(candidate, classifier) if may_be_digit(candidate) else None
    accepted = own is not None and own.confidence >= threshold
    whole = [own] if own else []
    if not candidate.parts:
        return (whole, []) if accepted else ([], whole)
    resolved = [resolve(part, classifier, threshold) for part in candidate.parts]
    if own is not None and accepted:
        evidence = _evidence(candidate.parts, resolved)
        # Strokes above one another are one digit when that reads at all.
        if own.confidence >= (evidence * SURE if _stacked(candidate.parts) else evidence):
            return whole, []
    read = [answer for found, _ in resolved for answer in found]
    unread = [answer for _, missed in resolved for answer in missed]
    return read, unread if read or own is None else whole


def cut(answer: Answer, classifier: DigitClassifier) -> list[Answer]:
    """Returns the Answers of both halves of a rejected candidate, or [] where no cut reads well."""
    best: list[Answer] = []
    least = max(answer.confidence, SURE)
    for inks in possible_cuts(answer.candidate.ink):
        halves = [_cut_out(answer.candidate, ink) for ink in inks if ink.any()]
        if len(halves) < 2 or min(h.height for h in halves) < 0.4 * answer.candidate.height:
            continue
        answers = [classify(half, classifier) for half in halves]
        certainty = min(half.confidence for half in answers)
        if certainty > least:
            best, least = answers, certainty
    return best


def _evidence(
    parts: Sequence[Candidate], resolved: Sequence[tuple[list[Answer], list[Answer]]]
) -> float:
    """Returns how well the parts are explained, 0..1, weighted by their ink.

    A part that reads as a digit is explained by that, one that does not by being no digit.
    """
    total = 0.0
    for part, (read, unread) in zip(parts, resolved, strict=True):
        if read:
            explained = min(answer.confidence for answer in read)
        else:
            explained = max((1 - float(a.probabilities.sum()) for a in unread), default=0.0)
        total += part.mass * max(explained, 0.0)
    return total / sum(part.mass for part in parts)


def _stacked(parts: Sequence[Candidate]) -> bool:
    """Whether the two largest parts stand above one another."""
    first, second = sorted(parts, key=lambda part: -part.mass)[:2]
    left, right = sorted((first, second), key=lambda part: part.x)
    return left.x + left.width - right.x >= 0.3 * min(left.width, right.width)


def _cut_out(candidate: Candidate, ink: np.ndarray) -> Candidate:
    """Returns a Candidate of that part of a candidate's ink which is left in `ink`."""
    x, y, width, height = cv2.boundingRect(ink)
    crop = np.ascontiguousarray(ink[y : y + height, x : x + width])
    mass = candidate.mass * float(crop.sum()) / float(candidate.ink.sum())
    return Candidate(candidate.x + x, candidate.y + y, width, height, crop, candidate.peak, mass)
