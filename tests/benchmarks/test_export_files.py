"""The files that benchmarks.latency compares with are the networks they are said to be."""

import numpy as np
import pytest

from digitnet import models


@pytest.mark.parametrize("name", ["lenet_attention", "edge", "edge_small"])
def test_the_onnx_file_answers_as_the_keras_model(name):
    pytest.importorskip("onnx", reason="onnx is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    from benchmarks.onnx_graph import to_onnx

    model = models.build(name, seed=0)
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), np.uint8)
    expected = model.predict(images, verbose=0)
    session = onnxruntime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    for image, probabilities in zip(images, expected, strict=True):
        (answer,) = session.run(None, {"image": image[np.newaxis]})
        np.testing.assert_allclose(answer[0], probabilities, atol=1e-5)


def test_the_convnet_has_keras_ios_34826_weights():
    from benchmarks.latency_files import convnet

    assert convnet().count_params() == 34_826
