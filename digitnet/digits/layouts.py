"""Which layout the value of `--dataset` has, and what reads it."""

import pathlib
import sys
from typing import Any

from digitnet.digits import class_folders, csv_files, embedded, idx, mnist, npz_files, parquet_files
from digitnet.digits.checks import Arrays, check_digits
from digitnet.errors import UserError

FILES = (
    "an .npz, a .csv or a .parquet file, a folder of IDX, CSV or Parquet files, or a folder with "
    "a folder of pictures for each digit"
)


def read(dataset: str, needs_training: bool) -> tuple[str, Arrays, dict[str, Any]]:
    """Reads a data set, in whatever layout, and brings it to the contract.

    Returns:
        `(name, (x_train, y_train, x_test, y_test), origin)`: images uint8 `(N, 28, 28, 1)`,
        0 = background, 255 = ink, labels int64 `(N,)`; the training arrays may be empty where
        `needs_training` is false.

    Raises:
        UserError: If the digits cannot be had or are not digits as the contract has them.
    """
    if dataset == "optdigits":
        return dataset, *embedded.load()
    if dataset in ("auto", "mnist"):
        try:
            return "mnist", *mnist.load()
        except mnist.Unavailable as reason:
            if dataset == "mnist":
                raise
            print(
                f"NOTE: MNIST is not at hand ({reason}). Going on with the embedded digits: "
                "1,797 UCI optical digits from scikit-learn, enlarged to 28×28. Accuracies are "
                "not MNIST's.",
                file=sys.stderr,
                flush=True,
            )
            return "optdigits", *embedded.load()
    path = pathlib.Path(dataset)
    try:
        if path.is_dir() and (arrow := next(path.glob("*/*.arrow"), None)):
            raise UserError(
                f"{arrow} was written by Hugging Face's save_to_disk; write Parquet instead: "
                "dataset['train'].to_parquet('digits/train.parquet'), the same for test, and give "
                "the folder digits."
            )
        if path.is_dir() and _is_class_folders(path):
            return dataset, *class_folders.read_folder(path, needs_training)
        arrays, origin = (_read_folder if path.is_dir() else _read_file)(path, needs_training)
    except PermissionError as error:
        raise UserError(
            f"{error.filename or dataset} cannot be read ({error.strerror}); change its "
            "permissions, or ask its owner."
        ) from error
    arrays, converted = check_digits(dataset, *arrays)
    return dataset, arrays, {**origin, **({"converted": converted} if converted else {})}


def _is_class_folders(path: pathlib.Path) -> bool:
    tables = csv_files.find(path) or parquet_files.find(path)
    return not tables and class_folders.is_class_folders(path)


def _read_folder(path: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    if idx.has_files(path):
        return idx.read_folder(path, needs_training)
    if csv_files.find(path):
        return csv_files.read_folder(path, needs_training)
    if parquet_files.find(path):
        return parquet_files.read_folder(path, needs_training)
    raise UserError(
        f"{path} holds neither IDX files (train-images-idx3-ubyte and the like, or .gz), nor "
        "train.csv and test.csv, nor Parquet files, nor class folders: "
        f"{class_folders.LAYOUT}."
    )


def _read_file(path: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    if not path.exists():
        raise UserError(
            f"there is no dataset {str(path)!r}: give auto, mnist, optdigits, or the path of "
            f"{FILES}."
        )
    if "ubyte" in path.name:
        raise UserError(f"{path} is one file of several; give its folder, {path.parent}.")
    if csv_files.is_csv(path):
        return csv_files.read_file(path, needs_training)
    if path.suffix.lower() in (".parquet", ".pq"):
        return parquet_files.read_file(path, needs_training)
    if path.suffix.lower() in (".npz", ".npy", ""):
        return npz_files.read(path, needs_training)
    if path.suffix.lower() == ".zip":
        raise UserError(f"{path} is packed; unpack it and give the folder.")
    raise UserError(
        f"{path} is no file of digits that digitnet reads; give auto, mnist, optdigits, or {FILES}."
    )
