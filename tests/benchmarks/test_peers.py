"""Our files beside others': one table, one plot, networks of the size that their sources have."""

import json

import cv2
import numpy as np
import pytest

from benchmarks import corruptions, peer_networks, peer_plot, peers


def digit_images(count):
    images = np.zeros((count, 28, 28, 1), np.uint8)
    images[:, 6:22, 12:16] = 255
    return images


@pytest.mark.parametrize("kind", corruptions.KINDS)
def test_a_corruption_grows_with_its_severity_and_repeats_from_its_seed(kind):
    images = digit_images(40)
    original = images.copy()
    distances = []
    for severity in corruptions.SEVERITIES:
        changed = corruptions.corrupted(images, kind, severity, seed=3)
        assert changed.shape == images.shape and changed.dtype == np.uint8
        np.testing.assert_array_equal(changed, corruptions.corrupted(images, kind, severity, 3))
        distances.append(np.abs(changed.astype(float) - images).mean())
    np.testing.assert_array_equal(images, original)
    assert min(distances) > 0
    if kind == "inversion":  # on white; with less ink there is less that changed
        return
    assert all(low < high for low, high in zip(distances, distances[1:], strict=False)), distances


def test_images_are_corrupted_each_in_a_way_of_its_own():
    changed = corruptions.corrupted(digit_images(20), "rotate", 3)
    assert len({image.tobytes() for image in changed}) > 1
    other = corruptions.corrupted(digit_images(20), "noise", 3, seed=1)
    assert (other != corruptions.corrupted(digit_images(20), "noise", 3, seed=2)).any()


@pytest.mark.parametrize(
    ("name", "weights"), [("keras-io", 34_826), ("live-demo", 110_986), ("codelab", 20_410)]
)
def test_the_peers_have_the_weights_of_their_sources(name, weights):
    pytest.importorskip("keras", reason="networks are built with Keras")
    assert peer_networks.build(name).count_params() == weights


def row(title, size, accuracy, times):
    kinds = dict.fromkeys(corruptions.KINDS, accuracy - 0.1)
    severities = dict.fromkeys("12345", accuracy - 0.1)
    return {
        "title": title,
        "path": "a.tflite",
        "bytes": size,
        "accuracy": accuracy,
        "corrupted_accuracy": accuracy - 0.1,
        "by_kind": kinds,
        "by_severity": severities,
        "microseconds": times,
    }


REPORT = {
    "images": 10_000,
    "corrupted": 2000,
    "rows": [
        row("digitnet, as shipped", 75_000, 0.9954, {"one 1.0": 60.5, "two 2.0": 11.2}),
        row("keras-io's MNIST convnet, int8", 39_776, 0.992, {"one 1.0": 178.0}),
        row("keras-io's MNIST convnet, float32", 141_000, 0.9921, {"no runtime there": None}),
    ],
}


def test_all_stand_in_one_table():
    lines = peers.markdown(REPORT).splitlines()
    assert lines[0].endswith("| µs, one 1.0 | µs, two 2.0 | µs, no runtime there |")
    assert lines[2].startswith("| digitnet, as shipped | 75,000 | 99.54 | 89.5 |")
    assert lines[2].endswith("| 60.5 | 11.2 |  |")
    assert sum(line.startswith("| fog |") for line in lines) == 1


def test_the_plot_is_a_picture(tmp_path):
    pytest.importorskip("matplotlib", reason="plots are drawn with Matplotlib")
    peer_plot.write(tmp_path / "peers.png", REPORT)
    assert cv2.imread(str(tmp_path / "peers.png")).shape[1] > 1000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "0"], "--epochs takes 1 or more"),
        (["no-such.tflite", "--peers"], "There is no file no-such.tflite"),
    ],
)
def test_bad_input_is_one_sentence(arguments, sentence, capsys):
    pytest.importorskip("sklearn", reason="the embedded digits are scikit-learn's")
    assert peers.main([*arguments, "--dataset", "optdigits"]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("digitnet-edge-small-int8.tflite", "digitnet edge small, int8"),
        ("digitnet-int8.tflite", "digitnet, int8"),
        ("mine.tflite", "digitnet, mine"),
    ],
)
def test_files_of_one_network_are_told_by_their_number_format(tmp_path, name, title):
    path = tmp_path / name
    path.touch()
    assert [found for found, _ in peers._our_files([path])] == ["digitnet, as shipped", title]


@pytest.mark.slow
def test_a_peer_is_trained_once_judged_and_timed(tmp_path, capsys):
    pytest.importorskip("tensorflow", reason="the converter is TensorFlow's")
    options = ["--peers", "codelab", "--epochs", "1", "--limit", "2000", "--corrupted", "50"]
    options += ["--dataset", "optdigits", "--folder", str(tmp_path / "kept"), "--rounds", "1"]
    plot = tmp_path / "peers.png"
    assert peers.main([*options, "--json", "--plot", str(plot)]) == 0
    report = json.loads(capsys.readouterr().out)
    titles = [one["title"] for one in report["rows"]]
    assert titles[0] == "digitnet, as shipped" and len(titles) == 3
    assert all(min(one["microseconds"].values()) > 0 for one in report["rows"])
    assert plot.exists()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    again = peer_networks.files("codelab", tmp_path / "kept", 1, 2000, "optdigits")
    assert set(again.values()) <= kept.keys()
    assert kept == {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
