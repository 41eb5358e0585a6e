"""A small trained run and one export of it, made once for all tests here."""

import json

import numpy as np
import pytest


@pytest.fixture(scope="session")
def digits():
    from digitnet.digits import datasets

    return datasets.load("optdigits")


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory, digits):
    """A run directory as `python -m digitnet.train` leaves it, of a model that knows its digits."""
    import keras

    from digitnet import models

    model = models.build("lenet_attention", seed=0)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy")
    model.fit(digits.x_train, digits.y_train, batch_size=32, epochs=4, verbose=0)
    folder = tmp_path_factory.mktemp("run")
    model.save(folder / "model.keras")
    config = {"model": "lenet_attention", "dataset": "optdigits", "validation_count": 100}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.json").write_text(json.dumps({"recipe": "default", "parameters": 61730}))
    return folder


@pytest.fixture(scope="session")
def exported(tmp_path_factory, run_dir):
    """The directory of an int8 export with C arrays, and its report."""
    from export.pipeline import export

    out_dir = tmp_path_factory.mktemp("exported")
    report, paths = export(run_dir, out_dir=out_dir, with_c_array=True)
    assert {path.parent for path in paths} == {out_dir}
    return out_dir, report


@pytest.fixture(scope="session")
def int8_file(exported):
    return exported[0] / "digitnet-int8.tflite"


@pytest.fixture
def blank_image():
    return np.zeros((28, 28), np.uint8)
