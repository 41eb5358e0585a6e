"""A .tflite file as a function: 28×28 images in, ten probabilities and an attention mask out."""

import contextlib
import hashlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from edge_demo.contract import ATTENTION, IMAGE_SIDE_PX, NUM_CLASSES, PROBABILITIES, UserError
from edge_demo.model import model_file
from edge_demo.model.answers import TOLERANCE, Kind, as_probabilities, kind_of, probes
from edge_demo.model.model_file import ModelFile, ModelFileError
from edge_demo.model.runner import Runner, UnfitInput
from edge_demo.model.trial_run import try_in_child

RUNTIMES = ("tflite_runtime", "ai_edge_litert")  # in the order in which they are tried


class Prediction(NamedTuple):
    """Probabilities float32 [10] (or [N, 10]) and attention float32 [h, w] (or [N, h, w]) or None.

    Probabilities may sum to less than 1: the rest is the model's "not a digit". Attention is 0..1.
    """

    probabilities: np.ndarray
    attention: np.ndarray | None


def load_runtime() -> tuple[Any, str]:
    """Returns (the Interpreter class, "package version") of the first runtime that imports.

    Raises:
        UserError: none that works is installed; the message has the command that installs one.
    """
    for name in RUNTIMES:
        # Built against NumPy 1: it imports beside NumPy 2, and fails on every tensor.
        if name == "tflite_runtime" and int(np.__version__.split(".")[0]) >= 2:
            continue
        try:
            with _own_symbols():
                module = importlib.import_module(f"{name}.interpreter")
        except ImportError:
            continue
        package = name.replace("_", "-")
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            version = "of unknown version"
        return module.Interpreter, f"{package} {version}"
    raise UserError(
        "No TensorFlow Lite runtime is installed: run `pip install tflite-runtime 'numpy<2'` "
        "(Python 3.11 and older) or `pip install ai-edge-litert` (Python 3.10 and newer)."
    )


@contextlib.contextmanager
def _own_symbols() -> Iterator[None]:
    """Lets a runtime use its own C++ symbols where TensorFlow was imported before it.

    Else tflite-runtime 2.14.0 takes those of TensorFlow 2.21 for its own and fails on every model.
    """
    deep = getattr(os, "RTLD_DEEPBIND", None)  # glibc has it
    if deep is None or "tensorflow" not in sys.modules:
        yield
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | deep)
    try:
        yield
    finally:
        sys.setdlopenflags(flags)


