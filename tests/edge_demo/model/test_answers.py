"""Ten numbers are told apart, and none is ever a probability above 1."""

import numpy as np
import pytest

from edge_demo.model.answers import as_probabilities, kind_of, probes

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 3, (7, 10)).astype(np.float32)
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (LOGITS, "logits"),
        (np.abs(LOGITS), "logits"),
        (np.log(SOFTMAX), "logits"),
        (0.1 * LOGITS, "logits"),
        (SOFTMAX, "probabilities"),
        (0.3 * SOFTMAX, "probabilities"),
        (np.ceil(256 * SOFTMAX) / 256, "probabilities"),
        (1 / (1 + np.exp(-LOGITS)), "scores"),
    ],
    ids=["logits", "positive", "logarithms", "small", "softmax", "with a rest", "int8", "sigmoids"],
)
def test_what_ten_numbers_are_is_told_by_trying(values, kind):
    assert kind_of(values) == kind
    for row in values:
        probabilities = as_probabilities(row, kind)
        assert probabilities.min() >= 0 and probabilities.max() <= 1
        assert probabilities.sum() <= 1.05
        assert probabilities.argmax() == row.argmax()


def test_logits_go_through_softmax():
    np.testing.assert_allclose(as_probabilities(LOGITS[0], "logits"), SOFTMAX[0], rtol=1e-5)


def test_probabilities_stay_as_they_are():
    values = (0.3 * SOFTMAX[0]).astype(np.float32)
    np.testing.assert_array_equal(as_probabilities(values, "probabilities"), values)


def test_rounding_does_not_lift_a_probability_above_1():
    assert as_probabilities(np.array([1.0000002] + [0] * 9, np.float32), "probabilities").max() == 1


def test_probes_are_images_that_differ():
    images = probes()
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    assert len({image.tobytes() for image in images}) == len(images)
