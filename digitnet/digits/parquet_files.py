"""Digits as Parquet, in the layout of Hugging Face's data sets: a column `image`, one `label`.

mnist/train-00000-of-00001.parquet  mnist/test-00000-of-00001.parquet   the two parts
digits.parquet                                     a sixth of each digit is held out for the test

An image is a PNG or JPEG (bytes, or a struct that has them) or 784 numbers, nested or not. pyarrow
reads the files: it comes with tensorflow-datasets.
"""

import io
import pathlib
import re
from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.digits.csv_files import LABEL_NAMES
from digitnet.digits.held_out import hold_out
from digitnet.digits.idx import sha256
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SHAPE

IMAGE_NAMES = frozenset("image images img pixels x".split())


def find(folder: pathlib.Path) -> list[pathlib.Path]:
    """The Parquet files in a folder and in the folders of it, sorted."""
    return sorted([*folder.glob("*.parquet"), *folder.glob("*/*.parquet")])


def read_folder(folder: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """Reads all files of a folder into the part that their path says.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)` as the files have them.

    Raises:
        UserError: If a part is missing, a file belongs to neither, or one cannot be read.
    """
    paths = find(folder)
    if len(paths) == 1:
        return read_file(paths[0], needs_training)
    parts: dict[str, list[pathlib.Path]] = {"train": [], "test": []}
    for path in paths:
        part = _part(path.relative_to(folder))
        if part is None:
            raise UserError(
                f"{path} is named neither for train nor for test, as the Parquet files of a data "
                "set are; rename it or take it out."
            )
        parts[part].append(path)
    missing = [part for part, files in parts.items() if not files]
    if "test" in missing or (missing and needs_training):
        raise UserError(f"{folder} holds no Parquet file that is named for {missing[0]}.")
    arrays = [array for files in parts.values() for array in _concatenated(files)]
    checksums = {str(path.relative_to(folder)): sha256(path.read_bytes()) for path in paths}
    return (arrays[0], arrays[1], arrays[2], arrays[3]), {"kind": "parquet", "files": checksums}


def read_file(path: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """Reads one file and holds a sixth of each digit out; one named for a test is a test whole."""
    origin = {"kind": "parquet", "sha256": sha256(path.read_bytes())}
    arrays, split = hold_out(path, *_read(path), needs_training)
    return arrays, {**origin, "split": split}


def _part(path: pathlib.Path) -> str | None:
    words = re.findall(r"[a-z]+", str(path).lower())
    return next((part for part in ("test", "train") if part in words), None)


def _concatenated(paths: list[pathlib.Path]) -> tuple[np.ndarray, np.ndarray]:
    if not paths:
        return np.empty((0, *IMAGE_SHAPE), np.uint8), np.empty(0, np.int64)
    parts = [_read(path) for path in paths]
    shapes = {images.shape[1:] for images, _ in parts}
    if len(shapes) > 1:
        raise UserError(f"{paths[0]} and its companions hold images of several sizes: {shapes}.")
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _read(path: pathlib.Path) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of a file."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UserError(
            f"{path} is Parquet, which pyarrow reads: pip install pyarrow, or write the arrays "
            "into an .npz where it is."
        ) from error
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise UserError(f"{path} cannot be read as Parquet ({error}); fetch it again.") from error
    image = _column(path, table.column_names, IMAGE_NAMES, "image")
    label = _column(path, table.column_names, LABEL_NAMES, "label")
    labels = table.column(label).to_numpy()
    if labels.dtype == object:  # texts, or what is no label at all; both cannot be sorted
        labels = np.array([str(value) for value in labels])
    return _images(path, table.column(image)), labels


def _column(path: pathlib.Path, names: list[str], known: frozenset[str], what: str) -> str:
    found = [name for name in names if name.lower() in known]
    if len(found) != 1:
        raise UserError(
            f"{path} has no column named {what} (it has {', '.join(names[:5])}); digits in Parquet "
            "have the columns image and label."
        )
    return found[0]


def _images(path: pathlib.Path, column: Any) -> np.ndarray:
    """Images `(N, …)` of a column of pictures or of lists of numbers."""
    import pyarrow
    import pyarrow.compute

    values = column.combine_chunks()
    values = getattr(values, "storage", values)  # of Hugging Face's own Array2D
    if pyarrow.types.is_struct(values.type) and values.type.get_field_index("bytes") >= 0:
        values = values.field("bytes")
    if pyarrow.types.is_binary(values.type) or pyarrow.types.is_large_binary(values.type):
        return _decoded(path, values.to_pylist())
    shape = [len(values)]
    while _is_list(values.type):
        lengths = set(pyarrow.compute.list_value_length(values).to_pylist())
        if len(lengths) > 1 or None in lengths:
            break
        shape += lengths
        values = values.flatten()
    if len(shape) == 1 or _is_list(values.type) or values.null_count:
        raise UserError(f"{path}: the column of images holds neither pictures nor lists of a size.")
    return values.to_numpy(zero_copy_only=False).reshape(shape)


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _decoded(path: pathlib.Path, pictures: list[bytes | None]) -> np.ndarray:
    """Pictures as grey images, uint8 `(N, height, width)`; 70,000 of MNIST's take six seconds."""
    try:
        from PIL import Image
    except ImportError as error:
        raise UserError(
            f"{path} holds pictures, which Pillow decodes: pip install pillow."
        ) from error

    images = []
    for number, content in enumerate(pictures):
        try:
            images.append(np.asarray(Image.open(io.BytesIO(content or b"")).convert("L")))
        except (OSError, ValueError, SyntaxError) as error:
            raise UserError(
                f"{path}: the image of row {number} cannot be decoded; mend it or fetch it again."
            ) from error
    sizes = {image.shape for image in images}
    if len(sizes) > 1:
        named = ", ".join(f"{height}×{width}" for height, width in sorted(sizes)[:3])
        raise UserError(
            f"{path} holds pictures of several sizes ({named}); save them as files, in a folder "
            "for each digit, and digitnet centres and scales each digit."
        )
    return np.array(images)
