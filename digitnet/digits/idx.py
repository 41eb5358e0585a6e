"""MNIST-format IDX files, gzipped or not, and the checksums of the published ones."""

import gzip
import hashlib
import pathlib
import re
import zlib
from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.errors import UserError

# md5 of the unpacked files of MNIST (LeCun, Cortes, Burges), as mirrors publish them, to tell users
# which digits they have: a folder of IDX files may as well be Fashion-MNIST.
KNOWN_FILES = {
    "6bbc9ace898e44ae57da46a324031adb": "MNIST training images",
    "a25bea736e30d166cdddb491f175f624": "MNIST training labels",
    "2646ac647ad5339dbf082846283269ea": "MNIST test images",
    "27ae3e4e09519cfbb04c329615203637": "MNIST test labels",
}


def sha256(data: bytes) -> str:
    """The checksum of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def has_files(folder: pathlib.Path) -> bool:
    """Whether a folder holds any file that is named as MNIST's IDX files are."""
    return any(re.search(r"[-.]idx[13]-ubyte(\.gz)?$", path.name) for path in folder.iterdir())


def read_folder(folder: pathlib.Path, needs_training: bool = True) -> tuple[Arrays, dict[str, Any]]:
    """Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and their `t10k` twins.

    Names may end in `.gz` and may have a dot for the dash before `idx`. QMNIST's own files,
    `qmnist-train-images-idx3-ubyte` and so on, are read as well.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)`: arrays as the files have them, and for
        each file its checksum and which published file that is. The training arrays are empty
        where `needs_training` is false and the files are missing.

    Raises:
        UserError: If a file is missing, cut short, or no IDX file.
    """
    origin: dict[str, Any] = {"kind": "idx", "files": {}}
    arrays: list[np.ndarray] = []
    for split in ("train", "t10k"):
        for kind, rank in (("images", 3), ("labels", 1)):
            path = _find(folder, f"{split}-{kind}", rank) or _find_qmnist(folder, split, kind)
            if path is None and split == "train" and not needs_training:
                shape = (0, 28, 28) if kind == "images" else (0,)
                arrays.append(np.empty(shape, np.uint8))
                continue
            if path is None:
                raise UserError(
                    f"{folder} holds no {split}-{kind}-idx{rank}-ubyte (or .gz); a folder of IDX "
                    "files has train-images, train-labels, t10k-images and t10k-labels."
                )
            data = _unpack(path)
            md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
            origin["files"][path.name] = {
                "sha256": sha256(data),
                "known_as": KNOWN_FILES.get(md5, "not a published MNIST file"),
            }
            arrays.append(_parse(path, data, rank))
    x_train, y_train, x_test, y_test = arrays
    return (x_train, y_train, x_test, y_test), origin


def _find(folder: pathlib.Path, stem: str, rank: int) -> pathlib.Path | None:
    for dash in ("-", "."):
        for suffix in ("", ".gz"):
            path = folder / f"{stem}{dash}idx{rank}-ubyte{suffix}"
            if path.is_file():
                return path
    return None


def _find_qmnist(folder: pathlib.Path, split: str, kind: str) -> pathlib.Path | None:
    part = "test" if split == "t10k" else split
    ending = "idx3-ubyte" if kind == "images" else "idx2-int"
    for suffix in ("", ".gz"):
        path = folder / f"qmnist-{part}-{kind}-{ending}{suffix}"
        if path.is_file():
            return path
    return None


def _unpack(path: pathlib.Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be unpacked ({error}); fetch it again.") from error


def _parse(path: pathlib.Path, data: bytes, rank: int) -> np.ndarray:
    """Magic number 0x00000800 + rank, `rank` big-endian sizes, then bytes (LeCun's MNIST page)."""
    if data[:4] == bytes([0, 0, 12, 2]):
        # QMNIST's labels: eight 32-bit integers an image, the digit first.
        return _sized(path, data, 2, np.dtype(">i4"))[:, 0].astype(np.int64)
    if data[:4] != bytes([0, 0, 8, rank]):
        raise UserError(f"{path} is not an IDX file of {rank}-dimensional bytes.")
    return _sized(path, data, rank, np.dtype(np.uint8))


def _sized(path: pathlib.Path, data: bytes, rank: int, dtype: np.dtype) -> np.ndarray:
    header_size = 4 + 4 * rank
    if len(data) < header_size:
        raise UserError(f"{path} is cut short within its header; fetch it again.")
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", rank, offset=4))
    expected = header_size + dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    if len(data) != expected:
        raise UserError(
            f"{path} holds {len(data):,} bytes but its header promises {expected:,}: it was cut "
            "short or damaged; fetch it again."
        )
    return np.frombuffer(data, dtype, offset=header_size).reshape(shape)
