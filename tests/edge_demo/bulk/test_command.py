"""The command line before any job: help, options, missing packages, addresses."""

import importlib.util
import socket
import subprocess
import sys
import time

import pytest

from edge_demo.bulk import job
from edge_demo.bulk.cluster import reach
from edge_demo.contract import UserError

HEAVY = ("numpy", "cv2", "pyarrow", "ray", "tqdm", "tflite_runtime", "ai_edge_litert")


def test_help_answers_before_anything_heavy_is_imported():
    program = (
        "import sys; from edge_demo.bulk.__main__ import parser; parser().format_help(); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("package", job.PACKAGES)
def test_a_package_that_is_missing_names_the_extra(run, tmp_path, monkeypatch, package):
    found = importlib.util.find_spec

    def find_spec(name, *rest):
        return None if name == package else found(name, *rest) or name in job.PACKAGES

    monkeypatch.setattr(job.importlib.util, "find_spec", find_spec)
    code, said, error = run("scans", "--out", tmp_path / "read")
    assert (code, said) == (2, "")
    expected = f"error: {package} is not installed: pip install 'digitnet[bulk]' brings it.\n"
    assert error == expected


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--threshold", "2"], "--threshold takes 0 to 1. Received: 2.0"),
        (["--workers", "0"], "--workers takes 1 or more. Received: 0"),
        (["--shard-size", "-3"], "--shard-size takes 1 or more. Received: -3"),
    ],
)
def test_options_out_of_range_are_refused(run, tmp_path, options, sentence):
    assert run("scans", "--out", tmp_path, *options) == (2, "", f"error: {sentence}\n")


def test_an_unreachable_address_is_a_sentence_within_seconds(without_ray, run, parquet, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    start = time.monotonic()
    code, _, error = run(parquet, "--out", tmp_path / "read", "--address", address)
    assert time.monotonic() - start < 15
    assert code == 2
    assert f"error: no Ray cluster answers at {address} (" in error
    assert not (tmp_path / "read").exists()


@pytest.mark.parametrize("address", ["ray://host:10001", "host:", "host:99999", ":6379", ""])
def test_what_is_no_address_is_a_sentence(address):
    with pytest.raises(UserError, match="--address takes HOST:PORT of a Ray head"):
        reach(address)


def test_control_c_prints_the_way_on(without_ray, run, parquet, tmp_path, monkeypatch):
    from edge_demo.bulk import cluster

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster, "read_shards", stopped)
    out = tmp_path / "my results"
    code, _, error = run(parquet, "--out", out, "--crops")
    assert code == 130
    assert error.splitlines()[-1] == (
        f"Stopped. Go on with: python -m edge_demo.bulk {parquet} --out '{out}' --crops --resume"
    )
    # The second time the option is there already.
    _, _, error = run(parquet, "--out", out, "--crops", "--resume")
    assert error.splitlines()[-1].count("--resume") == 1
