import numpy as np
import pytest

from digitnet.training import scores

LABELS = np.array([0, 0, 1, 2])
PROBABILITIES = np.zeros((4, 10))
PROBABILITIES[[0, 1, 2, 3], [0, 3, 1, 3]] = [0.9, 0.6, 0.8, 0.7]
PROBABILITIES[1, 0] = 0.4


def test_confusion_matrix_has_labels_in_rows():
    matrix = scores.confusion_matrix(LABELS, PROBABILITIES.argmax(axis=1))
    assert (matrix[0, 0], matrix[0, 3], matrix[1, 1], matrix[2, 3]) == (1, 1, 1, 1)
    assert matrix.sum() == 4


def test_summary_counts_by_hand():
    result = scores.summary(LABELS, PROBABILITIES)
    assert result["count"] == 4
    assert result["accuracy"] == 0.5
    assert result["per_class_accuracy"][:4] == [0.5, 1.0, 0.0, None]
    assert [pair["label"] for pair in result["confusion_pairs"]] == [0, 2]
    expected = -np.log([0.9, 0.4, 0.8, 1e-7]).mean()
    assert result["loss"] == pytest.approx(expected)


def test_calibration_error_is_the_weighted_gap():
    probabilities = np.full((10, 10), 0.02 / 9)
    probabilities[:, 4] = 0.98
    labels = np.full(10, 4)
    labels[:2] = 5
    assert scores.expected_calibration_error(labels, probabilities) == pytest.approx(0.18)


def test_confidence_of_one_falls_into_the_last_bin():
    confidence, accuracy, count = scores.reliability(np.array([3]), np.eye(10)[[3]])
    assert count[-1] == 1
    assert (confidence[-1], accuracy[-1]) == (1, 1)
