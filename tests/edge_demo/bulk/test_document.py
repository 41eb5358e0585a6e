"""The commands of docs/bulk.md run, on Ray, in the order in which they stand there."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests import documents
from tests.documents import ROOT

pytest.importorskip("ray", reason="the extra `bulk` is not installed here")
pytest.importorskip("pyarrow")

PAGE = ROOT / "docs" / "bulk.md"
COMMANDS = [one.text for one in documents.commands(PAGE) if "-m edge_demo.bulk" in one.text]
FEW = "--workers 1"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder with what the page speaks of, and what its commands wrote."""
    import cv2
    import numpy as np

    from benchmarks.bulk_jobs import write_crops, write_pages

    folder = tmp_path_factory.mktemp("archive")
    write_pages(folder / "scans", 2)
    shutil.copytree(folder / "scans", folder / "bucket" / "forms")
    images = np.zeros((5, 28, 28), np.uint8)
    for number, image in enumerate(images):
        cv2.putText(image, str(number), (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    write_crops(folder / "crops.parquet", images, len(images))
    return folder


def on_one_machine(command, folder):
    """The command with a local URL for a bucket's, and without the head of a cluster."""
    command = re.sub(r"s3://", f"file://{folder}/", command)
    return re.sub(r" --address \S+", "", command)


def test_the_page_has_commands():
    assert len(COMMANDS) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_page_runs(command, archive):
    words = on_one_machine(command, archive).replace("python", f"'{sys.executable}'", 1)
    done = subprocess.run(
        ["bash", "-euc", f"{words} {FEW}"],
        cwd=archive,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.search(r": (2|5|all of 2) pictures (were )?read", done.stdout)
