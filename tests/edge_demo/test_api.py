"""What `import edge_demo` offers: few names, fetched late, and the answers of the command line."""

import copy
import json
import pathlib
import pickle
import re
import subprocess
import sys
import threading

import cv2
import numpy as np
import pytest

import edge_demo
from edge_demo.__main__ import main

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reader():
    return edge_demo.Reader()


@pytest.fixture
def sheet(tmp_path, page):
    path = tmp_path / "sheet.png"
    cv2.imwrite(str(path), page.image)
    return path


def digits(readings):
    return tuple(reading.digit for reading in readings)


def test_importing_the_package_imports_neither_numpy_nor_opencv_nor_a_runtime():
    code = (
        "import sys, edge_demo; dir(edge_demo); "
        "print(*{'cv2', 'numpy', 'tflite_runtime', 'ai_edge_litert'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


@pytest.mark.parametrize("name", edge_demo.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(edge_demo, name).__doc__
    assert name in dir(edge_demo)
    assert f"`{name}`" in edge_demo.__doc__


def test_another_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'write'"):
        edge_demo.write  # noqa: B018


def test_the_version_is_that_of_the_distribution():
    text = (ROOT / "digitnet" / "__init__.py").read_text(encoding="utf-8")
    assert re.search(r'^__version__ = "(.+)"', text, re.MULTILINE)[1] == edge_demo.__version__


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "edge_demo" / "py.typed").exists()


def test_a_path_bytes_and_an_array_give_the_same_digits(sheet, page):
    grey = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
    for picture in (sheet, str(sheet), sheet.read_bytes(), page.image, grey):
        assert digits(edge_demo.read(picture)) == page.digits


def test_a_view_that_is_not_contiguous_is_read(page):
    assert digits(edge_demo.read(page.image[:, :, 0])) == page.digits


def test_readings_print_themselves_as_the_command_line_does(sheet, capsys, reader):
    assert main([str(sheet), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["digits"]
    assert [reading.to_dict() for reading in reader(sheet)] == printed


def test_numbers_are_read_line_by_line(sheet, reader, page):
    digits = "".join(map(str, page.digits))
    assert reader.read_numbers(sheet) == [[digits[:4]], [digits[4:]]]


def test_a_reader_says_what_it_reads_with(reader):
    assert reader.labels == tuple("0123456789")
    assert reader.metadata and reader.model_path.exists() and reader.runtime


def test_a_reader_has_a_threshold_of_its_own(page):
    assert len(edge_demo.Reader(threshold=1).read(page.image)) < len(page.digits)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_to_1_is_refused(threshold):
    with pytest.raises(edge_demo.UserError, match="threshold takes 0 to 1"):
        edge_demo.Reader(threshold=threshold)


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        ("none.png", "There is no file none.png"),
        (b"", "is an empty file"),
        (b"hello, this is text", "cannot be decoded as a picture"),
        (np.zeros((20, 20)), "Received: dtype=float64, shape=\\(20, 20\\)"),
        (np.zeros((20, 20, 4), np.uint8), "Received: dtype=uint8, shape=\\(20, 20, 4\\)"),
        (np.zeros((0, 20), np.uint8), "not empty"),
        (np.zeros(20, np.uint8), "Received: dtype=uint8, shape=\\(20,\\)"),
        ([[1, 2], [3, 4]], "Received: list"),
        (None, "Received: NoneType"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str | bytes) else type(value).__name__,
)
def test_what_is_no_picture_is_a_sentence(reader, picture, sentence):
    with pytest.raises(edge_demo.UserError, match=sentence):
        reader.read(picture)


def test_a_missing_model_file_is_a_sentence():
    with pytest.raises(edge_demo.UserError, match="There is no model file none.tflite"):
        edge_demo.Reader("none.tflite")


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_of_a_reader_reads(page, copied):
    other = copied(edge_demo.Reader(threshold=0.5))
    assert other.threshold == 0.5
    assert digits(other.read(page.image)) == page.digits


def test_threads_may_share_a_reader(reader, page):
    answers = []

    def work():
        answers.append(digits(reader.read(page.image)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [page.digits] * 4


def test_the_page_on_python_has_examples_that_run(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text.split("## Reading digits")[1], re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        assert len(example.splitlines()) <= 10
        exec(compile(example, "docs/python.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line[0] for line in lines[:15]] == list("314159265327180")
    assert [one["digit"] for one in json.loads(lines[15])] == list(map(int, "314159265327180"))
    assert lines[-1].startswith("There is no file no such picture.jpg")
