"""Files that `benchmarks.latency` compares ours with, made by the same converter.

`python -m benchmarks.latency_files KIND FORMAT MODEL.keras OUT`, in a process of its own, because
the converter leaks and TensorFlow is not to sit beside a timing.
"""

import argparse
import sys
from pathlib import Path

from edge_demo.contract import run_command


def plain(model_path):
    """The trained network with a batch of one and no rewriting: what the converter makes of it."""
    import keras

    from export import trained_run

    image = keras.Input(batch_shape=(1, 28, 28, 1), dtype="float32", name="image")
    trained = trained_run.load_model(model_path)
    return keras.Model(image, {"probabilities": trained(image)})


def convnet(_=None):
    """The layers of keras-io's examples/vision/mnist_convnet.py, 34,826 fresh weights."""
    import keras
    from keras import layers

    from export import rewrite

    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = layers.Rescaling(1 / 255)(image)
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    return rewrite.deployed(keras.Model(image, layers.Dense(10, activation="softmax")(x)))


def calibration_images(count=50):
    """Noise from black to full ink: ranges do not change how long a call takes."""
    import numpy as np

    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28, 1), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = 0, 255
    return images


KINDS = {"plain": plain, "convnet": convnet}


def main(argv=None):
    """Writes one file."""
    return run_command(_main, argv)


def _main(argv):
    from export import convert

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("format", choices=convert.FORMATS)
    parser.add_argument("model", help="the trained .keras file")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args(argv)

    from export import trim

    model = KINDS[arguments.kind](arguments.model)
    content = convert.convert(model, arguments.format, calibration_images())
    arguments.out.write_bytes(trim.trimmed(content))
    return 0


if __name__ == "__main__":
    sys.exit(main())
