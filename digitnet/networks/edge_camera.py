"""The network behind the camera's normaliser, whose file ships with the demo.

Like `digitnet.networks.edge` it is small, strided, gated, and able to say "this is no digit".
"""

import keras
from keras import layers

from digitnet.attention import AttentionGate
from digitnet.networks.digits_only import DigitsOnly
from digitnet.networks.edge import BACKGROUND, LAST
from edge_demo.contract import IMAGE_SHAPE, PROBABILITIES


def edge_camera(name: str = "edge_camera") -> keras.Model:
    """The network of the camera demo: 57,261 parameters.

    Strides instead of pooling and channels in multiples of 16 keep integer kernels busy; batch
    normalisation folds into the convolutions when the model is exported.
    """
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    x = layers.Rescaling(1 / 255, name="rescaling")(image)
    x = _convolution(x, 16, 5, strides=2, name="conv1")  # 14, 14, 16
    x = _convolution(x, 32, 3, strides=1, name="conv2")  # 14, 14, 32
    x = AttentionGate(data_format=LAST, name="gate1")(x)
    x = _convolution(x, 32, 3, strides=2, name="conv3")  # 7, 7, 32
    x = _convolution(x, 48, 3, strides=1, name="conv4")  # 7, 7, 48
    x = AttentionGate(data_format=LAST, name="gate2")(x)
    x = _convolution(x, 64, 3, strides=2, name="conv5")  # 4, 4, 64
    x = layers.GlobalAveragePooling2D(data_format=LAST, name="mean")(x)
    logits = layers.Dense(BACKGROUND + 1, name="logits")(x)
    # Softmax in float32 under every precision policy: float16 loses small probabilities.
    eleven = layers.Softmax(dtype="float32", name="softmax")(logits)
    return keras.Model(image, DigitsOnly(dtype="float32", name=PROBABILITIES)(eleven), name=name)


def _convolution(
    x: keras.KerasTensor, filters: int, kernel_size: int, strides: int, name: str
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        data_format=LAST,
        use_bias=False,
        name=name,
    )(x)
    x = layers.BatchNormalization(momentum=0.95, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
