"""TensorFlow Lite Micro as a runtime to judge files in, where tflite-micro is installed.

It is the interpreter that microcontrollers compile in, with its reference kernels: answers and
arena are a microcontroller's, microseconds are this machine's.
"""

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from edge_demo.contract import UserError
from edge_demo.model.classifier import Prediction

ARENA_STEP_BYTES = 16  # what an arena is aligned to
LARGEST_ARENA_BYTES = 1 << 24  # far beyond any microcontroller


class Arena(NamedTuple):
    """Memory that a file needs: what was measured, and in which runtime on which machine."""

    size_bytes: int
    runtime: str
    machine: str


def is_the_only_runtime() -> bool:
    """Whether tflite-micro is installed here and no larger runtime is."""
    return importlib.util.find_spec("tflite_micro") is not None and not any(
        importlib.util.find_spec(name) for name in ("tflite_runtime", "ai_edge_litert")
    )


class MicroInterpreter:
    """A file in TensorFlow Lite Micro, with the `invoke` that `measure.call_times_us` times."""

    def __init__(self, path: str | Path):
        from tflite_micro import runtime

        try:
            self._interpreter = runtime.Interpreter.from_file(str(path))
        except RuntimeError as error:
            raise UserError(f"TensorFlow Lite Micro cannot run {path}: {error}") from error
        self._path = str(path)
        self.runtime = f"tflite-micro {importlib.metadata.version('tflite-micro')}"
        details: list[dict[str, Any]] = []
        while True:
            try:
                details.append(self._interpreter.get_output_details(len(details)))
            except (IndexError, RuntimeError):
                break
        shapes = [tuple(detail["shape"]) for detail in details]
        self.output_shapes = [[int(side) for side in shape] for shape in shapes]
        self._probabilities = shapes.index((1, 10))
        others = [i for i, shape in enumerate(shapes) if len(shape) == 4]
        self._attention = others[0] if others else None
        self._details = details

    def invoke(self) -> None:
        """Runs the graph on the image that was set."""
        self._interpreter.invoke()

    def set_image(self, image: np.ndarray) -> None:
        """Sets the input: uint8 `[28, 28, 1]`."""
        self._interpreter.set_input(image[np.newaxis], 0)

    def predict_batch(self, images: np.ndarray) -> Prediction:
        """Classifies uint8 `[N, 28, 28, 1]` one by one, as `edge_demo.model.classifier` does."""
        probabilities, attention = [], []
        for image in images:
            self.set_image(image)
            self.invoke()
            probabilities.append(self._real_values(self._probabilities)[0])
            if self._attention is not None:
                attention.append(self._real_values(self._attention)[0, :, :, 0])
        masks = np.array(attention) if attention else None
        return Prediction(np.array(probabilities), masks)

    def arena_bytes(self) -> int:
        """Bytes of the smallest arena in which the file runs, by bisection: 16 fewer fail.

        The runtime's own tally holds more than that, its records among it.
        """
        too_small, enough = 0, 1024
        while not self._runs_in(enough):
            too_small, enough = enough, 2 * enough
            if enough > LARGEST_ARENA_BYTES:
                raise UserError(f"{self._path} does not run in {LARGEST_ARENA_BYTES} bytes.")
        while enough - too_small > ARENA_STEP_BYTES:
            middle = (too_small + enough) // 2 // ARENA_STEP_BYTES * ARENA_STEP_BYTES
            if self._runs_in(middle):
                enough = middle
            else:
                too_small = middle
        return enough

    def _runs_in(self, arena_bytes: int) -> bool:
        from tflite_micro import runtime

        try:
            interpreter = runtime.Interpreter.from_file(self._path, arena_size=arena_bytes)
            interpreter.set_input(np.zeros((1, 28, 28, 1), np.uint8), 0)
            interpreter.invoke()
        except (RuntimeError, ValueError):
            return False
        return True

    def _real_values(self, index: int) -> np.ndarray:
        parameters = self._details[index]["quantization_parameters"]
        values = self._interpreter.get_output(index).astype(np.float32)
        if len(parameters["scales"]) == 0:
            return values
        return (values - parameters["zero_points"][0]) * parameters["scales"][0]
