"""All GPU figures in one script: what fails is said, and the others go on."""

import importlib.util
import subprocess

import pytest

from benchmarks import gpu


def test_a_part_that_fails_is_said_with_its_last_line_and_the_next_one_runs(
    tmp_path, monkeypatch, capsys
):
    started = []

    def run(command, stdout, **options):
        started.append(command[2])
        if command[2] == "benchmarks.host_time":
            stdout.write("| ours | 0.05 |\n")
            return subprocess.CompletedProcess(command, 0)
        stdout.write("Traceback …\nModuleNotFoundError: No module named 'tensorflow'\n")
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(gpu.subprocess, "run", run)
    assert gpu.main(["--dataset", "x.npz", "--out", str(tmp_path / "out")]) == 0
    assert len(started) == 5
    text = (tmp_path / "out" / "gpu.md").read_text()
    assert text in capsys.readouterr().out + "\n"
    assert "it failed (ModuleNotFoundError: No module named 'tensorflow')" in text
    assert "| ours | 0.05 |" in text


def test_a_part_that_takes_too_long_is_left_out(tmp_path):
    (tmp_path / "out").mkdir()
    answer = gpu.run("host time", ["http.server", "0"], 1.0, tmp_path / "out")
    assert answer == "left out: it was not done after 1 s; see host-time.log"


def test_seconds_of_seeds_leave_compilation_out():
    lines = "".join(f"Epoch {n}/3 - {s}s - loss: 1\n" for n, s in ((1, 9.0), (2, 1.0), (3, 1.2)))
    assert gpu.seconds_of_seeds(lines) == pytest.approx((3.3, 7.9))
    assert gpu.seconds_of_seeds("Epoch 1/1 - 9.0s - loss: 1\n") is None


def test_every_part_is_a_module_that_exists(tmp_path):
    for command in gpu.parts("x.npz", 100, 32, 4, tmp_path).values():
        assert importlib.util.find_spec(command[0])


def test_an_unknown_part_is_one_sentence(tmp_path, capsys):
    assert gpu.main(["--dataset", "x.npz", "--out", str(tmp_path / "o"), "--only", "speed"]) == 2
    assert "there is no part 'speed'" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
