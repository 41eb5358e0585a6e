"""The shipped file in TensorFlow Lite Micro's own interpreter. Needs NumPy beside it, no Keras."""

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("tflite_micro", reason="tflite-micro has pre-releases only, for x86-64 Linux")

from edge_demo.model.model_file import DEFAULT_PATH  # noqa: E402
from export import micro  # noqa: E402


def a_one():
    image = np.zeros((28, 28, 1), np.uint8)
    image[5:23, 13:16] = 255
    return image


def test_probabilities_are_output_0_and_the_mask_is_output_1():
    interpreter = micro.MicroInterpreter(DEFAULT_PATH)
    assert interpreter.output_shapes == [[1, 10], [1, 14, 14, 1]]


def test_a_stroke_is_a_one():
    prediction = micro.MicroInterpreter(DEFAULT_PATH).predict_batch([a_one()])
    assert prediction.probabilities.argmax() == 1
    assert prediction.attention.shape == (1, 14, 14)


def test_the_file_runs_in_the_arena_that_is_measured_and_in_none_that_is_smaller():
    # In a process of its own, for an arena that is too small may end it.
    program = (
        "import sys; from export.micro import MicroInterpreter as Micro; "
        "one = Micro(sys.argv[1]); size = one.arena_bytes(); "
        "print(size % 16, one._runs_in(size), one._runs_in(size - 16))"
    )
    command = [sys.executable, "-c", program, DEFAULT_PATH]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["0", "True", "False"]
