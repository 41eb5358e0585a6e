"""What happens in the child process stays there."""

import pytest

from edge_demo.model import model_file, trial_run
from edge_demo.model.classifier import load_runtime


@pytest.fixture
def runtime():
    return load_runtime()[1].split()[0].replace("-", "_")


def test_a_good_model_runs(runtime):
    assert trial_run.try_in_child(runtime, model_file.DEFAULT_PATH.read_bytes()) is None


def test_a_missing_package_is_a_phrase():
    assert "No module named" in trial_run.try_in_child("no_such_runtime")


def test_a_crash_is_a_phrase(monkeypatch):
    monkeypatch.setattr(
        trial_run, "CHILD", "import os, signal; os.kill(os.getpid(), signal.SIGILL)"
    )
    assert trial_run.try_in_child("any") == "the runtime crashed (SIGILL)"


def test_a_hang_is_a_phrase(monkeypatch):
    monkeypatch.setattr(trial_run, "CHILD", "import time; time.sleep(60)")
    assert trial_run.try_in_child("any", timeout_seconds=0.2) == "no answer within 0.2 seconds"
