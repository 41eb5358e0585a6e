"""Reading digits from Python: a picture in, readings out, as the command line does it."""

import functools
import os
import threading
from typing import Any

import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames.pictures import decode_picture, read_picture
from edge_demo.model.classifier import Classifier
from edge_demo.model.page_model import PageModel
from edge_demo.reading.numbers import find_numbers, texts
from edge_demo.reading.reader import THRESHOLD, read_digits, read_page
from edge_demo.reading.readings import Reading

Picture = str | os.PathLike | bytes | np.ndarray


class Reader:
    """Reads pictures with one model file, which is loaded once.

    Threads may share a Reader, one reads at a time; a copy or a pickle opens the file anew.

    Args:
        model: a .tflite file. None: the one that ships with the package.
        threshold: the least probability with which a digit is reported, 0..1. None: 0.6.
        page_reader: a .tflite file of a page reader. None: the one that ships with the package.

    Attributes:
        model_path: the model file.
        metadata: dict, what the file says about itself; empty where it says nothing.
        labels: tuple of 10 str.
        runtime: str, such as "tflite-runtime 2.14.0".
        threshold: float.

    Raises:
        UserError: the file is missing or no reader of digits, the threshold is not in 0..1, or no
            TensorFlow Lite runtime is installed.

    Example:

    >>> reader = Reader(threshold=0.5)
    >>> reader.read("docs/page.jpg")[0].to_dict()["digit"]
    3
    """

    def __init__(
        self,
        model: str | os.PathLike | None = None,
        threshold: float | None = None,
        page_reader: str | os.PathLike | None = None,
    ) -> None:
        threshold = THRESHOLD if threshold is None else threshold
        if not 0 <= threshold <= 1:
            raise UserError(f"threshold takes 0 to 1. Received: {threshold}")
        self.threshold = threshold
        self._model, self._page_reader = model, page_reader
        self._classifier = Classifier(model)
        self._network = PageModel(page_reader)
        self._lock = threading.Lock()
        self.model_path, self.labels = self._classifier.model_path, self._classifier.labels
        self.metadata, self.runtime = self._classifier.metadata, self._classifier.runtime

    def read(self, picture: Picture) -> list[Reading]:
        """Reads the digits of one picture; a page that lies on its side is turned.

        Args:
            picture: path of a picture file, the bytes of one, or an array of pixels: uint8
                [height, width] grey or [height, width, 3] BGR, as OpenCV has them.

        Returns:
            list of Reading in reading order, boxes in pixels of the picture as a viewer shows it.

        Raises:
            UserError: it is no picture that can be read.
        """
        frame = _frame(picture)
        with self._lock:
            return read_digits(frame, self._classifier, self._network, self.threshold, turn=True)

    __call__ = read

    def read_numbers(self, picture: Picture) -> list[list[str]]:
        """Reads the numbers of one picture, line by line, such as `[["3141", "59"], ["67.5"]]`.

        Digits that stand together are a number; a decimal point or comma between two is a point.
        Picture and errors are those of `read`.
        """
        frame = _frame(picture)
        with self._lock:
            page = read_page(frame, self._classifier, self._network, self.threshold, turn=True)
        return texts(find_numbers(frame, page))["lines"]

    def __reduce__(self) -> tuple[Any, ...]:
        return Reader, (self._model, self.threshold, self._page_reader)


def read(picture: Picture) -> list[Reading]:
    """Reads the digits of one picture with the model that ships with the package.

    As `Reader().read`, where arguments, result and errors are described; the model is loaded at the
    first call and kept.

    Example:

    >>> read(np.full((480, 640), 255, np.uint8))
    []
    """
    return _shipped().read(picture)


@functools.cache
def _shipped() -> Reader:
    return Reader()


def _frame(picture: Picture) -> np.ndarray:
    if isinstance(picture, str | os.PathLike):
        return read_picture(picture)
    if isinstance(picture, bytes | bytearray | memoryview):
        return decode_picture(bytes(picture), "The given content")
    if not isinstance(picture, np.ndarray):
        raise UserError(
            "A picture is a path, the bytes of a picture file or a NumPy array. "
            f"Received: {type(picture).__name__}"
        )
    colour = picture.ndim == 3 and picture.shape[2] == 3
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or colour) or not picture.size:
        raise UserError(
            "A picture as an array is uint8, 0 to 255, of shape (height, width) grey or "
            "(height, width, 3) BGR, and not empty. "
            f"Received: dtype={picture.dtype}, shape={picture.shape}"
        )
    return np.ascontiguousarray(picture)
