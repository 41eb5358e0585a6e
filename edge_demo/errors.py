"""One sentence for the user instead of a traceback."""

import sys


class UserError(ValueError):
    """Something that the user can mend; its message is the sentence they read."""


def run_command(command, argv=None):
    """Runs `command(argv)` and returns its exit code: 2 after a UserError, 130 after Ctrl-C.

    The sentence goes to stderr. A reader that went away (`| head`) ends the command quietly with 0.
    """
    try:
        return command(argv) or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Python flushes stdout once more at exit and would print a traceback for the closed pipe.
        sys.stdout = None
        return 0
