"""Calibration, packaging, targets and the reader of files, each without a conversion."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from edge_demo import contract
from edge_demo.contract import UserError
from export import calibration, flatfile, list_operators, targets
from export.runtime_operators import RUNTIME_OPERATORS

ONE_CODE = list_operators.file_of(3, 1)  # a file of one operator code and no operators


def training_images(count=20):
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28, 1), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = 0, 255
    return images


def graph_of(*operators, tensors=()):
    return flatfile.Graph(tensors, tuple(operators), {}, {})


def operator(name, version=1, inputs=()):
    return flatfile.Operator(name, version, inputs, ())


def tensor(dtype, scales=(1.0,)):
    return flatfile.Tensor("", (4,), dtype, scales, (0,) * len(scales), b"")


def test_the_same_seed_draws_the_same_calibration_images():
    images = training_images()
    first, record = calibration.draw(images, 5, seed=3)
    again, record_again = calibration.draw(images, 5, seed=3)
    other, _ = calibration.draw(images, 5, seed=4)
    assert np.array_equal(first, again) and record == record_again
    assert not np.array_equal(first, other)


def test_calibration_images_are_drawn_once_each():
    images = training_images(20)
    drawn, record = calibration.draw(images, 50)
    assert np.array_equal(drawn, images)
    assert record["images"] == 20


@pytest.mark.parametrize(
    ("images", "count", "sentence"),
    [
        (training_images(), 0, "at least one calibration image"),
        (training_images(0), 5, "holds none"),
    ],
    ids=["none asked for", "none there"],
)
def test_calibration_that_cannot_work_is_refused_with_a_sentence(images, count, sentence):
    with pytest.raises(UserError, match=sentence):
        calibration.draw(images, count)


@pytest.mark.parametrize(("low", "high"), [(0, 240), (0, 15), (9, 9), (20, 255)])
def test_digits_that_do_not_reach_both_ends_are_calibrated_with_an_image_that_does(low, high):
    images = np.random.default_rng(0).integers(low, high + 1, (6, 28, 28, 1), np.uint8)
    drawn, record = calibration.draw(images)
    assert record["images"] == 6 and record["ends_added"]
    assert np.array_equal(drawn[:-1], images)
    assert (drawn[-1].min(), drawn[-1].max(), np.count_nonzero(drawn[-1])) == (0, 255, 1)


def test_digits_that_reach_both_ends_are_calibrated_as_they_are():
    drawn, record = calibration.draw(training_images(6))
    assert len(drawn) == 6 and not record["ends_added"]


def test_packed_files_carry_labels_and_contract_that_zipfile_reads():
    content = contract.packed(b"\0" * 64, {"name": "digitnet"})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt").decode().split() == list("0123456789")
        assert json.loads(archive.read("digitnet.json"))["name"] == "digitnet"
    assert contract.unpacked(content)[0] == b"\0" * 64


def test_packing_the_same_twice_gives_the_same_bytes():
    assert contract.packed(b"\1" * 8, {"a": 1}) == contract.packed(b"\1" * 8, {"a": 1})


def test_a_changed_byte_of_the_model_part_is_noticed():
    content = bytearray(contract.packed(b"\0" * 64, {}))
    content[5] ^= 1
    with pytest.raises(ValueError, match="checksum"):
        contract.unpacked(bytes(content))


def test_a_file_without_a_zip_has_no_metadata():
    assert contract.unpacked(b"\0" * 64) == (b"\0" * 64, {})


@pytest.mark.parametrize("content", [b"", b"just some text\n" * 9, ONE_CODE[:40]])
def test_what_is_no_tflite_file_is_refused_by_the_reader(content):
    with pytest.raises(ValueError):
        flatfile.read(content)


def test_the_reader_names_operators_of_a_file():
    assert flatfile.read(ONE_CODE).operators == ()  # one code, used by no operator


def test_dense_layers_of_version_12_are_refused_for_the_old_runtime_with_a_cure():
    # The most reported pain of people who deploy MNIST models: dynamic files of TF >= 2.17.
    graph = graph_of(operator("FULLY_CONNECTED", 12))
    with pytest.raises(UserError, match="FULLY_CONNECTED up to version 10.*version 12.*one scale"):
        targets.check(graph, "tflite-runtime-2.14", "digitnet-dynamic.tflite")
    targets.check(graph, "litert", "digitnet-dynamic.tflite")


def test_an_operator_that_no_runtime_has_is_refused_by_all_targets():
    graph = graph_of(operator("CUSTOM FlexErf"))
    assert targets.runnable_by(graph) == []


def test_microcontrollers_refuse_floating_point_and_several_scales_in_dense_layers():
    tensors = (tensor("float32"), tensor("int8"), tensor("int8", (1.0, 2.0)))
    floating = graph_of(operator("CONV_2D", 1, (0, 0)), tensors=tensors)
    per_channel = graph_of(operator("FULLY_CONNECTED", 4, (1, 2)), tensors=tensors)
    whole = graph_of(operator("FULLY_CONNECTED", 4, (1, 1)), tensors=tensors)
    assert "floating point" in targets.problems(floating, "tflm")[0]
    assert "2 scales" in targets.problems(per_channel, "tflm")[0]
    assert targets.problems(whole, "tflm") == []


def test_the_recorded_operators_are_those_of_the_installed_runtime():
    # In a process of its own: tflite-runtime crashes where TensorFlow was imported before it.
    printed = subprocess.run(
        [sys.executable, "-m", "export.list_operators"], capture_output=True, text=True, check=True
    ).stdout
    ((runtime, operators),) = json.loads(printed).items()
    if runtime not in RUNTIME_OPERATORS:
        pytest.skip(f"runtime_operators.py has no table of {runtime}")
    assert operators == RUNTIME_OPERATORS[runtime]


@pytest.mark.parametrize(
    ("shape", "dtype", "scales", "outputs", "reason"),
    [
        ((1, 28, 28, 1), "float32", (), {"probabilities": 1}, "float32"),
        ((1, 32, 32, 1), "uint8", (), {"probabilities": 1}, "1, 32, 32, 1"),
        ((1, 28, 28, 1), "uint8", (0.5,), {"probabilities": 1}, "scale"),
        ((1, 28, 28, 1), "uint8", (1.0,), {"answer": 1}, "answer"),
        ((1, 28, 28, 1), "uint8", (1.0,), {"probabilities": 0}, "probabilities"),
        ((1, 28, 28, 1), "uint8", (1.0,), {"attention": 0, "probabilities": 1}, "after it"),
    ],
)
def test_a_file_that_does_not_keep_the_contract_is_told_why(shape, dtype, scales, outputs, reason):
    image = flatfile.Tensor("image", shape, dtype, scales, (0,) * len(scales), b"")
    answer = flatfile.Tensor("", (1, 10), "int8", (1.0,), (0,), b"")
    with pytest.raises(ValueError, match=reason):
        flatfile.check_contract(flatfile.Graph((image, answer), (), {"image": 0}, outputs))
