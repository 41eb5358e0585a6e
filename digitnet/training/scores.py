"""Numbers from labels and probabilities: NumPy only, equal for every kind of model file."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from edge_demo.contract import NUM_CLASSES

CALIBRATION_BINS = 15  # as Guo et al. 2017, "On Calibration of Modern Neural Networks"


def confusion_matrix(
    labels: ArrayLike, predictions: ArrayLike, num_classes: int = NUM_CLASSES
) -> np.ndarray:
    """Counts, int64 `(num_classes, num_classes)`: rows are labels, columns predictions.

    Example:

    >>> confusion_matrix([0, 1, 1], [0, 1, 0], num_classes=2)
    array([[1, 0],
           [1, 1]])
    """
    matrix = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(matrix, (np.asarray(labels), np.asarray(predictions)), 1)
    return matrix


def reliability(
    labels: np.ndarray, probabilities: np.ndarray, bins: int = CALIBRATION_BINS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean confidence, accuracy and count in equal bins of confidence.

    Returns:
        Three arrays `(bins,)`; confidence and accuracy are NaN where a bin is empty.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(index, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(index, confidence, minlength=bins) / count
        accuracy = np.bincount(index, correct, minlength=bins) / count
    return mean_confidence, accuracy, count


def expected_calibration_error(
    labels: np.ndarray, probabilities: np.ndarray, bins: int = CALIBRATION_BINS
) -> float:
    """Mean gap of confidence and accuracy over bins, weighted by count: 0 is perfect.

    Example:

    >>> sure = np.eye(10)[[3, 3, 3, 3]]  # four times 3, each with probability 1
    >>> expected_calibration_error(np.array([3, 3, 3, 8]), sure)
    0.25
    """
    confidence, accuracy, count = reliability(labels, probabilities, bins)
    gaps = np.nan_to_num(np.abs(confidence - accuracy))
    return float((gaps * count).sum() / count.sum())


def chance_accuracy(labels: np.ndarray) -> float | None:
    """What the answer that is right most often would score; `None` where there are no labels.

    Example:

    >>> chance_accuracy(np.array([3, 3, 3, 8]))
    0.75
    """
    return float(np.bincount(labels).max() / len(labels)) if len(labels) else None


def summary(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """Everything `digitnet.evaluate` reports, ready for JSON.

    Args:
        labels: Integers `(N,)`, 0..9.
        probabilities: Floats `(N, 10)`.

    Returns:
        A dict with `count`, `accuracy`, `loss` and `calibration_error` (all three `None` where
        there are no images), `loss` (cross-entropy in nats), `per_class_accuracy`
        (`None` for digits that do not occur), `calibration_error`, `confusion_matrix`, and
        `confusion_pairs`, the most frequent mistakes first.
    """
    predictions = probabilities.argmax(axis=1)
    matrix = confusion_matrix(labels, predictions)
    # An int8 file answers with exact zeros; 1e-7 is the floor that Keras' own losses have.
    of_label = np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1.0)
    totals = matrix.sum(axis=1)
    pairs = [
        {
            "label": int(label),
            "prediction": int(prediction),
            "count": int(matrix[label, prediction]),
        }
        for label, prediction in np.argwhere(matrix - np.diag(np.diag(matrix)))
    ]
    return {
        "count": len(labels),
        "accuracy": float((predictions == labels).mean()) if len(labels) else None,
        "loss": float(-np.log(of_label).mean()) if len(labels) else None,
        "per_class_accuracy": [
            float(matrix[digit, digit] / totals[digit]) if totals[digit] else None
            for digit in range(len(matrix))
        ],
        "calibration_error": expected_calibration_error(labels, probabilities)
        if len(labels)
        else None,
        "confusion_matrix": matrix.tolist(),
        "confusion_pairs": sorted(pairs, key=lambda pair: -pair["count"]),
    }
