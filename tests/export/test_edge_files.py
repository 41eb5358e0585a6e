"""`edge` and `edge_small` as files: how large they are, and who can run them."""

import json

import numpy as np
import pytest

from export import micro
from export.flatfile import read
from export.pipeline import export

SIZES = {"edge": 75_000, "edge_small": 30_000}
TARGETS = {"edge": "tflite-runtime-2.14", "edge_small": "tflm"}
ARENA_BYTES = 12_000  # of `edge_small`

pytestmark = pytest.mark.slow  # each is converted in a process of its own


@pytest.fixture(scope="module", params=SIZES)
def file(request, tmp_path_factory, digits):
    """An int8 file of a network that knows its digits a little."""
    import keras

    from digitnet import models

    model = models.build(request.param, seed=0)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy")
    model.fit(digits.x_train, digits.y_train, batch_size=32, epochs=3, verbose=0)
    folder = tmp_path_factory.mktemp(request.param)
    model.save(folder / "model.keras")
    config = {"model": request.param, "dataset": "optdigits", "validation_count": 100}
    config["recipe"] = {"degradation": 0.5}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.json").write_text(json.dumps({"recipe": request.param, "parameters": 1}))
    report, paths = export(folder, target=TARGETS[request.param], max_drop_points=100.0)
    assert report["files"][0]["format"] == "int8"
    return request.param, next(path for path in paths if path.suffix == ".tflite")


def test_file_is_no_larger_than_promised(file):
    name, path = file
    assert path.stat().st_size <= SIZES[name]


def test_every_runtime_can_run_the_file_and_a_microcontroller_s_has_no_space_to_depth(file):
    name, path = file
    from export import targets

    graph = read(path.read_bytes())
    assert targets.runnable_by(graph) == list(targets.TARGETS)
    # Common Arduino ports lack it; on larger runtimes it makes the first convolution quicker.
    assert ("SPACE_TO_DEPTH" in graph.operator_versions()) == (name == "edge")


def test_outputs_are_probabilities_and_the_first_mask(file):
    from edge_demo.model.classifier import Classifier

    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    prediction = Classifier(file[1]).predict_batch(images)
    assert prediction.probabilities.shape == (3, 10)
    assert prediction.attention.shape[:3] == (3, 12, 12)
    assert (prediction.probabilities.sum(axis=1) <= 1.05).all()


def test_edge_small_runs_in_a_microcontroller_s_memory(file):
    pytest.importorskip(
        "tflite_micro", reason="tflite-micro has pre-releases only, for x86-64 Linux"
    )
    name, path = file
    if name == "edge_small":
        assert micro.MicroInterpreter(path).arena_bytes() <= ARENA_BYTES
