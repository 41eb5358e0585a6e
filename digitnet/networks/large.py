"""AlexNet, VGG16 and ResNet-50 for 28×28 digits: the larger networks of the paper's Table 1.

The paper does not say how it fitted them to digits. Here the image goes in with one channel,
padded to 32×32 as LeNet-5 had it, the smallest side that five halvings allow. Rescaling, `logits`
and softmax are those of every model.
"""

import contextlib
from collections.abc import Iterator

import keras
from keras import layers

from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES, PROBABILITIES

FRAME_PX = 2  # on each side: 28 to 32


@contextlib.contextmanager
def _channels_last() -> Iterator[None]:
    """Whatever ~/.keras/keras.json says, from which `keras.applications` takes its layout."""
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)


@_channels_last()
def alexnet(name: str = "alexnet") -> keras.Model:
    """AlexNet fitted to 32×32: 24,735,434 parameters.

    Krizhevsky et al. 2012 looked at 227×227 pixels through 11×11 windows, four pixels apart; on
    32×32 that leaves nothing for the last pooling. Here the first window is 5×5 and moves by two.
    The rest is theirs: a second window of 5×5 and three of 3×3, 96, 256, 384, 384 and 256 channels,
    overlapping 3×3 pooling after the first, second and fifth, two layers of 4096 with dropout,
    ReLU. Local response normalisation and the split over two GPUs are left out.
    """
    image, x = _framed_image()
    windows = [(96, 5, 2), (256, 5, 1), (384, 3, 1), (384, 3, 1), (256, 3, 1)]
    for number, (filters, window, stride) in enumerate(windows, start=1):
        x = layers.Conv2D(
            filters,
            window,
            strides=stride,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"conv{number}",
        )(x)
        if number in (1, 2, 5):
            x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{number}")(x)  # 8, 4, 2 a side
    x = layers.Flatten(name="flatten")(x)
    for number in (1, 2):
        x = _dense(x, f"dense{number}")
        x = layers.Dropout(0.5, name=f"dropout{number}")(x)
    return _classifier(image, x, name)


@_channels_last()
def vgg16(name: str = "vgg16") -> keras.Model:
    """VGG16 with the thirteen convolutions of `keras.applications`: 33,637,066 parameters.

    Two layers of 4096 with dropout follow, as in the original. The convolutions halve 32×32 five
    times, to a single position of 512 channels. Weights start as He's (`he_normal`) where
    `keras.applications` has Glorot's: under those the signal shrinks from one ReLU layer to the
    next, and without normalisation sixteen of them pass almost nothing.
    """
    image, x = _framed_image()
    body = keras.applications.VGG16(
        include_top=False, weights=None, input_tensor=x, input_shape=(32, 32, 1)
    )
    _restart_as_he(body)
    x = layers.Flatten(name="flatten")(body.output)
    for number in (1, 2):
        x = _dense(x, f"dense{number}")
        x = layers.Dropout(0.5, name=f"dropout{number}")(x)
    return _classifier(image, x, name)


@_channels_last()
def resnet50(name: str = "resnet50") -> keras.Model:
    """ResNet-50 by `keras.applications` as it is, on 32×32: 23,601,930 parameters.

    The paper's table says "ResNet" without a depth; 50 is our choice.
    """
    image, x = _framed_image()
    body = keras.applications.ResNet50(
        include_top=False, weights=None, input_tensor=x, input_shape=(32, 32, 1), pooling="avg"
    )
    return _classifier(image, body.output, name)


def _framed_image() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    x = layers.Rescaling(1 / 255, name="rescaling")(image)
    return image, layers.ZeroPadding2D(FRAME_PX, name="frame")(x)  # 32, 32, 1


def _dense(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.Dense(4096, activation="relu", kernel_initializer="he_normal", name=name)(x)


def _restart_as_he(model: keras.Model) -> None:
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            initializer = keras.initializers.HeNormal()
            layer.kernel.assign(initializer(layer.kernel.shape, layer.kernel.dtype))


def _classifier(image: keras.KerasTensor, x: keras.KerasTensor, name: str) -> keras.Model:
    logits = layers.Dense(NUM_CLASSES, name="logits")(x)
    # Softmax in float32 under every precision policy: float16 loses small probabilities.
    probabilities = layers.Softmax(dtype="float32", name=PROBABILITIES)(logits)
    return keras.Model(image, probabilities, name=name)
