"""The files for pictures as they are, without the demo's normaliser, which lie beside its own."""

import cv2
import numpy as np
import pytest

from edge_demo.frames.synthetic import write_digit
from edge_demo.model import model_file
from edge_demo.model.classifier import Classifier

MOST_BYTES = {"digitnet-edge-int8.tflite": 75_000, "digitnet-edge-small-int8.tflite": 30_000}
LABELS = np.repeat(np.arange(10), 20)


@pytest.fixture(scope="module")
def digits():
    """Twenty of each digit, float `(200, 28, 28, 1)`: 0 = background, 1 = ink."""
    random = np.random.default_rng(5)
    images = []
    for label in LABELS:
        canvas = np.zeros((112, 112), np.uint8)
        for stroke in write_digit(int(label), random):
            points = np.round((stroke - 0.5) * 68 + 56).astype(np.int32)
            cv2.polylines(canvas, [points], False, (255,), 9, cv2.LINE_AA)
        images.append(cv2.resize(canvas, (28, 28), interpolation=cv2.INTER_AREA))
    return np.array(images)[..., np.newaxis] / 255


@pytest.fixture(scope="module", params=MOST_BYTES)
def path(request):
    return model_file.DEFAULT_PATH.with_name(request.param)


LIGHTS = {
    "as MNIST has them": lambda ink, noise: 255 * ink,
    "faint": lambda ink, noise: 60 * ink,
    "on a lit background": lambda ink, noise: 120 + 120 * ink,
    "dark ink on light paper": lambda ink, noise: 220 - 150 * ink,
    "noisy": lambda ink, noise: 40 + 180 * ink + 25 * noise,
    "light that falls off": lambda ink, noise: 160 * np.linspace(0, 1, 28)[:, None] + 95 * ink,
}


@pytest.mark.parametrize("light", LIGHTS)
def test_digits_are_read_in_any_light(path, digits, light):
    noise = np.random.default_rng(6).normal(size=digits.shape)
    pictures = np.clip(np.rint(LIGHTS[light](digits[..., 0], noise[..., 0])), 0, 255)
    pictures = pictures.astype(np.uint8)[..., np.newaxis]
    answers = Classifier(path).predict_batch(pictures).probabilities.argmax(axis=1)
    assert (answers == LABELS).mean() >= 0.95


def test_the_camera_s_own_file_needs_the_normaliser(digits):
    # Why these files are there. Where this fails, the demo's file can do what they do.
    pictures = np.rint(220 - 150 * digits).astype(np.uint8)
    answers = Classifier().predict_batch(pictures).probabilities.argmax(axis=1)
    assert (answers == LABELS).mean() < 0.8


def test_files_are_no_larger_than_promised(path):
    assert path.stat().st_size <= MOST_BYTES[path.name]
