"""Several processes that train one model: their options, how they meet, and how they end."""

import importlib.util
import os
import pathlib
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from digitnet import train
from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training import devices, hosts, together
from digitnet.training.augmentation import Augmentation
from digitnet.training.feed import Feed
from digitnet.training.hosts import JOINED, RESUMABLE, Hosts
from digitnet.training.training_set import DigitSet
from tests.digitnet.training.ended_work import ends

ROOT = pathlib.Path(__file__).resolve().parents[3]
HAS_JAX = importlib.util.find_spec("jax") is not None
COORDINATOR = "127.0.0.1:9000"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--processes", "2"], "--coordinator and --process-id are missing"),
        (["--coordinator", COORDINATOR, "--processes", "2"], "--process-id is missing"),
        (["--coordinator", COORDINATOR, "--processes", "0", "--process-id", "0"], "at least 1"),
        (["--coordinator", COORDINATOR, "--processes", "2", "--process-id", "2"], "0 to 1"),
        (["--coordinator", COORDINATOR, "--processes", "2", "--process-id", "-1"], "0 to 1"),
        *(
            (["--coordinator", bad, "--processes", "2", "--process-id", "1"], "HOST:PORT")
            for bad in ("here", "here:", ":9000", "here:port", "here:0", "here:99999", "::1:9000")
        ),
    ],
)
def test_wrong_options_are_refused_before_anything_starts(tmp_path, capsys, options, says):
    assert train.main([*options, "--run-dir", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    assert says in error
    assert not (tmp_path / "run").exists()


def test_another_backend_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert train.main(["--coordinator", COORDINATOR, "--processes", "2", "--process-id", "1"]) == 2
    assert "set KERAS_BACKEND=jax" in capsys.readouterr().err


@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed here")
def test_tensorboard_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    options = ["--coordinator", COORDINATOR, "--processes", "2", "--process-id", "1"]
    assert train.main([*options, "--tensorboard"]) == 2
    assert "--tensorboard" in capsys.readouterr().err


def test_a_coordinator_that_does_not_answer_is_told_in_time(monkeypatch):
    monkeypatch.setattr(hosts, "ANSWER_TIMEOUT_S", 1)
    start = time.monotonic()
    with pytest.raises(UserError, match="nobody answered at .* within 1 s; start process 0 first"):
        Hosts(f"127.0.0.1:{free_port()}", 2, 1)._reach()
    assert time.monotonic() - start < 10


def test_a_coordinator_that_answers_is_gone_on_with():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Hosts(f"127.0.0.1:{listener.getsockname()[1]}", 2, 1)._reach()


def test_a_name_that_is_none_is_told():
    with pytest.raises(UserError, match="is no host's name"):
        Hosts("a..b:9000", 2, 1)._reach()


def test_process_0_names_an_address_of_its_own_and_a_free_port():
    with pytest.raises(UserError, match="cannot listen"):
        Hosts("192.0.2.77:9000", 2, 0)._reach()  # an address for documentation (RFC 5737)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(UserError, match="cannot listen"):
            Hosts(f"127.0.0.1:{listener.getsockname()[1]}", 2, 0)._reach()


@pytest.mark.parametrize(
    ("how", "code", "says"),
    [
        (["well"], 0, ""),
        (["error"], 2, "error: a sentence.\n"),
        (["abort"], 1, "error: not all 2 processes came together at"),
        ([JOINED, "abort"], 1, "again with the same commands.\n"),
        ([JOINED, RESUMABLE, "abort"], 1, "again with the same commands and --resume.\n"),
        ([JOINED, RESUMABLE, "break"], 1, "error: another process has ended or is out of reach"),
        ([JOINED, RESUMABLE, "kill"], 1, "was ended by signal 9"),
    ],
)
def test_however_a_process_ends_there_is_one_sentence(capfd, how, code, says):
    assert hosts.supervised(Hosts(COORDINATOR, 2, 1), ends, how) == code
    out, error = capfd.readouterr()
    assert says in error and error.count("\n") == (1 if says else 0)
    assert out == ("a result\n" if code == 0 else "")


def test_the_training_process_ends_with_the_one_that_was_started(tmp_path):
    path = tmp_path / "pid"
    code = (
        "from digitnet.training import hosts\n"
        "from tests.digitnet.training.ended_work import waits\n"
        "if __name__ == '__main__':\n"
        f"    hosts.supervised(hosts.Hosts({COORDINATOR!r}, 2, 1), waits, {str(path)!r})\n"
    )
    (tmp_path / "started.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = subprocess.Popen([sys.executable, tmp_path / "started.py"], env=environment)
    wait_for(lambda: path.exists() and path.read_text())
    child = int(path.read_text())
    started.kill()
    started.wait()
    wait_for(lambda: not is_running(child), 10)


def is_running(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def shared(recipe, shown, number):
    several = Hosts(COORDINATOR, 2, number)
    augmentation = Augmentation.of(recipe)
    return together.SharedFeed(
        shown, augmentation, recipe.batch_size, 10, recipe.seed, hosts=several
    )


def test_the_shares_of_all_processes_are_the_batches_of_one(digits):
    recipe = Recipe(name="shared", batch_size=20, rotation_degrees=10, shift_pixels=2, seed=3)
    shown = DigitSet(digits, recipe.seed)
    whole = next(Feed.of(recipe, shown, 10).batches(1))
    parts = [next(shared(recipe, shown, number).batches(1)) for number in range(2)]
    for k in range(2):
        np.testing.assert_array_equal(np.concatenate([part[k] for part in parts]), whole[k])


def test_a_batch_that_the_devices_cannot_share_is_refused():
    devices.require_divisible(20, 2)
    with pytest.raises(UserError, match="a batch of 21 cannot be split over 2 devices"):
        devices.require_divisible(21, 2)


class Run:
    """Processes of one run, started together."""

    def __init__(self, folder, npz, *options, processes=2):
        self.run_dir = folder / "run"
        coordinator = f"127.0.0.1:{free_port()}"
        environment = {
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": "--xla_backend_optimization_level=0",  # compiles for half as long
        }
        self.processes = []
        for number in range(processes):
            command = [sys.executable, "-m", "digitnet.train", "--run-dir", str(self.run_dir)]
            command += ["--model", "lenet", "--dataset", str(npz), "--batch-size", "20"]
            # Small steps: at large ones the rounding of a sum grows beyond 1e-4 within 20 of them,
            # between two ways of compiling one process, too.
            command += ["--epochs", "12", "--learning-rate", "0.002", *options]
            if processes > 1:
                command += ["--coordinator", coordinator, "--processes", str(processes)]
                command += ["--process-id", str(number)]
            self.processes.append(
                subprocess.Popen(
                    command,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )

    def kill_after_epoch(self, number, epoch):
        """Returns (exit code, stderr, seconds it went on) of the process that is left."""
        wait_for((self.run_dir / "checkpoints" / f"epoch-{epoch:04d}").exists, 600)
        start = time.monotonic()
        self.processes[number].kill()
        self.processes[number].communicate()
        left = self.processes[1 - number]
        _, error = left.communicate(timeout=120)
        return left.returncode, error, time.monotonic() - start

    def end(self):
        ended = [process.communicate(timeout=900) for process in self.processes]
        assert [process.returncode for process in self.processes] == [0] * len(ended), ended
        return ended

    def history(self):
        return np.genfromtxt(self.run_dir / "history.csv", delimiter=",", names=True)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed here")
def test_two_processes_give_the_loss_curve_of_one_though_each_is_killed_once(tmp_path, npz):
    alone = Run(tmp_path / "one", npz, processes=1)
    alone.end()
    for number, resume in ((1, ()), (0, ("--resume",))):
        run = Run(tmp_path / "two", npz, *resume)
        code, error, seconds = run.kill_after_epoch(number, 1 if number else 3)
        assert code == 1 and seconds < 30
        assert error.splitlines()[-1].startswith("error: another process has ended")
        assert error.endswith("with the same commands and --resume.\n")
        assert "stack trace" not in error and "Traceback" not in error
    together = Run(tmp_path / "two", npz, "--resume")
    (result, _), (nothing, said) = together.end()
    assert result.count("\n") == 1 and nothing == ""
    assert said.endswith("process 1 of 2: trained; process 0 has the run directory\n")
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(together.history()[name], alone.history()[name], atol=1e-4)
