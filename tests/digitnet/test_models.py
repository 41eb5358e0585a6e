import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from digitnet import models
from tests.digitnet.conftest import drawn_digits

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGE = [pytest.param(name, marks=pytest.mark.slow) for name in ("alexnet", "vgg16", "resnet50")]
SMALL = [
    "lenet",
    "lenet_attention",
    "lenet_deeper_mask",
    "edge",
    "edge_small",
    "edge_teacher",
    "edge_camera",
]


def test_every_model_is_looked_at():
    assert {*SMALL, *(name.values[0] for name in LARGE)} == set(models.MODELS)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("lenet", 61_706), ("lenet_attention", 61_730), ("lenet_deeper_mask", 61_746)],
)
def test_parameter_count_is_the_published_one(name, parameters):
    assert models.build(name).count_params() == parameters


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("alexnet", 24_735_434), ("vgg16", 33_637_066), ("resnet50", 23_601_930)],
)
def test_parameter_count_is_the_documented_one(name, parameters):
    model = models.build(name)
    assert model.count_params() == parameters
    assert model.get_layer("logits").units == 10


@pytest.mark.slow
def test_vgg16_passes_a_signal_on_at_its_start():
    # With Glorot's weights the last feature map of these was a thousand times fainter.
    model = models.build("vgg16", seed=0)
    images, _ = drawn_digits(4)
    features = keras.Model(model.input, model.get_layer("flatten").output)(images)
    assert 0.05 < float(ops.std(features)) < 5


def test_gate_variants_differ_in_mask_place_and_bias():
    assert len(models.GATE_VARIANTS) == 12
    model = models.build("lenet_channelwise_second_zero")
    (gate,) = models.attention_gates(model)
    assert (gate.mask, gate.input.shape[1:]) == ("channelwise", (5, 5, 16))
    assert float(ops.max(ops.abs(gate.bias))) == 0
    assert model.name == "lenet_channelwise_second_zero"


def test_the_open_spatial_variant_of_both_poolings_is_lenet_attention():
    variant = models.build("lenet_spatial_both_open", seed=3).get_weights()
    for one, other in zip(variant, models.build("lenet_attention", 3).get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [*SMALL, *LARGE])
def test_model_keeps_the_input_and_output_contract(name):
    model = models.build(name)
    (image,) = model.inputs
    assert (image.name, image.dtype, image.shape) == ("image", "uint8", (None, 28, 28, 1))
    images, _ = drawn_digits(3)
    probabilities = ops.convert_to_numpy(model(images))
    assert probabilities.shape == (3, 10)
    assert probabilities.dtype == np.float32
    assert probabilities.min() >= 0
    assert probabilities.sum(axis=1).max() <= 1 + 1e-5


@pytest.mark.slow
def test_models_say_their_layout_themselves(tmp_path):
    # Old installations have channels_first in ~/.keras/keras.json; pooling then failed.
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    code = """
import keras
from digitnet import models
assert keras.config.image_data_format() == "channels_first"
for name in ("lenet_attention", "edge", "vgg16", "resnet50"):
    model = models.build(name)
    layouts = {layer.get_config().get("data_format") for layer in model.layers}
    print(name, model.output_shape, layouts <= {None, "channels_last"})
assert keras.config.image_data_format() == "channels_first"
"""
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(None, 10) True") == 4


def test_gates_stand_after_each_pooling():
    model = models.build("lenet_attention")
    before = [gate.input.shape[1:] for gate in models.attention_gates(model)]
    assert before == [(14, 14, 6), (5, 5, 16)]


def test_the_deeper_mask_is_computed_from_what_the_second_convolution_finds():
    model = models.build("lenet_deeper_mask", seed=0)
    first, second = models.attention_gates(model)
    assert [one.shape[1:] for one in first.input] == [(14, 14, 6), (7, 7, 16)]
    assert second.input.shape[1:] == (5, 5, 16)
    images, _ = drawn_digits(2)
    seen = models.with_attention(model)
    before = ops.convert_to_numpy(seen(images)["attention"])
    seen.get_layer("conv2").bias.assign(np.full(16, 3.0))
    moved = ops.convert_to_numpy(seen(images)["attention"]) != before
    assert moved[:, 2:12, 2:12].all()
    assert not moved[:, :2].any()  # the border knows the first map alone


def test_equal_seeds_give_equal_weights_and_others_do_not():
    first, second, third = (models.build("lenet_attention", seed) for seed in (1, 1, 2))
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (
        first.get_layer("conv1").get_weights()[0] != third.get_layer("conv1").get_weights()[0]
    ).all()


def test_with_attention_gives_the_model_s_own_probabilities_and_a_mask():
    model = models.build("lenet_attention")
    images, _ = drawn_digits(4)
    outputs = models.with_attention(model)(images)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(outputs["probabilities"]), ops.convert_to_numpy(model(images))
    )
    attention = ops.convert_to_numpy(outputs["attention"])
    assert attention.shape == (4, 14, 14, 1)
    assert attention.min() >= 0
    assert attention.max() <= 1


def test_with_attention_says_when_there_is_no_gate():
    with pytest.raises(ValueError, match="has 0 attention gates"):
        models.with_attention(models.build("lenet"))


def test_unknown_model_is_said_with_the_known_ones():
    with pytest.raises(ValueError, match="lenet_attention"):
        models.build("lenet6")


@pytest.mark.parametrize("name", ["lenet", "lenet_attention"])
def test_model_learns_32_images_by_heart(name):
    images, labels = drawn_digits(32)
    model = models.build(name, seed=0)
    model.compile(
        keras.optimizers.SGD(0.01, momentum=0.9),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    labels = labels.astype(np.int32)  # JAX has no int64 and warns
    model.fit(images, labels, batch_size=8, epochs=60, verbose=0)
    assert model.evaluate(images, labels, verbose=0)[1] == 1.0
