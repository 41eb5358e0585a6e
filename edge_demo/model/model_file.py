"""A .tflite file as bytes: is it one, what does it say about itself, is it whole."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import NamedTuple

from edge_demo.errors import UserError

DEFAULT_PATH = Path(__file__).parents[1] / "models" / "digitnet-int8.tflite"
DIGITS = tuple("0123456789")


class ModelFileError(UserError):
    """The model file cannot be used; the message says what is wrong with it and what to do."""


class ModelFile(NamedTuple):
    """What a .tflite file holds: its bytes, and the labels and contract that it carries with it.

    `verified` says that the bytes have the checksum that the file was packed with.
    """

    path: Path
    content: bytes
    labels: tuple
    metadata: dict
    verified: bool


def read(path=None):
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
        labels, metadata, flatbuffer = _unpack(content)
    except Exception as error:  # zipfile and json raise whatever the damaged part makes them raise
        raise ModelFileError(f"{path} is damaged ({error}); copy it again.") from error
    expected = metadata.get("flatbuffer_sha256")
    if expected and hashlib.sha256(flatbuffer).hexdigest() != expected:
        raise ModelFileError(f"{path} is damaged (its checksum differs); copy it again.")
    return ModelFile(path, content, labels, metadata, bool(expected))


def _unpack(content):
    """Returns (labels, metadata, the bytes before the appended zip)."""
    if b"PK\x05\x06" not in content[-1024:] and b"digitnet.json" not in content[-65536:]:
        return DIGITS, {}, content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        start = min((member.header_offset for member in archive.infolist()), default=len(content))
        labels = archive.read("labels.txt").decode().split() if "labels.txt" in names else DIGITS
        metadata = json.loads(archive.read("digitnet.json")) if "digitnet.json" in names else {}
    if not isinstance(metadata, dict) or len(labels) != len(DIGITS):
        raise ValueError("its labels or its digitnet.json are not a digit reader's")
    return tuple(labels), metadata, content[:start]
