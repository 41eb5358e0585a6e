"""The digits that scikit-learn embeds: always there, small, and not MNIST."""

from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.digits.held_out import SPLIT_SEED
from digitnet.errors import UserError

TEST_COUNT = 360  # of 1,797


def load() -> tuple[Arrays, dict[str, Any]]:
    """UCI optical digits, 8×8 in 0..16, enlarged to the 20×20 box that MNIST's digits fill.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)`; images uint8 `(N, 28, 28, 1)`, labels
        int64 `(N,)`.

    Raises:
        UserError: If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise UserError(
            "the embedded digits come with scikit-learn: pip install 'digitnet[train]'."
        ) from error
    bunch = load_digits()
    # Bilinear weights of 20 output rows over 8 input rows, pixel centres aligned.
    position = np.clip((np.arange(20) + 0.5) * 8 / 20 - 0.5, 0, 7)
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(8)))  # 20, 8
    enlarged = weights @ (bunch.images * (255 / 16)) @ weights.T
    images = np.pad(np.rint(enlarged).astype(np.uint8), ((0, 0), (4, 4), (4, 4)))[..., None]
    labels = bunch.target.astype(np.int64)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images))
    test, train = order[:TEST_COUNT], order[TEST_COUNT:]
    origin = {"kind": "embedded", "what": "scikit-learn load_digits (UCI optdigits), 28×28"}
    return (images[train], labels[train], images[test], labels[test]), origin
