"""Ten numbers as probabilities, whatever the last layer of a file gives: told by trying it."""

from typing import Literal

import numpy as np

from edge_demo.contract import IMAGE_SIDE_PX, NUM_CLASSES

Kind = Literal["probabilities", "logits", "scores"]

# By which a probability may leave 0..1: a step of an integer file, 1/256, and float32's rounding.
TOLERANCE = 0.005


def probes() -> np.ndarray:
    """Images that make a digit reader answer differently: uint8 [7, 28, 28], 255 = ink."""
    side, ink = IMAGE_SIDE_PX, 255
    images = np.zeros((7, side, side), np.uint8)
    images[1] = ink
    images[2, 4:24, 13:16] = ink  # a 1
    images[3, 4:24, 8:20] = ink  # a 0
    images[3, 7:21, 11:17] = 0
    images[4, 4:7, 8:20] = images[4, 4:24, 17:20] = ink  # a 7
    images[5, 13:16, 4:24] = ink  # a dash
    images[6] = np.random.default_rng(0).integers(0, 256, (side, side), np.uint8)
    return images


def kind_of(values: np.ndarray) -> Kind:
    """What the outputs on the probes are, float32 [N, 10].

    "probabilities" lie in 0..1 and sum to 1 or less, what is missing being no digit. "scores" lie
    in 0..1 and sum to more: each digit was asked about by itself. All else is "logits".
    """
    if values.min() < -TOLERANCE or values.max() > 1 + TOLERANCE:
        return "logits"
    if values.sum(axis=1).max() > 1 + NUM_CLASSES * TOLERANCE:
        return "scores"
    return "probabilities"


def as_probabilities(values: np.ndarray, kind: Kind) -> np.ndarray:
    """Makes float32 [10] of a kind probabilities in 0..1.

    Example:

    >>> float(as_probabilities(np.array([0.0] * 9 + [100.0]), "logits").max())
    1.0
    """
    if kind == "logits":
        shares = np.exp(values - values.max())
        values = shares / shares.sum()
    elif kind == "scores":
        values = values / max(1.0, float(values.sum()))
    return np.minimum(np.maximum(values, 0), 1)
