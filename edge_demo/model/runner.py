"""An interpreter that takes uint8 images of 28×28, whatever type and shape its file's input has."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from edge_demo.contract import IMAGE_SIDE_PX

# An integer input whose reals reach further than this takes pixels of 0..255, else fractions of
# 0..1.
LARGEST_FRACTION = 16
# Reals below 0 that take more than this share of an integer input's range are no rounding: the file
# was made for shifted pixels (-1..1, or a mean of 0), and what stands for black is not in it.
SHIFTED_SHARE = 0.1


class UnfitInput(ValueError):
    """A file's input is not one image of 28×28 grey pixels; the message says what it is."""


class Runner:
    """Runs a model file on one image at a time.

    Args:
        open_interpreter: returns a new interpreter of the file, tensors not yet allocated.

    Attributes:
        outputs: the interpreter's details of its output tensors, in the order of the file.

    Raises:
        UnfitInput: the file does not take one image of 28×28 grey pixels.
        ValueError, RuntimeError: the runtime cannot run the file.
    """

    def __init__(self, open_interpreter: Callable[[], Any]) -> None:
        self._interpreter = open_interpreter()
        self._interpreter.allocate_tensors()
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1:
            raise UnfitInput(f"{len(inputs)} inputs")
        self._input = inputs[0]
        given = tuple(int(side) for side in self._input["shape"])
        shape = shape_of_one(given)
        if shape is None:
            raise UnfitInput(f"{np.dtype(self._input['dtype']).name} {list(given)}")
        self._table = pixel_table(self._input)
        self._shape = shape
        self._rows = given if shape != given and not self._resized() else shape
        if self._rows != shape:
            self._interpreter = open_interpreter()
            self._interpreter.allocate_tensors()
        self._interpreter.invoke()  # what a runtime finds out only here is to be found out now
        self.outputs: list[dict[str, Any]] = self._interpreter.get_output_details()

    def names(self) -> dict[str, int]:
        """The tensor index of each output that the file's signatures name."""
        result: dict[str, int] = {}
        for key in self._interpreter.get_signature_list():
            details = self._interpreter.get_signature_runner(key).get_output_details()
            result |= {name: detail["index"] for name, detail in details.items()}
        return result

    def run(self, image: np.ndarray) -> None:
        """Runs the model on a uint8 image of 28×28 pixels; `values` has the results."""
        pixels = self._table[image].reshape(self._shape)
        if self._rows != self._shape:
            pixels = np.repeat(pixels, self._rows[0], axis=0)
        self._interpreter.set_tensor(self._input["index"], pixels)
        self._interpreter.invoke()

    def values(self, output: dict[str, Any]) -> np.ndarray:
        """An output of the last run as float32, through the scale and zero point of the file.

        Its shape is the file's for a batch of one.
        """
        values = self._interpreter.get_tensor(output["index"])
        if self._rows != self._shape and len(values) == self._rows[0]:
            values = values[:1]
        scale, zero_point = output["quantization"]
        if scale:
            return (values.astype(np.float32) - zero_point) * np.float32(scale)
        return values.astype(np.float32)

    def _resized(self) -> bool:
        """Sets the batch to 1; False where a layer holds the file's own batch fast."""
        try:
            self._interpreter.resize_tensor_input(self._input["index"], self._shape)
            self._interpreter.allocate_tensors()
            self._interpreter.invoke()
        except (ValueError, RuntimeError):
            return False
        outputs = self._interpreter.get_output_details()
        return all(len(one["shape"]) and one["shape"][0] == 1 for one in outputs)


def shape_of_one(shape: Sequence[int]) -> tuple[int, ...] | None:
    """The shape of one image of 28×28 grey pixels in an input of this shape, or None.

    Axes of 1 do not matter: the pixels lie in memory in the same order.

    Example:

    >>> shape_of_one((1, 28, 28, 1)), shape_of_one((32, 784)), shape_of_one((1, 28, 28, 3))
    ((1, 28, 28, 1), (1, 784), None)
    """
    pixels = ([IMAGE_SIDE_PX, IMAGE_SIDE_PX], [IMAGE_SIDE_PX**2])
    for one in (tuple(shape), (1, *shape[1:])):
        if [side for side in one if side != 1] in pixels:
            return one
    return None


def pixel_table(detail: dict[str, Any]) -> np.ndarray:
    """Returns an array [256] from pixel to what an input tensor takes.

    float32 takes fractions of 0..1, as tutorials train with them; nothing in a file says so.
    Integers go through the file's scale and zero point, and the range of reals that these span says
    whether the reals are pixels (0..255) or fractions (0..1).

    Args:
        detail: of the input tensor, as an interpreter gives it: its `dtype` and `quantization`.

    Raises:
        UnfitInput: another type, or a range that is neither of the two.
    """
    pixels = np.arange(256)
    dtype, (scale, zero_point) = np.dtype(detail["dtype"]), detail["quantization"]
    if dtype == np.float32:
        return (pixels / 255).astype(np.float32)
    if dtype == np.uint8 and not scale:
        return pixels.astype(np.uint8)
    if dtype not in (np.uint8, np.int8) or not scale:
        raise UnfitInput(f"{dtype.name} without a scale" if dtype == np.int8 else dtype.name)
    limits = np.iinfo(dtype)
    if zero_point - limits.min > SHIFTED_SHARE * 255:
        low, high = (scale * (end - zero_point) for end in (limits.min, limits.max))
        raise UnfitInput(f"pixels scaled to {low:.2f} to {high:.2f}")
    reals = pixels if scale * 255 > LARGEST_FRACTION else pixels / 255
    integers = np.round(reals / scale) + zero_point
    return np.clip(integers, limits.min, limits.max).astype(dtype)
