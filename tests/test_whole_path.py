"""The README's path, command by command: digits, training, export, evaluation, a page read."""

import importlib.util
import json
import subprocess
import sys

import pytest

NEEDED = ("keras", "tensorflow", "cv2")
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]


def python(module, *arguments):
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")
def test_digits_become_a_file_that_reads_a_page(tmp_path):
    import cv2
    import numpy as np

    run_dir, options = tmp_path / "run", ("--dataset", "optdigits")
    trained = python("digitnet.train", *options, "--epochs", 20, "--run-dir", run_dir)
    assert trained.returncode == 0, trained.stderr
    accuracy = json.loads((run_dir / "metrics.json").read_text())["test_accuracy"]
    assert accuracy > 0.9

    exported = python("export", run_dir)
    assert exported.returncode == 0, exported.stderr
    file = run_dir / "export" / "digitnet-int8.tflite"
    assert file.stat().st_size <= 80_000

    evaluated = python("digitnet.evaluate", file, *options, "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    result = json.loads(evaluated.stdout)
    assert result["count"] == 360
    assert abs(result["accuracy"] - accuracy) < 0.01

    page = np.full((480, 640, 3), 235, np.uint8)
    cv2.ellipse(page, (320, 240), (40, 70), 0, 0, 360, (60, 40, 40), 12)
    cv2.imwrite(str(tmp_path / "page.png"), page)
    read = python("edge_demo", tmp_path / "page.png", "--json", "--save", tmp_path / "annotated")
    assert read.returncode == 0, read.stderr
    (digit,) = json.loads(read.stdout)["digits"]
    assert digit["digit"] == 0
    assert len(list((tmp_path / "annotated").iterdir())) == 1
