"""Digits as arrays: MNIST through TFDS, one's own files, or the embedded digits.

Polarity everywhere: uint8, 0 = background, 255 = ink.
"""

import dataclasses
import hashlib
import pathlib
import sys
from typing import Any

import numpy as np

from digitnet.digits import checks, class_folders, idx, mnist
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SIDE_PX, NUM_CLASSES  # noqa: F401

SPLIT_SEED = 2026  # the split is a property of the data set, not of a run: seeds stay comparable
OPTDIGITS_TEST_COUNT = 360


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
            `x_test`, `y_test`), to a folder of MNIST-format IDX files, gzipped or not, or to a
            folder of pictures as `digitnet.digits.class_folders` reads them.
            `auto` is MNIST where it is prepared or can be fetched, else the embedded digits,
            and says so on stderr.
        validation_count: Images to take out of the training images, at most a sixth of them.
        limit: Keeps at most this many training images (validation included) and test images.
        needs_training: If false, files with a test part only are accepted.

    Raises:
        UserError: If the digits cannot be had or are not digits as the contract has them.
    """
    name, arrays, source = _read(dataset, needs_training)
    return _divided(name, arrays, source, validation_count, limit)


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
    arrays, done = checks.check_digits(name, x_train, y_train, *test)
    if not len(arrays[0]):
        raise UserError(f"{name}: there are no training images.")
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    source = {"kind": "arrays", "sha256": digest.hexdigest()}
    return _divided(name, arrays, source | ({"converted": done} if done else {}), validation_count)


def _divided(name, arrays, source, validation_count, limit=None):
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
        source,
    )


def _read(dataset, needs_training):
    if dataset == "mnist":
        return "mnist", *mnist.load()
    if dataset == "optdigits":
        return "optdigits", *_optdigits()
    if dataset == "auto":
        try:
            return "mnist", *mnist.load()
        except mnist.Unavailable as reason:
            print(
                f"NOTE: MNIST is not at hand ({reason}). Going on with the embedded digits: "
                "1,797 UCI optical digits from scikit-learn, enlarged to 28×28. Accuracies are "
                "not MNIST's.",
                file=sys.stderr,
                flush=True,
            )
            return "optdigits", *_optdigits()
    path = pathlib.Path(dataset)
    if path.is_dir() and class_folders.is_class_folders(path):
        return dataset, *class_folders.read_folder(path, needs_training, SPLIT_SEED)
    if path.is_dir() and not idx.has_files(path):
        raise UserError(
            f"{dataset} holds neither IDX files (train-images-idx3-ubyte and the like, or .gz) nor "
            f"class folders: {class_folders.LAYOUT}."
        )
    if path.is_dir():
        return dataset, *_checked(dataset, idx.read_folder(path, needs_training))
    if path.is_file():
        return dataset, *_checked(dataset, _read_npz(path, needs_training))
    raise UserError(
        f"there is no dataset {dataset!r}: give auto, mnist, optdigits, or the path of an .npz "
        "file, of a folder of IDX files or of a folder with a folder of pictures for each digit."
    )


def _optdigits():
    """UCI optical digits, 8×8 in 0..16, enlarged to the 20×20 box that MNIST's digits fill."""
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
    test, train = order[:OPTDIGITS_TEST_COUNT], order[OPTDIGITS_TEST_COUNT:]
    source = {"kind": "embedded", "what": "scikit-learn load_digits (UCI optdigits), 28×28"}
    return (images[train], labels[train], images[test], labels[test]), source


def _read_npz(path, needs_training):
    keys = ("x_train", "y_train", "x_test", "y_test") if needs_training else ("x_test", "y_test")
    try:
        # Opened here, because np.load leaves a damaged file open.
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise UserError(f"{path} cannot be read as an .npz file of arrays: {error}") from error
    except Exception as error:  # zipfile and zlib raise kinds of their own on damaged files
        raise UserError(f"{path} is damaged: {error}; copy it again.") from error
    missing = [key for key in keys if key not in arrays]
    if missing:
        raise UserError(
            f"{path} lacks {', '.join(missing)}; an .npz of digits holds {', '.join(keys)} "
            f"(found: {', '.join(arrays) or 'nothing'})."
        )
    source = {"kind": "npz", "sha256": idx.sha256(path.read_bytes())}
    empty_x = np.empty((0, IMAGE_SIDE_PX, IMAGE_SIDE_PX), np.uint8)
    return (
        arrays.get("x_train", empty_x),
        arrays.get("y_train", np.empty(0, np.int64)),
        arrays["x_test"],
        arrays["y_test"],
    ), source


def _checked(name, arrays_and_source):
    """Digits as the contract has them, or a sentence that says which array is not."""
    arrays, source = arrays_and_source
    arrays, done = checks.check_digits(name, *arrays)
    return arrays, {**source, **({"converted": done} if done else {})}
