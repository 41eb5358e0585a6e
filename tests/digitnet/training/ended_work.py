"""What the processes of a test do in the place of training; they import no backend for it."""

import os
import pathlib
import signal
import threading
import time

from digitnet.errors import UserError


def ends(how, several, say):
    """Says the stages of `how` but the last, and comes to the end that the last one names."""
    for stage in how[:-1]:
        say(stage)
    if how[-1] == "abort":
        os.write(2, b"a stack trace\n")
        os.abort()
    if how[-1] == "break":
        threading.Timer(0.5, os.abort).start()
        raise ValueError("Connection reset by peer")
    if how[-1] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how[-1] == "error":
        raise UserError("a sentence.")
    print("a result")
    return 0


def waits(path, several, say):
    """Writes its process' number into a file and goes on for a minute."""
    pathlib.Path(path).write_text(str(os.getpid()))
    time.sleep(60)
    return 0
