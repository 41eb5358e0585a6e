"""Any model file against any digits: `python -m digitnet.evaluate MODEL`."""

import argparse
import json
import os
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import digitnet
from digitnet import files
from digitnet.errors import UserError, run_command

# Keras, NumPy and what needs them are imported where they are used: --help answers at once.
if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import ArrayLike

    from digitnet.digits.datasets import Digits

BATCH_SIZE = 500


def evaluate(
    model: "str | os.PathLike[str] | keras.Model", x_test: "ArrayLike", y_test: "ArrayLike"
) -> dict[str, Any]:
    """Scores a model on images and labels: `digitnet.evaluate(...)`.

    Args:
        model: The path of a .keras or .tflite file or of a run directory, or a Keras model.
        x_test: Images, `(N, 28, 28)` or `(N, 28, 28, 1)`: uint8, 0 = background, 255 = ink, or
            floats and other ranges, which are converted, and which is said.
        y_test: Their digits, integers 0..9, `(N,)`.

    Returns:
        `count`, `accuracy`, `loss` in nats, `per_class_accuracy`, `calibration_error`,
        `confusion_matrix` and `confusion_pairs`, as `digitnet.training.scores.summary` has them.

    Raises:
        UserError: If the model is none of digits, or the arrays are none.
    """
    from digitnet.digits import checks
    from digitnet.training import scores

    predict = predictor(model)
    images, labels = checks.check_part("arrays", "test", x_test, y_test)
    if not len(labels):
        raise UserError("there are no test images to score the model on.")
    return scores.summary(labels, predict(images))


def predictor(
    model: "str | os.PathLike[str] | keras.Model",
) -> "Callable[[np.ndarray], np.ndarray]":
    """A model as a function: .keras through Keras, .tflite through the device's classifier.

    Open a .tflite before anything imports TensorFlow (reading MNIST does): tflite-runtime 2.14.0
    crashes in a process that imported TensorFlow 2.21 before it, and works in the other order.

    Args:
        model: The path of a file or of a run directory, or a Keras model.

    Returns:
        A function from uint8 images `(N, 28, 28, 1)`, 0 = background, 255 = ink, to float32
        probabilities `(N, 10)`.

    Raises:
        UserError: If the file is missing, damaged, or no model of digits.
    """
    if not isinstance(model, str | os.PathLike):
        return _keras_predictor(model, "this model")
    path = pathlib.Path(model)
    if path.is_dir():
        path = path / "model.keras"
    if not path.is_file():
        raise UserError(f"there is no file {path}; train one with `python -m digitnet.train`.")
    if path.suffix == ".keras":
        from digitnet.networks.keras_file import load_model

        return _keras_predictor(load_model(path), str(path))
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


def _keras_predictor(model: "keras.Model", name: str) -> "Callable[[np.ndarray], np.ndarray]":
    from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES

    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    wanted = [(None, *IMAGE_SHAPE), (None, NUM_CLASSES)]
    if shapes != wanted:
        raise UserError(
            f"{name} is no model of digits: input and output are {shapes}, not {wanted}."
        )
    return lambda images: model.predict(images, batch_size=BATCH_SIZE, verbose=0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.evaluate",
        description="Scores a model file on test images: accuracy, calibration, mistakes.",
    )
    parser.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    parser.add_argument("model", help="a .keras or .tflite file, or a run directory")
    parser.add_argument(
        "--dataset",
        help="auto, mnist, optdigits, an .npz (x_test, y_test), a folder of IDX files or one of "
        "class folders; of the latter the test part is read (default: a run directory's own "
        "digits, and for a file auto: MNIST where it is at hand, else the embedded digits)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _table(result: dict[str, Any]) -> str:
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


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    from digitnet.training.quiet import without_chatter

    with without_chatter():
        predict = predictor(arguments.model)
        digits = _digits(arguments.model, arguments.dataset)
    if not len(digits.x_test):
        raise UserError(f"{digits.name} holds no test images; name others with --dataset.")
    from digitnet.training import scores

    summary = scores.summary(digits.y_test, predict(digits.x_test))
    result = {"model": arguments.model, "dataset": digits.name, **summary}
    print(json.dumps(result) if arguments.json else _table(result))
    return 0


def _digits(model: str, dataset: str | None) -> "Digits":
    from digitnet.digits import datasets
    from digitnet.training import training_set

    config = pathlib.Path(model) / "config.json"
    if dataset is None and config.is_file():
        return training_set.digits_of(files.read_record(config), needs_training=False)
    return datasets.load(dataset or "auto", validation_count=0, needs_training=False)


digitnet._make_callable(__name__, evaluate)

if __name__ == "__main__":
    sys.exit(main())
