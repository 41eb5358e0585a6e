"""Which digit a piece of ink is."""

from typing import Protocol

import cv2
import numpy as np

from edge_demo.reading.normalize import CENTRE, normalize

SURE = 0.9  # an answer with less is doubted
SLANTS = (-0.2, 0.2)  # dx/dy


class DigitClassifier(Protocol):
    """What answers for 28×28 images, such as `model.classifier.Classifier`."""

    def predict(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Returns (probabilities float32 [10], attention float32 [h, w] or None)."""


def classify(
    ink: np.ndarray, classifier: DigitClassifier
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Asks the classifier about the ink of one digit.

    An unsure answer is asked for again with the image slanted to either side and averaged: what
    writers vary, and a digit's meaning does not depend on.

    Args:
        ink: uint8 [h, w], 255 = ink.
        classifier: With `predict`, as Classifier has it.

    Returns:
        (image, probabilities, attention): the uint8 [28, 28] that was asked about, float32 [10],
        and float32 [h, w] or None.
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
