"""The digits of a frame whichever they are, for those who train on their own."""

from typing import NamedTuple

import numpy as np

from edge_demo.reading.reader import read_page, turn_back
from edge_demo.reading.resolve import DigitClassifier
from edge_demo.reading.writing import find_writing

# Least probability of being some digit. Few digits in unusual hands have less, few signs and
# letters more: `python -m benchmarks.own_digits`.
LEAST_DIGIT = 0.1


class OwnDigit(NamedTuple):
    """image: uint8 [28, 28] as MNIST would have made it. box: as Reading has it."""

    image: np.ndarray
    box: tuple[int, int, int, int]


class AnyDigit:
    """A classifier that says whether an image is a digit, not which.

    All ten probabilities are laid on one, so that a digit that is taken for another, or for
    several, counts as much as one that is read right. A bar stays a 1, which has to be told from
    lines by what surrounds it.
    """

    def __init__(self, classifier: DigitClassifier) -> None:
        self._classifier = classifier

    def predict(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """As `DigitClassifier.predict`; the probabilities of a 1 or a 0 stand for all."""
        probabilities, attention = self._classifier.predict(image)
        digit = np.zeros_like(probabilities)
        digit[int(probabilities.argmax() == 1)] = probabilities.sum()
        return digit, attention


def find_own_digits(frame: np.ndarray, classifier: DigitClassifier) -> list[OwnDigit]:
    """Finds what the demo would read on a still frame, whichever digits they are.

    The page is turned, its polarity chosen and its digits told from signs, stains and desks as
    `read_page` does all that, but which digit a thing is taken for, and how surely, does not count.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: with `predict`, as Classifier has it.

    Returns:
        list of OwnDigit in reading order, boxes in pixels of the frame.
    """
    page = read_page(frame, classifier, turn=True)
    turned = np.ascontiguousarray(np.rot90(frame, page.turns))
    writing = find_writing(
        turned, AnyDigit(classifier), LEAST_DIGIT, page.light_on_dark, enlarge=True
    )
    readings = turn_back(writing.readings, page.turns, frame.shape)
    return [OwnDigit(reading.image, reading.box) for reading in readings]
