import keras
import numpy as np
import pytest
from keras import layers

from digitnet import models
from digitnet.attention import AttentionGate
from edge_demo.contract import UserError
from export import rewrite


def image_batch(count=4):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28, 1), np.uint8)


def network(*middle, rescaling=None, mask=None):
    """A classifier of 28×28 images from layers of the test's choice, with random biases."""
    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = (rescaling or layers.Rescaling(1 / 255))(image)
    for layer in middle:
        x = layer(x)
    if mask:
        x = AttentionGate(mask=mask)(x)
    x = layers.Dense(10, activation="softmax")(layers.Flatten()(x))
    return with_random_weights(keras.Model(image, x))


def with_random_weights(model):
    generator = np.random.default_rng(0)
    model.set_weights([0.3 * generator.standard_normal(w.shape) for w in model.get_weights()])
    return model


def assert_same_answers(model):
    images = image_batch()
    expected = model.predict(images, verbose=0)
    deployed = rewrite.deployed(model)
    for image, probabilities in zip(images, expected, strict=True):
        answer = deployed(image[np.newaxis].astype("float32"))["probabilities"]
        np.testing.assert_allclose(np.asarray(answer)[0], probabilities, atol=2e-5)
    return deployed


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


@pytest.mark.parametrize("name", ["lenet", "lenet_attention", "lenet_deeper_mask"])
def test_deployed_lenet_answers_as_the_trained_one(name):
    assert_same_answers(with_random_weights(models.build(name)))


@pytest.mark.parametrize("size", [2, 4, 6])
def test_a_striding_convolution_of_an_image_reads_blocks(size):
    convolution = layers.Conv2D(5, size, strides=2, activation="relu")
    deployed = assert_same_answers(network(convolution))
    assert kinds(deployed) == ["InputLayer", "BlockConvolution", "Flatten", "Dense"]
    in_pixels = rewrite.deployed(network(layers.Conv2D(5, size, strides=2)), in_blocks=False)
    assert "BlockConvolution" not in kinds(in_pixels)


@pytest.mark.parametrize(
    "convolution",
    [
        layers.Conv2D(5, 5, strides=2),
        layers.Conv2D(5, 6, strides=2, padding="same"),
        layers.Conv2D(5, 4, strides=1),
        layers.Conv2D(5, 4, strides=3),
        layers.DepthwiseConv2D(4, strides=2),
    ],
)
def test_other_convolutions_of_an_image_read_pixels(convolution):
    assert "BlockConvolution" not in kinds(assert_same_answers(network(convolution)))


@pytest.mark.parametrize(
    ("size", "activation"), [(3, "relu"), (5, "tanh"), (5, "linear"), (3, "sigmoid")]
)
def test_convolution_and_pooling_of_an_image_become_one_convolution(size, activation):
    convolution = layers.Conv2D(5, size, padding="same", activation=activation)
    deployed = assert_same_answers(network(convolution, layers.MaxPooling2D(2)))
    assert kinds(deployed) == ["InputLayer", "PooledConvolution", "Flatten", "Dense"]


@pytest.mark.parametrize(
    "middle",
    [
        [layers.Conv2D(4, 5, padding="same", activation="swish"), layers.MaxPooling2D(2)],
        [layers.Conv2D(4, 5, padding="same", use_bias=False), layers.MaxPooling2D(3)],
        [layers.Conv2D(4, 5, strides=2, padding="same"), layers.MaxPooling2D(2)],
        [layers.Conv2D(4, 5), layers.MaxPooling2D(2)],
        [layers.Conv2D(4, 3, padding="same"), layers.AveragePooling2D(2)],
        [layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.ReLU()],
        [layers.DepthwiseConv2D(3, padding="same"), layers.MaxPooling2D(2)],
    ],
    ids=["swish", "pool-3", "strided", "valid", "average", "batch-norm", "depthwise"],
)
def test_graphs_that_do_not_fit_the_rewrite_keep_their_answers(middle):
    assert_same_answers(network(*middle))


