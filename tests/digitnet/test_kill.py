"""A run killed at any moment ends as a run that was never killed."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from digitnet.training import checkpoint
from tests.digitnet.conftest import drawn_digits
from tests.digitnet.test_train import history_of, same_weights

KILLS = 10
EPOCHS = 24


@pytest.fixture
def dataset(tmp_path):
    x, y = drawn_digits(1300)
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=x[:1200], y_train=y[:1200], x_test=x[1200:], y_test=y[1200:])
    return path


def start(dataset, run_dir):
    options = ["--dataset", str(dataset), "--epochs", str(EPOCHS), "--run-dir", str(run_dir)]
    resume = ["--resume"] if (run_dir / "config.json").exists() else []
    return subprocess.Popen(
        [sys.executable, "-m", "digitnet.train", *options, *resume],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def last_epoch(run_dir):
    found = checkpoint.checkpoints(run_dir)
    return int(found[-1].name.removeprefix("epoch-")) if found else 0


@pytest.mark.slow
def test_run_killed_at_ten_random_moments_ends_as_an_unbroken_one(tmp_path, dataset):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert start(dataset, whole).wait() == 0
    moments = random.Random(os.urandom(8))
    for kill in range(KILLS):
        process = start(dataset, broken)
        # Spread over the run; the random wait then lands in a step, an evaluation or a checkpoint.
        epoch = kill * EPOCHS // (KILLS + 1)
        while last_epoch(broken) < epoch and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert start(dataset, broken).wait() == 0
    assert same_weights(whole, broken)
    assert history_of(whole) == history_of(broken)
    assert not list((broken / "checkpoints").glob("writing-*"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it has no limit on a file's size")
def test_file_system_that_takes_no_more_ends_in_a_sentence_and_not_in_a_crash(tmp_path, dataset):
    # HDF5 ended the process with a segmentation fault after the sentence, exit code 139.
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # a checkpoint has 500,000

    options = ["--dataset", str(dataset), "--epochs", "1", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-m", "digitnet.train", *options],
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "run" / "checkpoints").iterdir())


@pytest.mark.slow
def test_control_c_ends_cleanly_and_prints_the_way_on(tmp_path, dataset):
    options = ["--dataset", str(dataset), "--epochs", "1000", "--run-dir", str(tmp_path / "run")]
    process = subprocess.Popen(
        [sys.executable, "-m", "digitnet.train", *options],
        stderr=subprocess.PIPE,
        text=True,
        # A shell without job control starts what runs beside it deaf to Ctrl-C, its children too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while last_epoch(tmp_path / "run") < 1 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert error.strip().splitlines()[-1].endswith(f"--resume {tmp_path / 'run'}")
    assert "Traceback" not in error
