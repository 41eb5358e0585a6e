"""What is held out of digits that come without a test part: a sixth of each, by a fixed seed."""

import pathlib
import sys

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.errors import UserError

# The split is a property of the data set, not of a run: seeds stay comparable.
SPLIT_SEED = 2026
TEST_SHARE = 1 / 6  # of each digit; MNIST tests on 10,000 of its 70,000


def choose_test(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which images are held out for the test, bool `(N,)`: a share of every digit.

    At least one image where a digit has two.
    """
    is_test = np.zeros(len(labels), bool)
    for digit in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == digit))
        count = round(TEST_SHARE * len(places))
        is_test[places[: max(count, min(1, len(places) - 1))]] = True
    return is_test


def hold_out(
    path: pathlib.Path, images: np.ndarray, labels: np.ndarray, needs_training: bool
) -> tuple[Arrays, str]:
    """Divides the digits of a single file, and says so on stderr.

    A file that is named for a test is a test part whole.

    Returns:
        `((x_train, y_train, x_test, y_test), split)`, the split in words for the record.

    Raises:
        UserError: If there is to be training on a file that is named for a test.
    """
    if "test" in path.name.lower():
        if needs_training:
            raise UserError(
                f"{path} is named for a test; give the folder that holds the training file as "
                "well, or rename it, and a sixth of each digit is held out for the test."
            )
        return (images[:0], labels[:0], images, labels), "a test part"
    is_test = choose_test(labels, np.random.default_rng(SPLIT_SEED))
    print(
        f"NOTE: {path} has no test part: {is_test.sum():,} of its {len(labels):,} images, a sixth "
        "of each digit, are held out for the test.",
        file=sys.stderr,
        flush=True,
    )
    return (
        (images[~is_test], labels[~is_test], images[is_test], labels[is_test]),
        f"a sixth of each digit, seed {SPLIT_SEED}",
    )
