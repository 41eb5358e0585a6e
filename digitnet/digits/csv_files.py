"""Digits as a table of text, one image a row: `label,pixel0,…,pixel783`, as Kaggle has MNIST.

train.csv              one file: a sixth of each digit is held out for the test
train.csv  test.csv    or a folder of two; mnist_train.csv and mnist_test.csv are as good

The first line may name the columns, in any order, or be an image: then the label stands first.
Files may be gzipped.
"""

import csv
import gzip
import pathlib
import warnings
import zlib
from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.digits.held_out import hold_out
from digitnet.digits.idx import sha256
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SIDE_PX

SUFFIXES = (".csv", ".csv.gz")
PIXELS = IMAGE_SIDE_PX * IMAGE_SIDE_PX
LABEL_NAMES = frozenset("label labels class digit target y".split())
WHAT = f"a CSV of digits has a label and {PIXELS} pixels in each row"


def is_csv(path: pathlib.Path) -> bool:
    """Whether a file is named as a CSV is."""
    return path.name.lower().endswith(SUFFIXES)


def find(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """The CSV files of a folder that are named for a part of MNIST: {`train` or `test`: path}."""
    named = {}
    for path in sorted(folder.iterdir()):
        stem = path.name.lower().split(".")[0]
        for part in ("train", "test"):
            if is_csv(path) and stem in (part, f"mnist_{part}", f"mnist-{part}"):
                named[part] = path
    return named


def read_folder(folder: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """Reads a folder of two files, the training arrays being empty where its file is missing.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)`, images `(N, 784)` as the files have them.

    Raises:
        UserError: If a file is missing, or is no table of digits.
    """
    paths = find(folder)
    if "test" not in paths:
        raise UserError(
            f"{folder} holds {paths['train'].name} and no test.csv; give {paths['train']} itself, "
            "and a sixth of each digit is held out for the test."
        )
    if "train" not in paths and needs_training:
        raise UserError(f"{folder} holds {paths['test'].name} and no train.csv to train on.")
    parts = {part: _read(path) for part, path in paths.items()}
    x_train, y_train = parts.get("train", (np.empty((0, PIXELS)), np.empty(0)))
    origin = {
        "kind": "csv",
        "files": {path.name: sha256(path.read_bytes()) for path in paths.values()},
    }
    return (x_train, y_train, *parts["test"]), origin


def read_file(path: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """Reads one file and holds a sixth of each digit out; one named for a test is a test whole."""
    origin = {"kind": "csv", "sha256": sha256(path.read_bytes())}
    arrays, split = hold_out(path, *_read(path), needs_training)
    return arrays, {**origin, "split": split}


def _read(path: pathlib.Path) -> tuple[np.ndarray, np.ndarray]:
    """Images `(N, 784)` and labels `(N,)` of a file, uint8 where all are whole numbers of bytes."""
    try:
        opener = gzip.open if path.name.lower().endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig") as stream:
            first = next(csv.reader([stream.readline()]), [])
        label = _label_column(path, first)
        values = _numbers(path, skip=0 if _is_numeric(first) else 1)
    except UserError:
        raise
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as a CSV ({error}); fetch it again.") from error
    except ValueError as error:
        raise UserError(f"{path} is no table of numbers: {error}; {WHAT}.") from error
    if not len(values):
        raise UserError(f"{path} holds no digits: no row follows its first line.")
    return np.delete(values, label, axis=1), values[:, label]


def _numbers(path: pathlib.Path, skip: int) -> np.ndarray:
    """The rows of a file, uint8 if possible: 42,000 rows take a second then, six as floats."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # a float where a byte was asked for
        warnings.filterwarnings("ignore", message="loadtxt: input contained no data")
        options: dict[str, Any] = {"delimiter": ",", "quotechar": '"', "encoding": "utf-8-sig"}
        try:
            return np.loadtxt(path, np.uint8, skiprows=skip, ndmin=2, **options)
        except (ValueError, DeprecationWarning):
            return np.loadtxt(path, np.float32, skiprows=skip, ndmin=2, **options)


def _label_column(path: pathlib.Path, first: list[str]) -> int:
    """Where the label stands, from the first line."""
    if not first:
        raise UserError(f"{path} holds no digits: its first line is empty.")
    if len(first) == 1 and first[0].count(";") > PIXELS // 2:
        raise UserError(f"{path} has semicolons between its numbers; write it with commas.")
    if _is_numeric(first):
        label = 0
    else:
        names = [name.strip().lower() for name in first]
        found = [place for place, name in enumerate(names) if name in LABEL_NAMES]
        if not found and len(first) == PIXELS:
            label = -1
        elif len(found) != 1:
            raise UserError(
                f"{path} has no column named label (its first are {', '.join(first[:3])}); {WHAT}."
            )
        else:
            label = found[0]
    if label == -1 or (len(first) == PIXELS and _is_numeric(first)):
        raise UserError(
            f"{path} holds {PIXELS} pixels a row and no labels, as Kaggle's test.csv does: nothing "
            "can be scored on it; give the file with labels, and a sixth of it is held out."
        )
    if len(first) != PIXELS + 1:
        raise UserError(f"{path} has {len(first)} columns; {WHAT}.")
    return label


def _is_numeric(cells: list[str]) -> bool:
    try:
        return bool([float(cell) for cell in cells])
    except ValueError:
        return False
