"""The exported file and the demo answer on a Pi as here; skipped, with the reason, without it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("emulated_pi.py")


def test_a_machine_without_the_emulator_says_so():
    process = subprocess.run(
        [sys.executable, SCRIPT], capture_output=True, text=True, env={"PATH": "", "HOME": "/"}
    )
    assert process.returncode == 3
    assert "qemu-aarch64-static is missing" in process.stderr


@pytest.mark.slow
def test_an_emulated_pi_gives_the_same_answers_as_this_machine():
    process = subprocess.run(
        [sys.executable, SCRIPT, "--images", "300"], capture_output=True, text=True
    )
    if process.returncode == 3:
        pytest.skip(process.stderr.strip().splitlines()[-1])
    assert process.returncode == 0, process.stdout + process.stderr[-2000:]
    report = json.loads(process.stdout)
    assert "aarch64" in report["runtimes"]["emulated"]
    assert all(file["equal_digits"] == 300 for file in report["files"].values())
