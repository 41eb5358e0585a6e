"""Errors meant for the person at the keyboard: one sentence, no traceback."""

import sys
from collections.abc import Callable


class UserError(ValueError):
    """Something the user can mend. The message is one sentence: what was wrong, what to do."""


def run_command(command: Callable[[], int | None]) -> int:
    """Runs a command line's body and returns the process' exit code.

    0 is success, 2 is a `UserError`, whose sentence goes to stderr. Every other exception passes
    through: a traceback is for our own mistakes.
    """
    try:
        return command() or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
