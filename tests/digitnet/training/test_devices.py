"""--data-parallel, on two virtual CPU devices of the JAX backend, in processes of their own."""

import importlib.util
import json
import os
import subprocess
import sys

import keras
import pytest

from digitnet import train
from digitnet.training import devices

TWO_DEVICES = "--xla_force_host_platform_device_count=2"


def train_on_jax(npz, run_dir, *options, flags=""):
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
    command = ["--dataset", str(npz), "--epochs", "2", "--batch-size", "20", *options]
    return subprocess.run(
        [sys.executable, "-m", "digitnet.train", *command, "--run-dir", str(run_dir)],
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed here")
def test_two_devices_give_the_loss_of_one(tmp_path, npz):
    one = train_on_jax(npz, tmp_path / "one")
    two = train_on_jax(npz, tmp_path / "two", "--data-parallel", flags=TWO_DEVICES)
    assert one.returncode == two.returncode == 0, one.stderr + two.stderr
    losses = [
        json.loads((tmp_path / name / "metrics.json").read_text())["test_loss"]
        for name in ("one", "two")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed here")
def test_batch_that_devices_cannot_share_is_refused(tmp_path, npz):
    result = train_on_jax(
        npz, tmp_path / "run", "--batch-size", "21", "--data-parallel", flags=TWO_DEVICES
    )
    assert result.returncode == 2
    assert "cannot be split over 2 devices" in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="this backend can")
def test_data_parallel_on_another_backend_is_refused(tmp_path, npz, capsys):
    options = ["--dataset", str(npz), "--run-dir", str(tmp_path / "run"), "--data-parallel"]
    assert train.main(options) == 2
    assert "KERAS_BACKEND=jax" in capsys.readouterr().err


def test_precision_is_put_back():
    before = keras.config.dtype_policy()
    with devices.precision("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy() == before
