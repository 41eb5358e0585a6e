"""Models as people build them: every one that trains exports, or is refused with the reason.

Names are Keras' own, and its counters start anew before the export, as they do in its process.
"""

import subprocess

import keras
import numpy as np
import pytest
from keras import layers, ops

from digitnet.attention import AttentionGate
from export import convert, flatfile, rewrite, targets, trained_run, trim, verify


def classifier(middle):
    """A model with `middle`, a function of the scaled image, between image and answer."""
    keras.utils.clear_session()
    image = keras.Input((28, 28, 1), dtype="uint8")
    x = layers.Flatten()(middle(layers.Rescaling(1 / 255)(image)))
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


def convolution(filters=4, size=3, **arguments):
    return layers.Conv2D(filters, size, activation="relu", **arguments)


def chain(*parts):
    def middle(x):
        for part in parts:
            x = part()(x)
        return x

    return middle


def strided_with_a_gate(x):
    """The example of docs/extending.md."""
    x = AttentionGate()(convolution(8, 5, strides=2, padding="same")(x))
    return convolution(16, strides=2, padding="same")(x)


def nested(x):
    inside = keras.Input((28, 28, 4))
    pooled = layers.MaxPooling2D(2)(layers.Conv2D(4, 3, padding="same")(inside))
    block = keras.Model(inside, AttentionGate()(pooled))
    x = convolution(padding="same")(x)
    # Who looks for readers of `x` must find the block, or the convolution is pooled for it, too.
    return layers.Add()([block(x), layers.MaxPooling2D(2)(x)])


def sequential_within(x):
    return keras.Sequential([convolution(padding="same"), layers.MaxPooling2D(2)])(x)


def operations_between(x):
    x = convolution(padding="same")(x)
    return layers.MaxPooling2D(2)(x) + ops.mean(x, axis=(1, 2), keepdims=True) * 2


def a_gate_that_is_called_twice(x):
    gate = AttentionGate()
    x = convolution(strides=2)(x)
    return gate(layers.Conv2D(4, 1)(gate(x)))


def pooled(x):
    return layers.MaxPooling2D(2)(x)


SHAPES = {
    "docs": strided_with_a_gate,
    "unnamed": lambda x: pooled(convolution(8, 5)(pooled(convolution(6, 5, padding="same")(x)))),
    "valid": lambda x: pooled(convolution(6, 5)(x)),
    "average": lambda x: layers.AveragePooling2D(2)(convolution(padding="same")(x)),
    "global average": lambda x: layers.GlobalAveragePooling2D(keepdims=True)(convolution()(x)),
    "no bias": lambda x: pooled(convolution(padding="same", use_bias=False)(x)),
    "batch norm": lambda x: layers.ReLU()(
        layers.BatchNormalization()(layers.Conv2D(4, 3, use_bias=False)(x))
    ),
    "dropout": lambda x: layers.Dropout(0.3)(pooled(convolution(padding="same")(x))),
    "one gate": lambda x: AttentionGate()(pooled(convolution(padding="same")(x))),
    "channelwise": lambda x: AttentionGate(mask="channelwise")(convolution(strides=2)(x)),
    "gate twice": a_gate_that_is_called_twice,
    "separable": lambda x: layers.SeparableConv2D(8, 3, strides=2)(convolution()(x)),
    "residual": lambda x: layers.Add()([convolution(padding="same")(x), x]),
    "operations": operations_between,
    "nested": nested,
    "sequential": sequential_within,
    "dense only": lambda x: x,
    "unrolled": lambda x: layers.LSTM(4, unroll=True)(layers.Reshape((4, 196))(x)),
    "gelu": lambda x: layers.Dense(16, activation="gelu")(layers.Flatten()(x)),
}


def saved(middle, path):
    """A model as the export finds it: in a file, in a process that has built no other."""
    keras.utils.set_random_seed(0)
    classifier(middle).save(path)
    keras.utils.clear_session()
    return trained_run.load_model(path)


def images(count=3):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28, 1), np.uint8)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_model_of_any_shape_is_deployed_with_the_same_answers(shape, tmp_path):
    model = saved(SHAPES[shape], tmp_path / "model.keras")
    deployed = rewrite.deployed(model)
    expected = np.asarray(model(images()))
    for image, probabilities in zip(images(), expected, strict=True):
        answer = deployed(image[np.newaxis].astype("float32"))["probabilities"]
        np.testing.assert_allclose(np.asarray(answer)[0], probabilities, atol=2e-5)


def converted(model, format_name):
    calibration = np.concatenate([images(20), np.zeros((1, 28, 28, 1), np.uint8)])
    calibration[:, 0, 0], calibration[:, 0, 1] = 0, 255
    deployed = rewrite.deployed(model)
    return trim.trimmed(convert.convert(deployed, format_name, calibration))


def test_the_example_of_the_documents_converts(tmp_path):
    model = saved(strided_with_a_gate, tmp_path / "model.keras")
    graph = flatfile.read(converted(model, "float32"))
    flatfile.check_contract(graph)
    assert list(graph.outputs) == ["probabilities", "attention"]


def test_an_operator_that_no_small_runtime_has_is_named_with_its_layer():
    said = (
        'loc(callsite(fused["Erf:", "mine/bend/Erf@__inference_serve_86"] at callsite('
        'fused["Part:", "Part"]))): Error code: ERROR_NEEDS_FLEX_OPS\nerror: failed'
    )
    process = subprocess.CompletedProcess([], 2, "", said)
    sentence = convert._failure(process, "int8")
    assert sentence.startswith("The model computes Erf in 'bend', and TensorFlow Lite has no")


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_model_of_any_shape_converts_and_answers_alike(shape, tmp_path):
    model = saved(SHAPES[shape], tmp_path / "model.keras")
    content = converted(model, "int8")
    graph = flatfile.read(content)
    flatfile.check_contract(graph)
    assert targets.problems(graph, targets.DEFAULT) == []
    (tmp_path / "model.tflite").write_bytes(content)
    cases = {"images": images(), "labels": np.zeros(3, int)}
    np.savez(tmp_path / "cases.npz", **cases, probabilities=np.asarray(model(images())))
    judged = verify.run_judge(tmp_path / "model.tflite", tmp_path / "cases.npz", timed_calls=0)
    assert judged["largest_probability_difference"] < 0.05
