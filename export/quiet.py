"""TensorFlow's start-up chatter goes nowhere, so that stderr holds what the user can use."""

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_native_messages() -> Iterator[None]:
    """Hides what native code writes to stderr: TensorFlow 2.21 heeds no log level at start-up.

    Python's exceptions pass through; what Python itself prints to stderr meanwhile is hidden too.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
