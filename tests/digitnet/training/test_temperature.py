import numpy as np
import pytest
from keras import ops

from digitnet import models
from digitnet.training.temperature import best_temperature, calibrate
from tests.digitnet.conftest import drawn_digits


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_that_was_put_in_is_found(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 10)) * 2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (probabilities.cumsum(axis=1) > rng.random((len(logits), 1))).argmax(axis=1)
    assert best_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_calibration_changes_confidences_and_no_answer():
    model = models.build("lenet_attention", seed=0)
    images, labels = drawn_digits(60)
    before = ops.convert_to_numpy(model(images))
    labels = np.where(labels < 7, before.argmax(axis=1), labels)  # more right than it is sure
    assert calibrate(model, images, labels) < 1
    after = ops.convert_to_numpy(model(images))
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    assert after.max(axis=1).mean() > before.max(axis=1).mean()
