"""Digits as arrays: MNIST through TFDS, one's own files, or the embedded digits.

Polarity everywhere: uint8, 0 = background, 255 = ink.
"""

import dataclasses
import hashlib
from typing import Any

import numpy as np

from digitnet.digits import checks, layouts
from digitnet.digits.checks import Arrays
from digitnet.digits.held_out import SPLIT_SEED
from digitnet.errors import UserError


@dataclasses.dataclass(frozen=True)
class Digits:
    """Images and labels in three parts.

    Attributes:
        name: `mnist`, `optdigits`, or the path the digits came from.
        x_train, x_validation, x_test: uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink. The
            validation images were taken out of the training images; either may be empty.
        y_train, y_validation, y_test: int64 `(N,)`, 0..9.
        origin: Where the digits came from, for `config.json`; checksums where files were read.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    origin: dict[str, Any]


def load(
    dataset: str = "auto",
    *,
    validation_count: int = 5000,
    limit: int | None = None,
    needs_training: bool = True,
) -> Digits:
    """Loads digits and takes a validation part out of the training images.

    Args:
        dataset: `auto`, `mnist`, `optdigits`, or a path to an .npz (`x_train`, `y_train`,
            `x_test`, `y_test`), a CSV or a Parquet file, to a folder of MNIST-format IDX files,
            gzipped or not, of CSV or of Parquet files, or to a folder of pictures as
            `digitnet.digits.class_folders` reads them.
            `auto` is MNIST where it is prepared or can be fetched, else the embedded digits,
            and says so on stderr.
        validation_count: Images to take out of the training images, at most a sixth of them.
        limit: Keeps at most this many training images (validation included) and test images.
        needs_training: If false, files with a test part only are accepted.

    Raises:
        UserError: If the digits cannot be had or are not digits as the contract has them.
    """
    name, arrays, origin = layouts.read(dataset, needs_training)
    return _divided(name, arrays, origin, validation_count, limit)


def from_arrays(
    x_train: Any,
    y_train: Any,
    x_test: Any = None,
    y_test: Any = None,
    *,
    name: str = "arrays",
    validation_count: int = 5000,
) -> Digits:
    """Digits from arrays, or lists of them, as `digitnet.digits.checks` takes and converts them.

    Args:
        x_train, y_train: Images and labels to train on; a validation part is taken out of them.
        x_test, y_test: Images and labels that are only tested on; none where they are None.
        name: For sentences and for the run directory.
        validation_count: Images to take out of the training images, at most a sixth of them.

    Raises:
        UserError: If they are no digits, if there are none, or a test part is half given.
    """
    if (x_test is None) != (y_test is None):
        raise UserError(f"{name}: test images and test labels go together; give both or neither.")
    test = ([], []) if x_test is None else (x_test, y_test)
    arrays, converted = checks.check_digits(name, x_train, y_train, *test)
    if not len(arrays[0]):
        raise UserError(f"{name}: there are no training images.")
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    origin: dict[str, Any] = {"kind": "arrays", "sha256": digest.hexdigest()}
    if converted:
        origin["converted"] = converted
    return _divided(name, arrays, origin, validation_count)


def _divided(
    name: str,
    arrays: Arrays,
    origin: dict[str, Any],
    validation_count: int,
    limit: int | None = None,
) -> Digits:
    """Takes the validation part out of the training images."""
    x_train, y_train, x_test, y_test = arrays
    order = np.random.default_rng(SPLIT_SEED).permutation(len(x_train))
    if limit is not None:
        order, x_test, y_test = order[:limit], x_test[:limit], y_test[:limit]
    held_out = min(validation_count, len(order) // 6)
    validation, training = order[:held_out], np.sort(order[held_out:])
    return Digits(
        name,
        x_train[training],
        y_train[training],
        x_train[validation],
        y_train[validation],
        x_test,
        y_test,
        origin,
    )
