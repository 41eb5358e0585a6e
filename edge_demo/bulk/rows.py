"""A picture's content as a row of the result: its digits, or the sentence that says why not."""

from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

from edge_demo.bulk.contents import Content
from edge_demo.contract import UserError
from edge_demo.frames.pictures import decode_picture
from edge_demo.model.classifier import Classifier
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.normalize import SIDE, normalize
from edge_demo.reading.numbers import numbers_of
from edge_demo.reading.source_reader import SourceReader

Row = dict[str, Any]


class RowMaker:
    """Makes rows with one interpreter.

    Args:
        classifier: The model file, loaded.
        model_sha256: That of the file, for each row.
        threshold: The least probability with which a digit is reported, 0..1.
        crops: Whether each picture is one digit, light on dark; else it is a page.
        upright: Whether pages are not tried on their sides and upside down.
        network: The page reader, which finds digits on pages; crops need none.
    """

    def __init__(
        self,
        classifier: Classifier,
        model_sha256: str,
        threshold: float,
        crops: bool,
        upright: bool,
        network: PageNetwork | None = None,
    ) -> None:
        self._classifier, self._model, self._threshold = classifier, model_sha256, threshold
        self._digits = self._digit_of_crop
        if not crops:
            assert network is not None, "pages need a page reader"
            self._digits = self._digits_of_page
            self._reader = SourceReader(classifier, network, threshold, upright=upright)

    def rows(self, contents: Iterable[tuple[str, Content]]) -> Iterator[Row]:
        """Yields a row for each (name, content): path, digits, numbers, confidences, boxes, model,
        error. What cannot be read has no digits and a sentence as its error, which else is None.
        """
        for name, content in contents:
            digits: list[tuple[int, float, list[int]]] = []
            error = None
            try:
                digits = self._digits(name, content)
            except UserError as sentence:
                error = str(sentence)
            # Of a million pictures one finds the decoder's mistakes; it must not end the job.
            except Exception as mistake:
                error = f"{name} cannot be read ({type(mistake).__name__}: {mistake})."
            boxes = [box for _, _, box in digits]
            values = [digit for digit, _, _ in digits]
            yield {
                "path": name,
                "digits": values,
                "numbers": numbers_of(values, [(x, y, w, h) for x, y, w, h in boxes]),
                "confidences": [confidence for _, confidence, _ in digits],
                "boxes": boxes,
                "model": self._model,
                "error": error,
            }

    def _digits_of_page(self, name: str, content: Content) -> list[tuple[int, float, list[int]]]:
        found = (one.to_dict() for one in self._reader.read(_frame(name, content), None).readings)
        return [(one["digit"], one["confidence"], one["box"]) for one in found]  # type: ignore

    def _digit_of_crop(self, name: str, content: Content) -> list[tuple[int, float, list[int]]]:
        ink = _frame(name, content)
        if ink.ndim == 3:
            ink = cv2.cvtColor(ink, cv2.COLOR_BGR2GRAY)
        height, width = ink.shape
        # What has MNIST's size is taken as MNIST has it; the rest is made so.
        image = ink if ink.shape == (SIDE, SIDE) else normalize(ink)
        probabilities = self._classifier.predict(image).probabilities
        digit = int(probabilities.argmax())
        confidence = float(probabilities[digit])
        if confidence < self._threshold or not image.any():
            return []
        return [(digit, round(confidence, 4), [0, 0, width, height])]


def _frame(name: str, content: Content) -> np.ndarray:
    if isinstance(content, UserError):
        raise content
    return content if isinstance(content, np.ndarray) else decode_picture(content, name)
