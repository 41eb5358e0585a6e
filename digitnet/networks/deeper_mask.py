"""LeNet whose first mask is computed from a deeper map, too: it knows what a stroke belongs to."""

import keras
from keras import layers

from digitnet.attention import AttentionGate
from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES, PROBABILITIES

LAST = "channels_last"  # whatever ~/.keras/keras.json says


def lenet_deeper_mask(name: str = "lenet_deeper_mask") -> keras.Model:
    """`lenet_attention` that looks twice: 61,746 parameters, 16 more than it has.

    The second convolution sees the map of the first pooling as it is; what it finds there opens
    and closes that map's gate, and the same convolution, with the same weights, sees the gated one.
    """
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    x = layers.Rescaling(1 / 255, name="rescaling")(image)
    x = layers.Conv2D(6, 5, padding="same", data_format=LAST, activation="relu", name="conv1")(x)
    first = layers.MaxPooling2D(2, data_format=LAST, name="pool1")(x)  # 14, 14, 6
    conv2 = layers.Conv2D(16, 5, data_format=LAST, activation="relu", name="conv2")
    pool2 = layers.MaxPooling2D(2, data_format=LAST, name="pool2")
    # With a border, position i of the deeper map lies over positions 2i and 2i + 1 of the first.
    deeper = layers.ZeroPadding2D(1, data_format=LAST, name="border")(pool2(conv2(first)))  # 7, 7
    gated = AttentionGate(data_format=LAST, name="gate1")(first, gating=deeper)
    x = AttentionGate(data_format=LAST, name="gate2")(pool2(conv2(gated)))  # 5, 5, 16
    x = layers.Flatten(data_format=LAST, name="flatten")(x)
    x = layers.Dense(120, activation="relu", name="dense1")(x)
    x = layers.Dense(84, activation="relu", name="dense2")(x)
    logits = layers.Dense(NUM_CLASSES, name="logits")(x)
    # Softmax in float32 under every precision policy: float16 loses small probabilities.
    probabilities = layers.Softmax(dtype="float32", name=PROBABILITIES)(logits)
    return keras.Model(image, probabilities, name=name)
