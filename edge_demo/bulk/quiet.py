"""Ray's chatter goes nowhere, so that stderr holds what the user can use."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """Hides what native code and loggers write to stderr; Python's own writing passes through.

    Ray says the same and more in its session's logs, /tmp/ray/session_latest/logs.
    """
    with contextlib.ExitStack() as stack:
        try:
            kept = os.dup(2)
        except OSError:  # a process without stderr
            yield
            return
        stack.callback(os.close, kept)
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)  # Ray sets its loggers' levels anew at each turn
        if _is_file_two(sys.stderr):
            python_s_own = stack.enter_context(
                open(os.dup(kept), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
            )
            stack.enter_context(contextlib.redirect_stderr(python_s_own))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        stack.callback(os.dup2, kept, 2)
        yield


def _is_file_two(stream: object) -> bool:
    try:
        return stream.fileno() == 2  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
