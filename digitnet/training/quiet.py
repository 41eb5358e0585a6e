"""TensorFlow's start-up chatter stays away from stderr; its errors do not."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

# Information and warnings of native code, and what continues or heads them. Error 303 is no error:
# there is no driver of a GPU on this machine.
CHATTER = re.compile(
    r"[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] |WARNING: All log messages before absl|"
    r"To enable the following instructions:|.*failed call to cuInit.*\(303\)|\[Gloo\] |\s*$"
)


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """Within the block, native information and warnings are left out of stderr.

    What native code writes there otherwise comes when the block ends: TensorFlow 2.21 heeds no log
    level before it has started. What Python writes passes through at once. Who sets
    `TF_CPP_MIN_LOG_LEVEL=0` gets everything.
    """
    # 2 is errors only, for all that comes after the start.
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") == "0":
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            kept = os.dup(2)
        except OSError:  # a process without stderr
            yield
            return
        stack.callback(os.close, kept)
        held = stack.enter_context(tempfile.TemporaryFile())
        if _is_file_two(sys.stderr):
            python_s_own = stack.enter_context(
                open(os.dup(kept), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
            )
            stack.enter_context(contextlib.redirect_stderr(python_s_own))
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            held.seek(0)
            for line in held.read().decode(errors="replace").splitlines(keepends=True):
                if not CHATTER.match(line):
                    os.write(2, line.encode())


def _is_file_two(stream: object) -> bool:
    try:
        return stream.fileno() == 2  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
