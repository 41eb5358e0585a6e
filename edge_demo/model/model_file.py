"""A .tflite file as bytes: is it one, what does it say about itself, is it whole."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from edge_demo import contract
from edge_demo.contract import UserError

DEFAULT_PATH = Path(__file__).parents[1] / "models" / "digitnet-int8.tflite"
DEFAULT_PAGE_READER = DEFAULT_PATH.with_name("digitnet-page-int8.tflite")


class ModelFileError(UserError):
    """The model file cannot be used; the message says what is wrong with it and what to do."""


class ModelFile(NamedTuple):
    """What a .tflite file holds: its bytes, and the labels and contract that it carries with it.

    `verified` says that the bytes have the checksum that the file was packed with.
    """

    path: Path
    content: bytes
    labels: tuple[str, ...]
    metadata: dict[str, Any]
    verified: bool


def read(path: str | os.PathLike | None = None) -> ModelFile:
    """Reads and checks a model file. Returns a ModelFile.

    Labels and metadata are files in a zip appended to the model, as TFLite Metadata has associated
    files; without them the labels are the ten digits and the metadata is empty. Where the metadata
    holds `flatbuffer_sha256`, the bytes before the zip must have that checksum.

    Args:
        path: the file. None: the one that ships with the package.

    Raises:
        ModelFileError: missing, unreadable, empty, not a TensorFlow Lite file, or damaged.
    """
    path = DEFAULT_PATH if path is None else Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelFileError(
            f"There is no model file {path}; `python -m export RUN_DIR` writes one."
        ) from error
    except OSError as error:
        raise ModelFileError(f"The model file {path} cannot be read: {error.strerror}.") from error
    # A flatbuffer holds its four-letter identifier after the offset of the root table.
    if content[4:8] != b"TFL3":
        what = "is empty" if not content else "is not a TensorFlow Lite file"
        raise ModelFileError(f"{path} {what}; `python -m export RUN_DIR` writes one.")
    try:
        _, metadata = contract.unpacked(content)
    except ValueError as error:
        raise ModelFileError(f"{path} is damaged ({error}); copy it again.") from error
    labels = tuple(metadata.get("labels", contract.LABELS))
    return ModelFile(path, content, labels, metadata, "flatbuffer_sha256" in metadata)