class Classifier:
    """Runs a model file that reads digits: one that `python -m export` wrote, or one like it.

    Of other files it runs those that take 28×28 grey pixels as uint8, int8 or float32 (0..1), with
    or without axes of 1, in a batch of any size, and give ten numbers in any of their outputs.
    Numbers that cannot be probabilities, tried on a few images, are made so: logits by softmax.

    Args:
        model_path: a .tflite file. None: the one that ships with the package.
        num_threads: threads of the interpreter.

    Attributes:
        model_path: pathlib.Path of the file.
        labels: tuple of 10 str, from the file or "0" to "9".
        metadata: dict, the file's digitnet.json, or empty.
        runtime: str, such as "tflite-runtime 2.14.0".
        input_shape: (28, 28).

    Raises:
        ModelFileError: the file is missing, is no model, or reads no digits.
        UserError: no TensorFlow Lite runtime is installed.

    Example:
        >>> Classifier().predict(np.zeros((28, 28), np.uint8)).probabilities.shape
        (10,)
    """

    input_shape = (IMAGE_SIDE_PX, IMAGE_SIDE_PX)

    def __init__(self, model_path: str | os.PathLike | None = None, num_threads: int = 1) -> None:
        file = model_file.read(model_path)
        self.model_path, self.labels, self.metadata = file.path, file.labels, file.metadata
        self._given, self._num_threads = model_path, num_threads
        interpreter_class, self.runtime = load_runtime()
        if not file.verified:
            _try_first(file, self.runtime)
        self._runner = self._opened(file, interpreter_class)
        self._probabilities, self._attention = self._find_outputs()
        self._kind: Kind = "probabilities"
        self._learn_kind()

    def predict(self, image: np.ndarray) -> Prediction:
        """Classifies one image, uint8 [28, 28] or [28, 28, 1], 0 = background, 255 = ink."""
        image = np.asarray(image)
        if image.dtype != np.uint8 or image.shape not in ((28, 28), (28, 28, 1)):
            raise ValueError(
                "Expected a uint8 image of shape (28, 28) or (28, 28, 1). "
                f"Received: dtype={image.dtype}, shape={image.shape}"
            )
        self._runner.run(image)
        values = self._runner.values(self._probabilities).reshape(NUM_CLASSES)
        mask = None if self._attention is None else self._runner.values(self._attention)[0, :, :, 0]
        return Prediction(as_probabilities(values, self._kind), mask)

    def predict_batch(self, images: Iterable[np.ndarray]) -> Prediction:
        """Classifies N images, uint8 [N, 28, 28] or [N, 28, 28, 1], one after the other."""
        predictions = [self.predict(image) for image in images]
        probabilities = np.array([p.probabilities for p in predictions], np.float32)
        probabilities = probabilities.reshape(-1, NUM_CLASSES)
        if self._attention is None:
            return Prediction(probabilities, None)
        mask_shape = tuple(self._attention["shape"][1:3])
        attention = np.array([p.attention for p in predictions], np.float32)
        return Prediction(probabilities, attention.reshape(-1, *mask_shape))

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle opens the file anew: an interpreter cannot be copied."""
        return type(self), (self._given, self._num_threads)

    def _opened(self, file: ModelFile, interpreter_class: Any) -> Runner:
        def open_interpreter() -> Any:
            return interpreter_class(model_content=file.content, num_threads=self._num_threads)

        try:
            return Runner(open_interpreter)
        except UnfitInput as error:
            raise ModelFileError(
                f"{file.path} takes {error} where a digit reader takes one image of 28×28 grey "
                "pixels, uint8, int8 or float32; use a file that `python -m export` wrote."
            ) from error
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().split("\n")[0].rstrip(".")
            raise _unusable(file, self.runtime, reason) from error

    def _find_outputs(self) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Returns the tensor details of (probabilities, attention or None).

        The signature's names decide; a file without these is read by the outputs' shapes.
        """
        outputs, indices = self._runner.outputs, self._runner.names()

        def pick(name: str, fits: Callable[[tuple], bool]) -> dict[str, Any] | None:
            named = [one for one in outputs if one["index"] == indices.get(name)]
            fitting = [one for one in named or outputs if fits(tuple(one["shape"]))]
            return fitting[0] if fitting else None

        probabilities = pick(PROBABILITIES, _is_ten)
        if probabilities is None:
            shapes = [one["shape"].tolist() for one in outputs]
            raise ModelFileError(
                f"{self.model_path} gives outputs of shapes {shapes} where a digit reader gives "
                "ten probabilities [1, 10]; use a file that `python -m export` wrote."
            )
        return probabilities, pick(ATTENTION, lambda s: len(s) == 4 and s[3] == 1)

    def _learn_kind(self) -> None:
        """Tries the file on a few images: what are its ten numbers, and is its mask one?"""
        numbers, masks = [], []
        for image in probes():
            self._runner.run(image)
            numbers.append(self._runner.values(self._probabilities).reshape(NUM_CLASSES))
            if self._attention is not None:
                masks.append(self._runner.values(self._attention))
        if not np.isfinite(numbers).all():
            raise ModelFileError(
                f"{self.model_path} answers with numbers that are not finite; its training "
                "diverged: train again with a lower learning rate and export anew."
            )
        self._kind = kind_of(np.array(numbers))
        if masks and not (np.min(masks) >= -TOLERANCE and np.max(masks) <= 1 + 2 * TOLERANCE):
            self._attention = None


def _is_ten(shape: tuple) -> bool:
    """Whether an output is ten numbers for each image, the first axis being the batch if any."""
    return [side for side in shape[1:] or shape if side != 1] == [NUM_CLASSES]


def _try_first(file: ModelFile, runtime: str) -> None:
    """Runs a file that carries no checksum in a child process, once for each content."""
    checksum = hashlib.sha256(file.content).hexdigest()
    if checksum not in _tried:
        package = runtime.split()[0].replace("-", "_")
        reason = try_in_child(package, file.content)
        if reason:
            raise _unusable(file, runtime, reason)
        _tried.add(checksum)


_tried: set[str] = set()  # checksums of files that ran in a child process


def _unusable(file: ModelFile, runtime: str, reason: str) -> ModelFileError:
    return ModelFileError(
        f"{runtime} cannot run {file.path}: {reason}. "
        "Export it again with `python -m export RUN_DIR` for this runtime."
    )
