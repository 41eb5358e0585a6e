"""The page reader's file as a function: a canvas of levels in, three maps out."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from edge_demo.contract import PAGE_CANVAS, UserError
from edge_demo.model import model_file
from edge_demo.model.classifier import load_runtime

MAKE = "`python -m digitnet.train --recipe page` and `python -m export.pages` make one"
DEPTHS = (1, 10, 4)  # channels of the outputs: presence, digits, boxes
MASKS_DEPTH = 2  # of the output that a file may have beside these


class PageModel:
    """Runs a page reader that `python -m export.pages` wrote.

    Args:
        path: A .tflite file. None: the one that ships with the package.
        num_threads: Threads of the interpreter.

    Raises:
        UserError: The file is missing, is no model, or is none of a page reader.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, num_threads: int = 1) -> None:
        self.path, self._num_threads = Path(path or model_file.DEFAULT_PAGE_READER), num_threads
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise UserError(
                f"There is no page reader {self.path} that can be read; {MAKE}."
            ) from error
        interpreter_class, self.runtime = load_runtime()
        try:
            self._interpreter = interpreter_class(model_content=content, num_threads=num_threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UserError(f"{self.path} is no model that {self.runtime} runs; {MAKE}.") from error
        inputs = self._interpreter.get_input_details()
        outputs = {
            int(one["shape"][-1]): one
            for one in self._interpreter.get_output_details()
            if len(one["shape"]) == 4
        }
        shapes = [tuple(int(side) for side in one["shape"]) for one in inputs]
        if shapes != [(1, *PAGE_CANVAS)] or not set(DEPTHS) <= outputs.keys():
            raise UserError(f"{self.path} is a model, but not one that finds digits; {MAKE}.")
        self._input = inputs[0]["index"]
        self._outputs = [outputs[depth] for depth in DEPTHS]
        self._masks = outputs.get(MASKS_DEPTH)

    def maps(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Runs the network on a canvas uint8 [736, 640, 3].

        Returns:
            presence float32 [184, 160], digits [184, 160, 10] and boxes [184, 160, 4].
        """
        self._interpreter.set_tensor(self._input, image[np.newaxis])
        self._interpreter.invoke()
        presence, digits, boxes = (self._values(output) for output in self._outputs)
        return presence[:, :, 0], digits, boxes

    def masks(self, image: np.ndarray) -> np.ndarray | None:
        """What the gates let through of a canvas uint8 [736, 640, 3].

        Returns:
            float32 [184, 160, 2], 0..1, of the gates on strides 4 and 8; `None` where the file does
            not say.
        """
        if self._masks is None:
            return None
        self._interpreter.set_tensor(self._input, image[np.newaxis])
        self._interpreter.invoke()
        return self._values(self._masks)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle opens the file anew: an interpreter cannot be copied."""
        return type(self), (self.path, self._num_threads)

    def _values(self, output: dict[str, Any]) -> np.ndarray:
        values = self._interpreter.get_tensor(output["index"])[0]
        scale, zero_point = output["quantization"]
        if not scale:
            return values.astype(np.float32)
        return (values.astype(np.float32) - zero_point) * np.float32(scale)