def test_rescaling_with_an_offset_stays_in_the_graph():
    # Zero padding is zero after the rescaling: an offset cannot go into the convolution's bias.
    rescaling = layers.Rescaling(1 / 127.5, offset=-1.0)
    deployed = assert_same_answers(
        network(layers.Conv2D(4, 3, padding="same"), rescaling=rescaling)
    )
    assert "Rescaling" in kinds(deployed)


def test_rescaling_is_folded_into_the_first_convolution():
    assert "Rescaling" not in kinds(rewrite.deployed(models.build("lenet")))


def test_attention_output_is_the_first_gates_mask():
    model = with_random_weights(models.build("lenet_attention"))
    images = image_batch(2)
    expected = models.with_attention(model).predict(images, verbose=0)["attention"]
    deployed = rewrite.deployed(model)
    for image, mask in zip(images, expected, strict=True):
        answer = deployed(image[np.newaxis].astype("float32"))["attention"]
        np.testing.assert_allclose(np.asarray(answer)[0], mask, atol=1e-5)


def test_a_channelwise_gate_keeps_its_answers_and_has_no_attention_output():
    model = network(layers.Conv2D(4, 3, padding="same"), mask="channelwise")
    assert list(assert_same_answers(model).output) == ["probabilities"]


def test_a_pooling_that_is_not_alone_reading_its_convolution_is_left_alone():
    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.Rescaling(1 / 255)(image))
    joined = layers.Add()([layers.MaxPooling2D(2)(x), layers.AveragePooling2D(2)(x)])
    out = layers.Dense(10, activation="softmax")(layers.Flatten()(joined))
    assert_same_answers(with_random_weights(keras.Model(image, out)))


def test_a_layer_that_is_called_twice_keeps_its_answers():
    # A layer's second call is not among its `output`, so nobody would see it read the convolution.
    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    convolution = layers.Conv2D(4, 3, padding="same", activation="relu")
    scaled, shared = layers.Rescaling(1 / 255)(image), layers.AveragePooling2D(2)
    x = convolution(scaled)
    joined = layers.Concatenate()([shared(scaled), shared(x), layers.MaxPooling2D(2)(x)])
    out = layers.Dense(10, activation="softmax")(layers.Flatten()(joined))
    assert_same_answers(with_random_weights(keras.Model(image, out)))


def test_a_model_of_another_input_is_refused_with_both_shapes():
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)])
    with pytest.raises(UserError, match=r"\(32, 32, 3\).*\(28, 28, 1\)"):
        rewrite.check_contract(model)


def test_a_layer_that_loops_is_refused_by_name():
    image = keras.Input((28, 28, 1), dtype="uint8")
    x = layers.LSTM(4, name="by_row")(layers.Reshape((28, 28))(layers.Rescaling(1 / 255)(image)))
    model = keras.Model(image, layers.Dense(10, activation="softmax")(x))
    with pytest.raises(UserError, match=r"'by_row' \(LSTM\).*unroll=True"):
        rewrite.deployed(model)


def test_a_model_of_other_outputs_is_refused_with_both_shapes():
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(UserError, match=r"\(3,\).*\(10,\)"):
        rewrite.check_contract(model)


def test_a_model_trained_in_mixed_precision_is_deployed_in_float32():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = models.build("lenet_attention", seed=0)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    images = image_batch(1)
    deployed = rewrite.deployed(model)
    answer = deployed(images.astype("float32"))["probabilities"]
    np.testing.assert_allclose(answer, model.predict(images, verbose=0), atol=0.02)
    assert {layer.compute_dtype for layer in deployed.layers} == {"float32"}


def test_a_sequential_model_is_deployed_like_a_functional_one():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1), dtype="uint8"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    deployed = assert_same_answers(with_random_weights(model))
    assert "MaxPooling2D" not in kinds(deployed)
