"""A .tflite file as a function: 28×28 images in, ten probabilities and an attention mask out."""

import hashlib
import importlib
import importlib.metadata
from typing import NamedTuple

import numpy as np

from edge_demo.contract import UserError
from edge_demo.model import model_file
from edge_demo.model.model_file import ModelFileError
from edge_demo.model.trial_run import try_in_child

RUNTIMES = ("tflite_runtime", "ai_edge_litert")  # in the order in which they are tried


class Prediction(NamedTuple):
    """Probabilities float32 [10] (or [N, 10]) and attention float32 [h, w] (or [N, h, w]) or None.

    Probabilities may sum to less than 1: the rest is the model's "not a digit". Attention is 0..1.
    """

    probabilities: np.ndarray
    attention: np.ndarray | None


def load_runtime():
    """Returns (the Interpreter class, "package version") of the first runtime that imports.

    Raises:
        UserError: none is installed; the message has the command that installs one.
    """
    for name in RUNTIMES:
        try:
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


class Classifier:
    """Runs a model file that keeps digitnet's contract.

    Args:
        model_path: a .tflite file. None: the one that ships with the package.
        num_threads: threads of the interpreter.

    Attributes:
        labels: tuple of 10 str, from the file or "0" to "9".
        metadata: dict, the file's digitnet.json, or empty.
        runtime: str, such as "tflite-runtime 2.14.0".
        input_shape: (28, 28).

    Raises:
        ModelFileError: the file is missing, is no model, or keeps another contract.
        UserError: no TensorFlow Lite runtime is installed.

    Example:
        >>> Classifier().predict(np.zeros((28, 28), np.uint8)).probabilities.shape
        (10,)
    """

    input_shape = (28, 28)

    def __init__(self, model_path=None, num_threads=1):
        file = model_file.read(model_path)
        self.model_path, self.labels, self.metadata = file.path, file.labels, file.metadata
        interpreter_class, self.runtime = load_runtime()
        if not file.verified:
            _try_first(file, self.runtime)
        try:
            self._interpreter = interpreter_class(
                model_content=file.content, num_threads=num_threads
            )
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().split("\n")[0].rstrip(".")
            raise _unusable(file, self.runtime, reason) from error
        (self._input, *others) = self._interpreter.get_input_details()
        shape = tuple(int(side) for side in self._input["shape"])
        if others or shape not in ((1, 28, 28, 1), (1, 28, 28)) or self._input["dtype"] != np.uint8:
            raise ModelFileError(
                f"{file.path} takes {np.dtype(self._input['dtype']).name} {list(shape)} where "
                "digitnet takes one uint8 [1, 28, 28, 1]; "
                "use a file that `python -m export` wrote."
            )
        self._pixel_table = _pixel_table(*self._input["quantization"])
        self._probabilities, self._attention = self._find_outputs()

    def predict(self, image):
        """Classifies one image, uint8 [28, 28] or [28, 28, 1], 0 = background, 255 = ink."""
        image = np.asarray(image)
        if image.dtype != np.uint8 or image.shape not in ((28, 28), (28, 28, 1)):
            raise ValueError(
                "Expected a uint8 image of shape (28, 28) or (28, 28, 1). "
                f"Received: dtype={image.dtype}, shape={image.shape}"
            )
        if self._pixel_table is not None:
            image = self._pixel_table[image]
        self._interpreter.set_tensor(self._input["index"], image.reshape(self._input["shape"]))
        self._interpreter.invoke()
        attention = self._attention
        return Prediction(
            self._real_values(self._probabilities).reshape(10),
            None if attention is None else self._real_values(attention)[0, :, :, 0],
        )

    def predict_batch(self, images):
        """Classifies N images, uint8 [N, 28, 28] or [N, 28, 28, 1], one after the other."""
        predictions = [self.predict(image) for image in images]
        probabilities = np.array([p.probabilities for p in predictions], np.float32).reshape(-1, 10)
        if self._attention is None:
            return Prediction(probabilities, None)
        mask_shape = tuple(self._attention["shape"][1:3])
        attention = np.array([p.attention for p in predictions], np.float32)
        return Prediction(probabilities, attention.reshape(-1, *mask_shape))

    def _find_outputs(self):
        """Returns the tensor details of (probabilities, attention or None).

        The signature's names decide; a file without one is read by the outputs' shapes.
        """
        outputs = self._interpreter.get_output_details()
        by_name = {}
        for key in self._interpreter.get_signature_list():
            by_name |= self._interpreter.get_signature_runner(key).get_output_details()
        indices = {name: detail["index"] for name, detail in by_name.items()}

        def pick(name, fits):
            named = [d for d in outputs if d["index"] == indices.get(name)]
            fitting = [d for d in named or outputs if fits(tuple(d["shape"]))]
            return fitting[0] if fitting else None

        probabilities = pick("probabilities", lambda shape: shape == (1, 10))
        if probabilities is None:
            shapes = [d["shape"].tolist() for d in outputs]
            raise ModelFileError(
                f"{self.model_path} gives outputs of shapes {shapes} where a digit reader gives "
                "ten probabilities [1, 10]; use a file that `python -m export` wrote."
            )
        return probabilities, pick("attention", lambda s: len(s) == 4 and s[0] == s[3] == 1)

    def _real_values(self, detail):
        """Reads an output tensor as float32, through the scale and zero point of the file."""
        values = self._interpreter.get_tensor(detail["index"])
        scale, zero_point = detail["quantization"]
        if scale:
            return (values.astype(np.float32) - zero_point) * np.float32(scale)
        return values.astype(np.float32)


def _try_first(file, runtime):
    """Runs a file that carries no checksum in a child process, once for each content."""
    checksum = hashlib.sha256(file.content).hexdigest()
    if checksum not in _tried:
        package = runtime.split()[0].replace("-", "_")
        reason = try_in_child(package, file.content)
        if reason:
            raise _unusable(file, runtime, reason)
        _tried.add(checksum)


_tried = set()  # checksums of files that ran in a child process


def _unusable(file, runtime, reason):
    return ModelFileError(
        f"{runtime} cannot run {file.path}: {reason}. "
        "Export it again with `python -m export RUN_DIR` for this runtime."
    )


def _pixel_table(scale, zero_point):
    """Returns the uint8 [256] table from pixel to the input's integer, or None for identity.

    The file's scale says whether its real numbers are pixels (0..255) or fractions (0..1).
    """
    if not scale:
        return None
    pixels = np.arange(256)
    reals = pixels if scale * 255 > 16 else pixels / 255
    table = np.clip(np.round(reals / scale) + zero_point, 0, 255).astype(np.uint8)
    return None if np.array_equal(table, pixels) else table
