"""Fixtures of the device side: drawn pages, pictures in odd formats, the shipped model."""

import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.model.classifier import Classifier, Prediction
from edge_demo.model.page_model import PageModel


@pytest.fixture(scope="session")
def classifier():
    return Classifier()


@pytest.fixture(scope="session")
def network():
    return PageModel()


@pytest.fixture(scope="session")
def page():
    return draw_page(["2358", "4670"], seed=1)


class ConstantClassifier:
    """Answers 7 with one confidence, whatever it sees."""

    labels = tuple("0123456789")

    def __init__(self, confidence):
        self.confidence = confidence

    def predict(self, image):
        probabilities = np.full(10, (1 - self.confidence) / 20, np.float32)
        probabilities[7] = self.confidence
        return Prediction(probabilities, np.full((14, 14), 0.5, np.float32))


@pytest.fixture
def constant_classifier():
    return ConstantClassifier
