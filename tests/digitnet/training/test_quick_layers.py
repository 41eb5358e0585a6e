"""Twins of layers: the same function and gradients with the same weights, on every backend."""

import keras
import numpy as np
import pytest
from keras import layers

from digitnet.attention import AttentionGate
from digitnet.training import quick_layers
from digitnet.training.quick_layers import ConvolutionAsProduct, GateAsProduct, PoolingByPairs


def built(layer, channels=3, side=8):
    layer(keras.Input((side, side, channels)))
    return layer


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size", [(5, 5), (2, 3)])
def test_a_convolution_is_the_product_of_rows_and_a_band(padding, kernel_size):
    layer = built(layers.Conv2D(4, kernel_size, padding=padding, activation="relu"))
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)
    twin = ConvolutionAsProduct(layer)
    assert ConvolutionAsProduct.fits(layer)
    np.testing.assert_allclose(twin(images, training=True), layer(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "twin"),
    [
        (AttentionGate(), GateAsProduct),
        (AttentionGate(mask="channelwise"), GateAsProduct),
        (layers.MaxPooling2D(2), PoolingByPairs),
    ],
)
def test_gates_and_poolings_give_what_the_layer_gives(layer, twin):
    built(layer)
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)
    assert twin.fits(layer)
    np.testing.assert_allclose(twin(layer)(images, training=True), layer(images), rtol=1e-5)


@pytest.mark.parametrize("mask", ["spatial", "channelwise"])
def test_a_gate_with_a_second_map_gives_what_the_layer_gives(mask):
    gate = AttentionGate(mask=mask, data_format="channels_last")
    gate(keras.Input((8, 8, 3)), gating=keras.Input((4, 2, 5)))
    random = np.random.default_rng(0)
    maps = [random.normal(size=(2, *shape)).astype(np.float32) for shape in ((8, 8, 3), (4, 2, 5))]
    assert GateAsProduct.fits(gate)
    twin = GateAsProduct(gate)
    gated = gate(maps[0], gating=maps[1])
    for training in (True, False):
        given = twin(maps[0], gating=maps[1], training=training)
        np.testing.assert_allclose(given, gated, rtol=1e-5)


def test_a_gate_whose_second_map_does_not_divide_the_first_has_no_twin():
    gate = AttentionGate(data_format="channels_last")
    gate(keras.Input((8, 8, 3)), gating=keras.Input((5, 5, 4)))
    assert not GateAsProduct.fits(gate)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(4, 3, strides=2),
        layers.Conv2D(3, 3, groups=3),
        layers.Conv2D(4, 3, dilation_rate=2),
        layers.Conv2D(2000, 3),
        layers.MaxPooling2D(3),
        layers.AveragePooling2D(2),
        AttentionGate(activity_regularizer="l2"),
    ],
)
def test_other_layers_have_no_twin(layer):
    assert quick_layers.as_products(built(layer)) is layer


def test_a_twin_that_does_not_train_is_the_layer_itself(monkeypatch):
    layer = built(layers.Conv2D(4, 3))
    twin = ConvolutionAsProduct(layer)
    monkeypatch.setattr(twin, "quickly", lambda inputs: pytest.fail("it trains"))
    images = np.ones((1, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(twin(images, training=False), layer(images))


@pytest.mark.parametrize("name", ["lenet_attention", "lenet_deeper_mask"])
def test_a_network_s_twin_has_its_weights_in_their_order(name):
    from digitnet import models

    model = models.build(name, seed=0)
    twin = keras.Model(*quick_layers.twin(model, "logits", quick_layers.as_products))
    assert [id(v) for v in twin.variables] == [id(v) for v in model.variables]
    assert not quick_layers.convolves(twin.layers)
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1), dtype=np.uint8)
    logits = keras.Model(model.input, model.get_layer("logits").output)(images)
    np.testing.assert_allclose(twin(images, training=True), logits, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["lenet_attention", "lenet_deeper_mask"])
def test_bias_and_activation_behind_the_pooling_change_no_value(name):
    from digitnet import models

    model = models.build(name, seed=0)
    behind = quick_layers.pooled_convolutions(model.layers)
    assert {pool: convolution.name for pool, convolution in behind.items()} == {
        "pool1": "conv1",
        "pool2": "conv2",
    }
    quick = quick_layers.pooling_first(model)
    twin = keras.Model(*quick_layers.twin(model, "logits", quick))
    assert [id(v) for v in twin.variables] == [id(v) for v in model.variables]
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1), dtype=np.uint8)
    logits = keras.Model(model.input, model.get_layer("logits").output)(images)
    np.testing.assert_allclose(twin(images, training=True), logits, rtol=1e-4, atol=1e-5)
