"""Tiny digits and recipes, so that whole runs take seconds."""

import dataclasses

import numpy as np
import pytest

from digitnet import recipe
from digitnet.digits import datasets


def drawn_digits(count, seed=0):
    """Images that a network can tell apart at once: digit d is a bright bar in row band d."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    images = rng.integers(0, 40, (count, 28, 28, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 4:24] = 255
    return images, labels.astype(np.int64)


@pytest.fixture
def digits():
    """80 training, 20 validation and 40 test images."""
    x, y = drawn_digits(140)
    parts = (x[:80], y[:80], x[80:100], y[80:100], x[100:], y[100:])
    return datasets.Digits("drawn", *parts, origin={"kind": "drawn"})


@pytest.fixture
def npz(tmp_path):
    """The path of an .npz of drawn digits."""
    path = tmp_path / "digits.npz"
    x, y = drawn_digits(160)
    np.savez(path, x_train=x[:120], y_train=y[:120], x_test=x[120:], y_test=y[120:])
    return path


@pytest.fixture
def tiny():
    """A recipe of two epochs of four steps, with everything in it that has a state."""
    return dataclasses.replace(
        recipe.default(), epochs=2, batch_size=20, learning_rate=0.02, validation_count=20
    )
