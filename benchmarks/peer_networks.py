"""Networks that others train on MNIST, built, trained and exported here: what ours stands beside.

    python -m benchmarks.peer_networks NAME FOLDER [--epochs N] [--limit N] [--dataset D]

Trains one, in a process of its own because TensorFlow's converter leaks, and writes NAME.keras,
NAME-int8.tflite and NAME-float32.tflite into FOLDER by the way that our own files go.
"""

import argparse
import sys
from pathlib import Path

from benchmarks import latency
from edge_demo.contract import run_command

FORMATS = ("int8", "float32")
CALIBRATION_IMAGES = 300


def keras_io(layers, x):
    """The layers of keras-io's examples/vision/mnist_convnet.py: 34,826 weights."""
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(x))
    return layers.Dropout(0.5)(layers.Flatten()(x))


def live_demo(layers, x):
    """The digit classifier of TensorFlow Lite's example apps: 110,986 weights."""
    x = layers.Conv2D(64, 3, activation="relu")(layers.Conv2D(32, 3, activation="relu")(x))
    return layers.Flatten()(layers.Dropout(0.25)(layers.MaxPooling2D(2)(x)))


def codelab(layers, x):
    """The network of TensorFlow Lite's guides to quantisation on MNIST: 20,410 weights."""
    return layers.Flatten()(layers.MaxPooling2D(2)(layers.Conv2D(12, 3, activation="relu")(x)))


# Name: (title, layers between the image and the last dense one, epochs that its source trains for).
NETWORKS = {
    "keras-io": ("keras-io's MNIST convnet", keras_io, 15),
    "live-demo": ("the 111 k convnet of live demos", live_demo, 5),
    "codelab": ("the TF Lite codelab's convnet", codelab, 5),
}


def build(name):
    """Returns the Keras model of one of `NETWORKS`: uint8 `(28, 28, 1)` to 10 probabilities."""
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = NETWORKS[name][1](layers, layers.Rescaling(1 / 255)(image))
    return keras.Model(image, layers.Dense(10, activation="softmax")(x), name=name)


def files(name, folder, epochs, limit, dataset):
    """The files of a trained network as {format: path}; it is trained where they are not there.

    What was trained for other epochs, on other digits or fewer of them has another name.
    """
    run = f"{name}-{epochs or NETWORKS[name][2]}-epochs" + (f"-{limit}-images" if limit else "")
    run += "" if dataset == "mnist" else f"-{Path(dataset).stem}"
    there = {format_name: folder / f"{run}-{format_name}.tflite" for format_name in FORMATS}
    if not all(path.exists() for path in there.values()):
        print(f"training {NETWORKS[name][0]}", file=sys.stderr)
        dataset = str(Path(dataset).absolute()) if Path(dataset).exists() else dataset
        command = [sys.executable, "-m", "benchmarks.peer_networks", name, folder.absolute()]
        command += ["--run", run, "--epochs", epochs or NETWORKS[name][2], "--dataset", dataset]
        latency.run(command + (["--limit", limit] if limit else []))
    return there


def train(name, folder, run, epochs, limit, dataset):
    """Trains one as its source does, with Adam, and exports it; the test images are not seen."""
    import keras
    import numpy as np

    from digitnet import files as our_files
    from digitnet.digits import datasets
    from export import convert

    keras.utils.set_random_seed(0)
    digits = datasets.load(dataset, limit=limit)
    images = np.concatenate([digits.x_train, digits.x_validation])
    labels = np.concatenate([digits.y_train, digits.y_validation])
    model = build(name)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=128, epochs=epochs, verbose=0)
    our_files.make_folder(folder)
    keras_path, calibration = folder / f"{run}.keras", folder / f"{run}-calibration.npy"
    model.save(keras_path)
    np.save(calibration, images[:CALIBRATION_IMAGES])
    for format_name in FORMATS:
        path = folder / f"{run}-{format_name}.tflite"
        with our_files.replacing(path) as temporary:
            convert.in_child_process(keras_path, format_name, temporary, calibration)
    calibration.unlink()


def main(argv=None):
    """Trains and exports one network."""
    return run_command(_main, argv)


def _main(argv):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peer_networks", description=main.__doc__
    )
    parser.add_argument("name", choices=NETWORKS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", help="name of the files (default: NAME)")
    parser.add_argument("--epochs", type=int, help="default: what its source trains for")
    parser.add_argument("--limit", type=int, help="at most so many training images")
    parser.add_argument("--dataset", default="mnist", help="default: %(default)s")
    arguments = parser.parse_args(argv)
    name = arguments.name
    epochs = arguments.epochs or NETWORKS[name][2]
    train(name, arguments.folder, arguments.run or name, epochs, arguments.limit, arguments.dataset)


if __name__ == "__main__":
    sys.exit(main())
