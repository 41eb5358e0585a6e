"""TensorFlow Lite Micro as a runtime to judge files in, where tflite-micro is installed.

It is the interpreter that microcontrollers compile in, with its reference kernels: answers and
arena are a microcontroller's, microseconds are this machine's.
"""

import importlib.metadata
import importlib.util
import os
import re
import tempfile

import numpy as np

from edge_demo.contract import UserError
from edge_demo.model.classifier import Prediction


def is_the_only_runtime():
    """Whether tflite-micro is installed here and no larger runtime is."""
    return importlib.util.find_spec("tflite_micro") is not None and not any(
        importlib.util.find_spec(name) for name in ("tflite_runtime", "ai_edge_litert")
    )


class MicroInterpreter:
    """A file in TensorFlow Lite Micro, with the `invoke` that `measure.call_times_us` times."""

    def __init__(self, path):
        from tflite_micro import runtime

        try:
            self._interpreter = runtime.Interpreter.from_file(str(path))
        except RuntimeError as error:
            raise UserError(f"TensorFlow Lite Micro cannot run {path}: {error}") from error
        self.runtime = f"tflite-micro {importlib.metadata.version('tflite-micro')}"
        details = []
        while True:
            try:
                details.append(self._interpreter.get_output_details(len(details)))
            except (IndexError, RuntimeError):
                break
        shapes = [tuple(detail["shape"]) for detail in details]
        self._probabilities = shapes.index((1, 10))
        others = [i for i, shape in enumerate(shapes) if len(shape) == 4]
        self._attention = others[0] if others else None
        self._details = details

    def invoke(self):
        """Runs the graph on the image that was set."""
        self._interpreter.invoke()

    def set_image(self, image):
        """Sets the input: uint8 `[28, 28, 1]`."""
        self._interpreter.set_input(image[np.newaxis], 0)

    def predict_batch(self, images):
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

    def arena_bytes(self):
        """Bytes of the arena that a microcontroller must have: tensors and bookkeeping."""
        return int(re.search(r"Arena allocation total (\d+) bytes", self._allocations()).group(1))

    def _allocations(self):
        # The interpreter prints to the process' stderr, beneath Python's.
        with tempfile.TemporaryFile() as file:
            kept = os.dup(2)
            try:
                os.dup2(file.fileno(), 2)
                self._interpreter.print_allocations()
            finally:
                os.dup2(kept, 2)
                os.close(kept)
            file.seek(0)
            return file.read().decode()

    def _real_values(self, index):
        parameters = self._details[index]["quantization_parameters"]
        values = self._interpreter.get_output(index).astype(np.float32)
        if len(parameters["scales"]) == 0:
            return values
        return (values - parameters["zero_points"][0]) * parameters["scales"][0]
