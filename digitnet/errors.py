"""Errors meant for the person at the keyboard: one sentence, no traceback. All parts share them."""

from edge_demo.contract import UserError, run_command

__all__ = ["UserError", "run_command"]
