"""TensorFlow's chatter stays away from stderr, its errors and Python's own lines do not."""

import os
import subprocess
import sys

import pytest

from digitnet.training import quiet

NATIVE = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795733275.664348   23024 cudart_stub.cc:31] Could not find cuda drivers",
    "2026-11-26 23:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow",
    "E0000 00:00:1795736064.254669   14842 cuda_platform.cc:52] failed call to cuInit: INTERNAL: "
    "CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
    "E0000 00:00:1795733275.664348   23024 some.cc:1] it is broken",
]
CODE = """
import os, sys
from digitnet.training.quiet import without_chatter
with without_chatter():
    os.write(2, sys.argv[1].encode())
    print("from Python", file=sys.stderr)
    print("level", os.environ["TF_CPP_MIN_LOG_LEVEL"])
print("after", file=sys.stderr)
"""


def said(level):
    environment = {name: value for name, value in os.environ.items() if name[:6] != "TF_CPP"}
    if level:
        environment["TF_CPP_MIN_LOG_LEVEL"] = level
    command = [sys.executable, "-c", CODE, "\n".join(NATIVE) + "\n"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("level", ["", "3"])
def test_errors_and_python_s_lines_remain(level):
    done = said(level)
    assert done.stderr.splitlines() == ["from Python", NATIVE[-1], "after"]
    assert done.stdout == f"level {level or 2}\n"


def test_who_asks_for_everything_gets_everything():
    assert said("0").stderr.splitlines() == [*NATIVE, "from Python", "after"]


def test_exceptions_pass_through():
    with pytest.raises(ValueError, match="mine"), quiet.without_chatter():
        raise ValueError("mine")
