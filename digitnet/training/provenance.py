"""What ran, where: the facts that make a figure reproducible."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import subprocess
from collections.abc import Iterable
from typing import Any

import keras

PACKAGES = ("digitnet", "keras", "tensorflow", "jax", "torch", "numpy", "tensorflow-datasets")


def describe() -> dict[str, Any]:
    """Package versions, Keras backend, machine, git commit of the source, and the date (UTC)."""
    return {
        "versions": versions(PACKAGES),
        "backend": keras.backend.backend(),
        "machine": machine(),
        "git_commit": _git_commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Python's version, and that of each of `packages` (distribution names) that is installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """The machine in words: architecture, processor and number of cores it may use."""
    name = processor()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    named = (
        platform.machine(),
        name if name != platform.machine() else "",
        f"{cores} core{'s' * (cores != 1)}",
    )
    return ", ".join(filter(None, named))


def processor() -> str:
    """The name of this machine's processor, or its architecture where the system knows no name."""
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _git_commit() -> str | None:
    """The commit of the checkout this file lies in, or None outside one."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    here = pathlib.Path(__file__).resolve().parent
    try:
        answer = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
