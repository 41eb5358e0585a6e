"""The digit models for devices: small, strided, gated, for pictures as they are.

No normaliser stands before them. The first convolution has filters whose weights add up to zero and
looks at whole windows only, so that an evenly lit background is the same to it as a black one.

`edge` has eleven logits, the ten digits and `BACKGROUND`. The softmax runs over all eleven and the
output keeps the ten digits, so that the contract stays `(B, 10)` and what the probabilities lack
to 1 is the mass of "this is not a digit". `edge_small` is for microcontrollers and knows the ten.
"""

from typing import Any

import keras
from keras import layers

from digitnet.attention import AttentionGate
from digitnet.networks.digits_only import DigitsOnly
from digitnet.networks.zero_sum import ZeroSum
from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES, PROBABILITIES

BACKGROUND = 10
LAST = "channels_last"  # whatever ~/.keras/keras.json says


def edge(
    name: str = "edge",
    *,
    gates: tuple[str, ...] = ("conv2", "conv4"),
    mask: str = "spatial",
    skip: bool = False,
    zero_sum: bool = True,
    weighted: bool = True,
    channels: tuple[int, int, int, int, int] = (16, 32, 48, 48, 40),
) -> keras.Model:
    """58,933 parameters, 2.3 million multiplications, most of them where integer kernels are quick.

    Channels are multiples of 8, and strides stand for pooling. Batch normalisation folds into the
    convolutions when the model is exported.

    Args:
        name: Of the model.
        gates: What a gate stands behind: `conv1` and `conv3`, which stride, `conv2`, before a
            stride, `conv4`, behind the skip's addition where there is one, or `branch`, on what
            skips, with a mask from what it skips, too.
        mask: Of the gates, as `AttentionGate` takes it.
        skip: Whether the fourth convolution adds to what the third has found.
        zero_sum: Whether the first convolution is blind to a constant background.
        weighted: Whether the last map's positions have weights, or are averaged.
        channels: Of the five convolutions; multiples of 8 are quick.
    """

    def gated(x: keras.KerasTensor, place: str, **gating: Any) -> keras.KerasTensor:
        if place not in gates:
            return x
        return AttentionGate(mask, data_format=LAST, name=f"gate_{place}")(x, **gating)

    image, x = _rescaled()
    x = _convolution(x, channels[0], 6, strides=2, padding="valid", zero_sum=zero_sum, name="conv1")
    x = gated(x, "conv1")  # 12, 12, 16
    x = gated(_convolution(x, channels[1], 3, name="conv2"), "conv2")  # 12, 12, 32
    x = gated(_convolution(x, channels[2], 3, strides=2, name="conv3"), "conv3")  # 6, 6, 48
    deeper = _convolution(x, channels[3], 3, name="conv4")
    if skip:
        deeper = layers.Add(name="skip")([gated(x, "branch", gating=deeper), deeper])
    x = gated(deeper, "conv4")  # 6, 6, 48
    x = _convolution(x, channels[4], 3, padding="valid", name="conv5")  # 4, 4, 40
    x = _gathered(x, weighted)
    eleven = _probabilities(x, BACKGROUND + 1, "softmax")
    return keras.Model(image, DigitsOnly(dtype="float32", name=PROBABILITIES)(eleven), name=name)


def edge_teacher(name: str = "edge_teacher") -> keras.Model:
    """230,587 parameters, 8.6 million multiplications: `edge` twice as wide, to learn from."""
    return edge(name, gates=(), channels=(32, 64, 96, 96, 80))


def edge_small(name: str = "edge_small") -> keras.Model:
    """18,899 parameters, 0.9 million multiplications: for microcontrollers."""
    image, x = _rescaled()
    x = _convolution(x, 16, 6, strides=2, padding="valid", zero_sum=True, name="conv1")  # 12
    x = _convolution(x, 24, 3, name="conv2")  # 12, 12, 24
    x = AttentionGate(data_format=LAST, name="gate_conv2")(x)
    x = _convolution(x, 32, 3, strides=2, name="conv3")  # 6, 6, 32
    x = _convolution(x, 24, 3, padding="valid", name="conv4")  # 4, 4, 24
    x = _gathered(x, weighted=True)
    return keras.Model(image, _probabilities(x, NUM_CLASSES, PROBABILITIES), name=name)


def _rescaled() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    return image, layers.Rescaling(1 / 255, name="rescaling")(image)


def _convolution(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int,
    *,
    name: str,
    strides: int = 1,
    padding: str = "same",
    zero_sum: bool = False,
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        data_format=LAST,
        use_bias=False,
        kernel_constraint=ZeroSum() if zero_sum else None,
        name=name,
    )(x)
    x = layers.BatchNormalization(momentum=0.99, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _gathered(x: keras.KerasTensor, weighted: bool) -> keras.KerasTensor:
    """`(B, 4, 4, C)` to `(B, C)`."""
    if not weighted:
        return layers.GlobalAveragePooling2D(data_format=LAST, name="mean")(x)
    # Starts as the mean, and learns where in the picture a channel counts.
    start = keras.initializers.Constant(1 / 16)
    x = layers.DepthwiseConv2D(
        4, data_format=LAST, use_bias=False, depthwise_initializer=start, name="places"
    )(x)
    return layers.Flatten(data_format=LAST, name="flatten")(x)


def _probabilities(x: keras.KerasTensor, num_classes: int, name: str) -> keras.KerasTensor:
    logits = layers.Dense(num_classes, name="logits")(x)
    # Softmax in float32 under every precision policy: float16 loses small probabilities.
    return layers.Softmax(dtype="float32", name=name)(logits)
