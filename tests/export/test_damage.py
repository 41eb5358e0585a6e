"""Damaged files: a sentence or an answer, never a crash of the process."""

import subprocess
import sys

import numpy as np
import pytest

from edge_demo import contract
from export import inspect as inspect_module

FLIPS = 200

# In a process of its own: a crash of a runtime would take the test run with it.
CLASSIFY = """
import pathlib, sys, numpy as np
from edge_demo.model.classifier import Classifier
from edge_demo.contract import UserError
answers = sentences = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
    try:
        probabilities = Classifier(path).predict(np.zeros((28, 28), np.uint8)).probabilities
        answers += probabilities.shape == (10,)
    except UserError as error:
        sentences += bool(str(error).strip())
print(answers + sentences)
"""


@pytest.fixture(scope="module")
def damaged_files(tmp_path_factory, int8_file):
    """FLIPS files with one flipped byte each, and some that are damaged all over or cut short."""
    folder = tmp_path_factory.mktemp("damaged")
    content = int8_file.read_bytes()
    generator = np.random.default_rng(0)
    for number, position in enumerate(generator.integers(0, len(content), FLIPS)):
        one = bytearray(content)
        one[position] ^= int(generator.integers(1, 256))
        (folder / f"one-{number:03d}.tflite").write_bytes(one)
    for number in range(10):
        all_over = bytearray(content)
        for position in generator.integers(8, len(content), FLIPS):
            all_over[position] ^= int(generator.integers(1, 256))
        (folder / f"all-over-{number}.tflite").write_bytes(all_over)
    for size in (0, 3, 100, len(content) // 2, len(content) - 10):
        (folder / f"cut-{size}.tflite").write_bytes(content[:size])
    return folder


def test_inspect_of_damaged_files_is_a_sentence_or_an_answer(damaged_files, capsys):
    files = sorted(damaged_files.glob("*.tflite"))
    codes = [inspect_module.main([str(path)]) for path in files]
    captured = capsys.readouterr()
    assert set(codes) <= {0, 2}
    assert sum(line.startswith("error: ") for line in captured.err.splitlines()) == codes.count(2)
    # The checksum covers all but the zip, so a flipped byte seldom passes.
    assert codes.count(2) > FLIPS


def test_damaged_files_without_their_zip_are_a_sentence_or_an_answer(int8_file, tmp_path, capsys):
    flatbuffer, _ = contract.unpacked(int8_file.read_bytes())
    generator = np.random.default_rng(1)
    path = tmp_path / "bare.tflite"
    for position in generator.integers(0, len(flatbuffer), FLIPS):
        damaged = bytearray(flatbuffer)
        damaged[position] ^= int(generator.integers(1, 256))
        path.write_bytes(damaged)
        assert inspect_module.main([str(path)]) in (0, 2)


def test_the_classifier_gives_a_sentence_or_an_answer_on_damaged_files(damaged_files):
    process = subprocess.run(
        [sys.executable, "-c", CLASSIFY, damaged_files], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr[-500:]
    assert int(process.stdout) == len(list(damaged_files.iterdir()))


def test_inspect_tells_what_the_file_is(int8_file, capsys):
    assert inspect_module.main([str(int8_file)]) == 0
    text = capsys.readouterr().out
    assert "trained on     optdigits" in text
    assert "CONV_2D 3" in text
    assert "runs on        tflite-runtime-2.14, litert, tflm" in text
