"""Blocks that are freed and allocated again cost no page faults."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource
from digitnet.training.allocator import keep_freed_memory

def step():
    blocks = [library.malloc(2**23) for _ in range(3)]
    for block in blocks:
        library.memset(block, 1, 2**23)
    for block in blocks:
        library.free(block)

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
if KEEP:
    assert keep_freed_memory()
step()
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep):
    done = subprocess.run(
        [sys.executable, "-c", f"KEEP = {keep}\n{PROGRAM}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_memory_that_a_step_frees_is_there_for_the_next_one():
    pages = 3 * 2**23 // 4096
    assert faults(keep=False) > pages / 2  # else there is nothing to mend
    assert faults(keep=True) < pages / 100


def test_the_command_keeps_freed_memory_before_a_backend_is_imported(tmp_path):
    program = f"""
import sys
from digitnet import train
from digitnet.training import allocator

def seen():
    print("keras" in sys.modules or "tensorflow" in sys.modules)
    raise SystemExit

allocator.keep_freed_memory = seen
train.main(["--dataset", "optdigits", "--run-dir", {str(tmp_path / "run")!r}])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_other_systems_are_left_alone(monkeypatch):
    from digitnet.training import allocator

    monkeypatch.setattr(allocator.sys, "platform", "darwin")
    monkeypatch.setattr(allocator.ctypes, "CDLL", None)
    assert allocator.keep_freed_memory() is False
