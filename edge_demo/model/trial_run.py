"""Tries a runtime, or a model in it, in a child process: a crash there becomes a sentence here.

A TensorFlow Lite runtime trusts the file it is given, and a damaged one can end the process; a
wheel built for another processor ends it with an illegal instruction.
"""

import signal
import subprocess
import sys

CHILD = """
import importlib, sys
interpreter = importlib.import_module(sys.argv[1] + ".interpreter").Interpreter
content = sys.stdin.buffer.read()
if content:
    model = interpreter(model_content=content, num_threads=1)
    model.allocate_tensors()
    model.invoke()
    for detail in model.get_output_details():
        model.get_tensor(detail["index"])
"""


def try_in_child(package: str, content: bytes = b"", timeout_seconds: float = 60) -> str | None:
    """Imports a runtime package in a child process and runs a model there once.

    Args:
        package: "tflite_runtime" or "ai_edge_litert".
        content: bytes of a .tflite file. Empty: the package is only imported.

    Returns:
        None when all went well, else the reason as a phrase.
    """
    command = [sys.executable, "-c", CHILD, package]
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout_seconds} seconds"
    except OSError as error:
        return f"no child process: {error.strerror}"
    if child.returncode < 0:
        return f"the runtime crashed ({signal.Signals(-child.returncode).name})"
    if child.returncode:
        lines = child.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"exit code {child.returncode}"
    return None
