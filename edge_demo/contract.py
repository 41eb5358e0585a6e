"""What all parts agree on: images, labels, outputs, what a model file carries, a user's mistakes.

Nothing but the standard library is imported here, so that every part may import it anywhere.
"""

import errno
import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

IMAGE_SIDE_PX = 28
IMAGE_SHAPE = (IMAGE_SIDE_PX, IMAGE_SIDE_PX, 1)  # uint8, 0 = background, 255 = ink, as MNIST
NUM_CLASSES = 10
LABELS = tuple("0123456789")

# A model file's outputs by name, in their order in the file.
PROBABILITIES = "probabilities"  # (1, 10)
ATTENTION = "attention"  # (1, H, W, 1), 0..1: the first gate's mask
# The page reader takes a canvas of a frame's levels, uint8, and answers in three maps, positions
# PAGE_STRIDE pixels apart: the log-odds that the middle of a digit is there, [h, w, 1]; the logits
# of which, [h, w, 10]; its box, [h, w, 4]: the middle's offset in units of PAGE_OFFSET pixels, and
# the logarithms of width and height over PAGE_SIZE pixels; and, where the file has them, what its
# gates on the maps of stride 4 and 8 let through, 0..1, [h, w, 2].
PAGE_CANVAS = (736, 640, 3)
PAGE_STRIDE, PAGE_OFFSET, PAGE_SIZE = 4, 8.0, 24.0
PRESENCE, DIGITS, BOXES, MASKS = "presence", "digits", "boxes", "masks"

THRESHOLD = 0.6  # the least probability with which a digit of a picture is reported
CROP_THRESHOLD = 0.4  # the same of a crop, which is known to hold one

LABELS_FILE, METADATA_FILE = "labels.txt", "digitnet.json"
# A fixed date makes equal contents equal bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# A zip's end, and a name in its directory: what a damaged zip leaves in a file's last bytes.
ZIP_END = b"PK\x05\x06"

# Which extra of the package brings an import: {top-level module: extra}.
EXTRAS = {
    **dict.fromkeys(("cv2", "tflite_runtime", "ai_edge_litert"), "edge"),
    **dict.fromkeys(("keras", "tensorflow", "tensorflow_datasets", "matplotlib"), "train"),
    **dict.fromkeys(("sklearn", "scipy", "tqdm", "tflite", "flatbuffers", "tensorboard"), "train"),
    **dict.fromkeys(("starlette", "uvicorn", "anyio", "prometheus_client", "segno"), "web"),
    **dict.fromkeys(("jax",), "jax"),
    **dict.fromkeys(("skimage",), "reproduce"),
    **dict.fromkeys(("pillow_heif",), "heic"),
    **dict.fromkeys(("ray",), "ray"),
    **dict.fromkeys(("pyarrow", "fsspec"), "bulk"),
    **dict.fromkeys(("torch", "onnx", "onnxruntime"), "bench"),
}


class UserError(ValueError):
    """Something that the user can mend. The message is one sentence: what was wrong, what to do."""


def run_command(
    command: Callable[[Sequence[str] | None], int | None], argv: Sequence[str] | None = None
) -> int:
    """Runs `command(argv)`, the body of a command line, and returns the process' exit code.

    0 is success, 2 a `UserError` or a package that is not installed, whose sentence goes to stderr,
    130 Ctrl-C. A reader that went away (`| head`) ends the command quietly with 0; an output that
    cannot be written to (a full disk) with 2. Every other exception passes through: a traceback is
    for our own mistakes.
    """
    try:
        try:
            return command(argv) or 0
        finally:
            # Here and not at the interpreter's end, where what fails is beyond any sentence.
            if sys.stdout is not None:
                sys.stdout.flush()
    except UserError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").split(".")[0])
        if extra is None:
            raise
        return _fail(missing_package(error.name or "", extra))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _discard_output()
        return _fail("the disk is full; make room and run the command again.")


def missing_package(name: str, extra: str) -> str:
    """The sentence for an import that an extra of the package brings.

    Example:

    >>> missing_package("keras", "train")
    "keras is not installed: pip install 'digitnet[train]' brings it."
    """
    return f"{name} is not installed: pip install 'digitnet[{extra}]' brings it."


def packed(flatbuffer: bytes, metadata: dict[str, Any], labels: Iterable[str] = LABELS) -> bytes:
    """Appends labels.txt and digitnet.json to a .tflite file, so that one file is all to deploy.

    They are appended as a zip, as TFLite Metadata has associated files: interpreters ignore what
    follows the flatbuffer, and the standard library's `zipfile` finds it from the end. `metadata`
    is completed by the labels, and by the length and sha256 of the flatbuffer, with which a reader
    tells a damaged file from a whole one before it gives it to a runtime.

    Example:

    >>> file = packed(b"a flatbuffer", {"name": "digitnet"})
    >>> flatbuffer, metadata = unpacked(file)
    >>> flatbuffer, metadata["name"], metadata["labels"][:3]
    (b'a flatbuffer', 'digitnet', ['0', '1', '2'])
    """
    labels = list(labels)
    metadata = {
        **metadata,
        "labels": labels,
        "flatbuffer_bytes": len(flatbuffer),
        "flatbuffer_sha256": hashlib.sha256(flatbuffer).hexdigest(),
    }
    stream = io.BytesIO(flatbuffer)
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            (LABELS_FILE, "".join(f"{label}\n" for label in labels)),
            (METADATA_FILE, json.dumps(metadata, indent=1) + "\n"),
        ):
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return stream.getvalue()


def unpacked(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Splits a file into (flatbuffer, metadata).

    The metadata's `labels` are those of labels.txt where that is in the file. Without an appended
    zip, or one without digitnet.json, the metadata is empty but for them.

    Raises:
        ValueError: The appended zip or the flatbuffer is damaged, or what it carries is not a digit
            reader's.
    """
    if ZIP_END not in content[-1024:] and METADATA_FILE.encode() not in content[-65536:]:
        return content, {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            start = min((one.header_offset for one in archive.infolist()), default=len(content))
            metadata = json.loads(archive.read(METADATA_FILE)) if METADATA_FILE in names else {}
            labels = archive.read(LABELS_FILE).decode().split() if LABELS_FILE in names else None
    except Exception as error:  # zipfile and json raise whatever the damaged part makes them raise
        raise ValueError(f"the appended zip is damaged ({error})") from error
    if not isinstance(metadata, dict):
        raise ValueError(f"its {METADATA_FILE} is no JSON object")
    if labels is not None:
        metadata["labels"] = labels
    if len(metadata.get("labels", LABELS)) != NUM_CLASSES:
        raise ValueError(f"its labels are not those of {NUM_CLASSES} digits")
    flatbuffer = content[:start]
    checksum = hashlib.sha256(flatbuffer).hexdigest()
    if metadata.get("flatbuffer_sha256", checksum) != checksum:
        raise ValueError("its checksum differs")
    return flatbuffer, metadata


def _fail(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return 2


def _discard_output() -> None:
    """Python flushes stdout once more at its end, and would print a traceback for it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # no file behind it, as under a test
        sys.stdout = None
