"""Any model file against any digits: `python -m digitnet.evaluate MODEL`."""

import argparse
import json
import pathlib
import sys

from digitnet.digits import datasets
from digitnet.errors import UserError, run_command
from digitnet.training import scores

BATCH_SIZE = 500


def predictor(path):
    """A model file as a function: .keras through Keras, .tflite through the device's classifier.

    Open a .tflite before anything imports TensorFlow (reading MNIST does): tflite-runtime 2.14.0
    crashes in a process that imported TensorFlow 2.21 before it, and works in the other order.

    Args:
        path: The file.

    Returns:
        A function from uint8 images `(N, 28, 28, 1)`, 0 = background, 255 = ink, to float32
        probabilities `(N, 10)`.

    Raises:
        UserError: If the file is missing, damaged, or no model of digits.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise UserError(f"there is no file {path}; train one with `python -m digitnet.train`.")
    if path.suffix == ".keras":
        model = load_keras(path)
        return lambda images: model.predict(images, batch_size=BATCH_SIZE, verbose=0)
    if path.suffix == ".tflite":
        try:
            from edge_demo.model.classifier import Classifier
        except ImportError as error:
            raise UserError(
                f"evaluating a .tflite needs pip install 'digitnet[edge]' ({error})."
            ) from error
        try:
            classifier = Classifier(path)
        except (ValueError, ImportError) as error:  # the classifier's own sentences
            raise UserError(str(error)) from error
        return lambda images: classifier.predict_batch(images).probabilities
    raise UserError(f"{path} is neither a .keras nor a .tflite file.")


def load_keras(path):
    """Loads a .keras file and checks that it takes and gives what digitnet's models do.

    Raises:
        UserError: If not.
    """
    import keras

    import digitnet.attention  # noqa: F401  (registers the layer that the file may hold)

    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # zipfile, h5py, json and Keras all have errors of their own
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path} cannot be loaded as a Keras model: {reason}") from error
    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if shapes != [(None, 28, 28, 1), (None, datasets.NUM_CLASSES)]:
        raise UserError(
            f"{path} is no model of digits: input and output are {shapes}, not "
            "[(None, 28, 28, 1), (None, 10)]."
        )
    return model


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.evaluate",
        description="Scores a model file on test images: accuracy, calibration, mistakes.",
    )
    parser.add_argument("model", help="a .keras or .tflite file")
    parser.add_argument(
        "--dataset",
        default="auto",
        help="auto, mnist, optdigits, an .npz (x_test, y_test), a folder of IDX files or one of "
        "class folders; of the latter the test part is read (default: auto)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _table(result):
    lines = [
        f"{result['model']} on {result['dataset']}: {result['accuracy']:.2%} of "
        f"{result['count']:,} images",
        f"cross-entropy {result['loss']:.4f} nats, expected calibration error "
        f"{result['calibration_error']:.2%}",
        "",
        "digit  accuracy",
    ]
    for digit, accuracy in enumerate(result["per_class_accuracy"]):
        lines.append(f"{digit:5}  {'none here' if accuracy is None else format(accuracy, '.2%')}")
    if result["confusion_pairs"]:
        lines += ["", "label  read as  times"]
        for pair in result["confusion_pairs"][:10]:
            lines.append(f"{pair['label']:5}  {pair['prediction']:7}  {pair['count']:5}")
    return "\n".join(lines)


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    arguments = _parser().parse_args(argv)
    predict = predictor(arguments.model)
    digits = datasets.load(arguments.dataset, validation_count=0, needs_training=False)
    if not len(digits.x_test):
        raise UserError(f"{arguments.dataset} holds no test images.")
    summary = scores.summary(digits.y_test, predict(digits.x_test))
    result = {"model": arguments.model, "dataset": digits.name, **summary}
    print(json.dumps(result) if arguments.json else _table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
