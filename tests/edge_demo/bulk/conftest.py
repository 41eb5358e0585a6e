"""Inputs of bulk jobs, and jobs without Ray: its part is played in this process."""

import io
import json
import tarfile

import cv2
import numpy as np
import pytest

from edge_demo.bulk import job
from edge_demo.bulk.__main__ import main

CROPS = 10


def crop(number):
    """A 28×28 crop as PNG: one bar for each odd number, else two, so that neighbours differ."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    if number % 2 == 0:
        image[4:7, 6:16] = 255
    image[0, number % 28] = 1  # no two are alike
    return cv2.imencode(".png", image)[1].tobytes()


def write_tar(path, members, mode="w"):
    """Writes an archive of (name, content)."""
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="the extra `bulk` is not installed here")
    from pyarrow.parquet import write_table

    path = tmp_path / "crops.parquet"
    write_table(pyarrow.table({"image": [crop(number) for number in range(CROPS)]}), path)
    return path


@pytest.fixture
def archive(tmp_path):
    members = []
    for number in range(CROPS):
        members += [(f"{number:04d}.png", crop(number)), (f"{number:04d}.cls", b"1")]
    return write_tar(tmp_path / "crops.tar", members)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "crops" / "sub").mkdir(parents=True)
    for number in range(CROPS):
        place = "sub/" if number % 2 else ""
        (tmp_path / "crops" / f"{place}{number}.png").write_bytes(crop(number))
    (tmp_path / "crops" / "notes.txt").write_text("no picture")
    (tmp_path / "crops" / ".hidden.png").write_text("no picture")
    return tmp_path / "crops"


@pytest.fixture
def without_ray(monkeypatch):
    """Has the shards read in this process; returns the list of their numbers."""
    pytest.importorskip("pyarrow", reason="the extra `bulk` is not installed here")
    pytest.importorskip("tqdm")
    from edge_demo.bulk import cluster
    from edge_demo.bulk.worker import ShardReader

    read = []

    def read_shards(table, task, workers):
        reader = ShardReader(task)
        for shard, place, length in table:
            read.append(int(shard))
            batch = {"shard": [shard], "place": [place], "length": [length]}
            answer = reader({name: np.array(values) for name, values in batch.items()})
            yield {name: values[0] for name, values in answer.items()}

    monkeypatch.setattr(job, "PACKAGES", ("pyarrow", "tqdm"))
    monkeypatch.setattr(cluster, "start", lambda workers: workers)
    monkeypatch.setattr(cluster, "stop", lambda: None)
    monkeypatch.setattr(cluster, "read_shards", read_shards)
    return read


@pytest.fixture
def run(capsys):
    """Runs the command line; returns (exit code, stdout, stderr)."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def rows_of(out):
    """The rows of a job's parts, whatever their format."""
    rows = []
    for path in sorted(out.glob("part-*")):
        if path.suffix == ".jsonl":
            rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        else:
            import pyarrow.parquet

            rows += pyarrow.parquet.read_table(path).to_pylist()
    return rows
