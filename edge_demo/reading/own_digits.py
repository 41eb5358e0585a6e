"""The digits of a frame whichever they are, for those who train on their own."""

from typing import NamedTuple

import numpy as np

from edge_demo.reading.classify import DigitClassifier
from edge_demo.reading.evidence import gather, load_weights, sure
from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.reader import grey, in_frame
from edge_demo.reading.seen import best_view

# Least probability of being some digit: `python -m benchmarks.own_digits` shows what others do.
LEAST_DIGIT = 0.6
ANY = 0  # the digit that stands for all


class OwnDigit(NamedTuple):
    """image: uint8 [28, 28] as MNIST would have made it. box: as Reading has it."""

    image: np.ndarray
    box: tuple[int, int, int, int]


class AnyDigit:
    """A classifier that says whether an image is a digit, not which.

    All ten probabilities are laid on one, so that a digit that is taken for another, or for
    several, counts as much as one that is read right.
    """

    def __init__(self, classifier: DigitClassifier) -> None:
        self._classifier = classifier

    def predict(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """As `DigitClassifier.predict`; the probability of a 0 stands for all."""
        probabilities, attention = self._classifier.predict(image)
        digit = np.zeros_like(probabilities)
        digit[ANY] = probabilities.sum()
        return digit, attention


def find_own_digits(
    frame: np.ndarray,
    classifier: DigitClassifier,
    network: PageNetwork,
    least: float = LEAST_DIGIT,
) -> list[OwnDigit]:
    """Finds what the demo would read on a picture, whichever digits they are.

    The page is turned and its digits are told from signs, stains and desks as `read_page` does all
    that, but which digit a thing is taken for, and how surely, does not count.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: With `predict`, as Classifier has it.
        network: The page reader.
        least: Least probability of being some digit, 0..1.

    Returns:
        list of OwnDigit in reading order, boxes in pixels of the frame.
    """
    view = best_view(grey(frame), network, turn=True)
    any_digit = np.zeros_like(view.seen.digits)
    any_digit[:, ANY] = 1
    found = gather(view.seen._replace(digits=any_digit), view.gray, AnyDigit(classifier))
    readings = sure(found, load_weights(), least)
    readings = [readings[index] for index in reading_order([one.box for one in readings])]
    readings = in_frame(readings, view, frame.shape)
    return [OwnDigit(reading.image, reading.box) for reading in readings]
