"""The errors of the command line are digitnet's: one sentence, exit code 2."""

from digitnet.errors import UserError, run_command

__all__ = ["UserError", "run_command"]
