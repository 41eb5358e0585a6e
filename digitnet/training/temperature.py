"""Confidences that mean what they say: one temperature, folded into the last layer."""

import math

import keras
import numpy as np
from scipy import optimize

SEARCH_RANGE = (0.1, 10.0)  # of temperatures; the best of a sane model lies well inside


def calibrate(
    model: keras.Model, images: np.ndarray, labels: np.ndarray, batch_size: int = 500
) -> float:
    """Divides a model's logits by the temperature that fits held-out images best.

    Label smoothing leaves a model less sure than it is right, plain training more sure. One
    number mends both and changes no answer. It is folded into the weights of the layer `logits`,
    so that every format of the model carries it.

    Args:
        model: A model of `digitnet.models`; its layer `logits` is changed.
        images: uint8 `(N, 28, 28, 1)`, not trained on.
        labels: Integers `(N,)`, 0..9.
        batch_size: Images a call.

    Returns:
        The temperature. The logits were divided by it.

    Reference:
        Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
    """
    layer = model.get_layer("logits")
    logits = keras.Model(model.input, layer.output).predict(images, batch_size, verbose=0)
    temperature = best_temperature(logits, labels)
    layer.set_weights([weight / temperature for weight in layer.get_weights()])
    return temperature


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the least cross-entropy, by bounded search on its logarithm.

    Args:
        logits: Floats `(N, C)`.
        labels: Integers `(N,)`.
    """

    def cross_entropy(log_temperature: float) -> float:
        scaled = logits.astype(np.float64) / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1))
        return (log_sum - scaled[np.arange(len(labels)), labels]).mean()

    bounds = np.log(SEARCH_RANGE)
    found = optimize.minimize_scalar(cross_entropy, bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def hits_bound(temperature: float) -> bool:
    """Whether the search ended at an end of its range: then no temperature fits.

    Example:

    >>> hits_bound(0.1000001), hits_bound(1.3)
    (True, False)
    """
    return any(math.isclose(temperature, bound, rel_tol=1e-3) for bound in SEARCH_RANGE)
