"""MNIST through TensorFlow Datasets: a prepared copy first, then a download if its host answers."""

import contextlib
import importlib.util
import os
import re
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np

from digitnet.digits.checks import Arrays
from digitnet.errors import UserError

DOWNLOAD_HOST = "storage.googleapis.com"  # where TFDS' mnist builder downloads from
RESOLVE_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 5.0
TRAIN_COUNT, TEST_COUNT = 60_000, 10_000

FETCH = "`python -c \"import tensorflow_datasets as t; t.load('mnist')\"`"
TWO_WAYS = (
    f"Prepare it where there is a network with {FETCH} and set TFDS_DATA_DIR to that folder, "
    "or pass --dataset the path of an "
    ".npz or of a folder with the four IDX files"
)


class Unavailable(UserError):
    """MNIST is neither prepared on this machine nor to be fetched now."""


def load() -> tuple[Arrays, dict[str, Any]]:
    """All of MNIST in the published order of each part.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)`; images uint8 `(N, 28, 28, 1)`, labels
        int64 `(N,)`, 60,000 and 10,000 of them.

    Raises:
        Unavailable: With the reason and the two ways to get it.
        UserError: If the prepared copy is damaged, with the file and how it is fetched anew.
            `auto` stops there as well: that copy is meant.
    """
    if not all(map(importlib.util.find_spec, ("tensorflow", "tensorflow_datasets"))):
        raise Unavailable(
            f"reading it takes TensorFlow and tensorflow-datasets, which are not installed. "
            f"{TWO_WAYS}"
        )
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder("mnist")
    except Exception as error:  # TFDS reads a copy's description by half a dozen libraries
        folder = os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")
        raise UserError(
            f"the copy of MNIST in {folder} cannot be opened ({str(error).splitlines()[0]}); "
            f"delete {folder}/mnist and fetch it anew with {FETCH}."
        ) from error
    if not _is_prepared(builder):
        if not _reachable(DOWNLOAD_HOST):
            raise Unavailable(
                f"no prepared copy under {builder.data_dir}, and {DOWNLOAD_HOST} cannot be "
                f"reached. {TWO_WAYS}"
            )
        print(f"Fetching MNIST into {builder.data_dir} …", file=sys.stderr, flush=True)
        try:
            builder.download_and_prepare()
        except Exception as error:  # TFDS lets every kind of network error through
            raise Unavailable(f"TFDS could not fetch it ({error}). {TWO_WAYS}") from error
    x_train, y_train = _read(builder, "train")
    x_test, y_test = _read(builder, "test")
    if (len(x_train), len(x_test)) != (TRAIN_COUNT, TEST_COUNT):
        raise Unavailable(
            f"the copy under {builder.data_dir} holds {len(x_train)} + {len(x_test)} images, not "
            f"60,000 + 10,000. {TWO_WAYS}"
        )
    origin = {"kind": "tfds", "name": f"mnist/{builder.version}"}
    return (x_train, y_train, x_test, y_test), origin


def _read(builder: Any, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of a part of a prepared copy.

    Raises:
        UserError: If a record is damaged or missing.
    """
    import tensorflow as tf
    import tensorflow_datasets as tfds

    try:
        part = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
    except (tf.errors.OpError, OSError) as error:
        files = ", ".join(str(path) for path in builder.info.splits[split].filepaths)
        reason = re.sub(r"{{.*?}} *|\[Op:.*", "", str(error).splitlines()[0]).strip().rstrip(".")
        raise UserError(
            f"{files} cannot be read ({reason}); delete the folder {builder.data_dir} and fetch "
            f"MNIST anew with {FETCH}."
        ) from error
    return part["image"], part["label"].astype(np.int64)


def _is_prepared(builder: Any) -> bool:
    return builder.info.splits.total_num_examples > 0


def _reachable(host: str) -> bool:
    """Whether a download can be hoped for, within seconds: TFDS itself retries for about 200 s.

    A host name must resolve within a second, unless a proxy does that, and the host must answer.
    """
    proxied = "https" in urllib.request.getproxies()
    return (proxied or _within(RESOLVE_TIMEOUT_S, lambda: socket.getaddrinfo(host, 443))) and (
        _within(ANSWER_TIMEOUT_S, lambda: _ask(f"https://{host}/"))
    )


def _ask(url: str) -> None:
    try:
        urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S).close()
    except urllib.error.HTTPError as answer:  # any answer is one, "forbidden" too
        answer.close()


def _within(seconds: float, attempt: Callable[[], object]) -> bool:
    """Whether `attempt` ends without an OSError in time."""
    ended = threading.Event()

    def run() -> None:
        with contextlib.suppress(OSError):
            attempt()
            ended.set()

    # A daemon thread, because a resolver that hangs cannot be interrupted.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return ended.is_set()
