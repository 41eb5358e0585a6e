"""Digits in an .npz as Keras publishes MNIST: x_train, y_train, x_test and y_test."""

import pathlib
from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.digits.idx import sha256
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SHAPE

TEST_KEYS = ("x_test", "y_test")
KEYS = ("x_train", "y_train", *TEST_KEYS)


def read(path: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """The four arrays as they lie in the file; the training ones are empty where it has none.

    Raises:
        UserError: If the file is none of arrays, is damaged, or lacks an array.
    """
    keys = KEYS if needs_training else TEST_KEYS
    try:
        # Opened here, because np.load leaves a damaged file open.
        with open(path, "rb") as stream:
            if stream.read(6) == b"\x93NUMPY":
                raise UserError(
                    f"{path} holds one array without labels (.npy); write images and labels into "
                    f"one file with numpy.savez('digits.npz', {'=…, '.join(KEYS)}=…)."
                )
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
    except UserError:
        raise
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
    origin = {"kind": "npz", "sha256": sha256(path.read_bytes())}
    return (
        arrays.get("x_train", np.empty((0, *IMAGE_SHAPE), np.uint8)),
        arrays.get("y_train", np.empty(0, np.int64)),
        arrays["x_test"],
        arrays["y_test"],
    ), origin
