"""A picture that was posted, as JSON: what `--json` prints of it, and what the page shows."""

import base64
import threading
from typing import Any

import cv2
import numpy as np

from edge_demo.contract import CROP_THRESHOLD
from edge_demo.frames.pictures import decode_picture
from edge_demo.model.page_model import PageModel
from edge_demo.model.reloading import ReloadingClassifier
from edge_demo.reading.numbers import Number, find_numbers, texts
from edge_demo.reading.reader import read_page
from edge_demo.reading.readings import Reading
from edge_demo.showing import overlay

MOST_PIXELS = 25_000_000  # of a picture that is sent: 75 MB when decoded
SHOWN_SIDE_PX = 1600  # the longer side of an annotated picture that goes back


class PostedPictures:
    """Reads pictures that are sent, in any thread; each has an interpreter of its own.

    Args:
        model_path: A .tflite file. None: the one that ships with the package.
        threshold: The least probability with which a digit is reported, 0..1.
        page_reader_path: A page reader's .tflite file. None: the one that ships.
    """

    def __init__(
        self, model_path: str | None, threshold: float, page_reader_path: str | None = None
    ) -> None:
        self._model_path, self._threshold = model_path, threshold
        self._page_reader_path = page_reader_path
        self._of_thread = threading.local()

    def classifier(self) -> ReloadingClassifier:
        """This thread's classifier."""
        if not hasattr(self._of_thread, "classifier"):
            self._of_thread.classifier = ReloadingClassifier(self._model_path)
        return self._of_thread.classifier

    def network(self) -> PageModel:
        """This thread's page reader."""
        if not hasattr(self._of_thread, "network"):
            self._of_thread.network = PageModel(self._page_reader_path)
        return self._of_thread.network

    def read(
        self, content: bytes, name: str, details: bool, annotated: bool, quick: bool
    ) -> dict[str, Any]:
        """Reads a picture file.

        Args:
            content: The file.
            name: Of the picture, for the answer's `source` and for errors.
            details: Whether to tell of each digit its ten `probabilities`, the `image` that the
                network saw and its `attention` (PNG files, base64), too.
            quick: Whether it was drawn on the pad: it is read as it lies, without trying it on
                its sides, and doubtful digits are reported, too.
            annotated: Whether to send the annotated picture back (a JPEG file, base64).

        Raises:
            UserError: The file is no picture that can be read, or too large.
        """
        frame = decode_picture(content, name, MOST_PIXELS)
        # Whoever draws on the pad has said that these are digits, as with a bulk job's crops.
        threshold = min(self._threshold, CROP_THRESHOLD) if quick else self._threshold
        page = read_page(frame, self.classifier(), self.network(), threshold, not quick)
        readings, lines = page.readings, find_numbers(frame, page)
        digits = [reading.to_dict() for reading in readings]
        answer: dict[str, Any] = {"frame": 0, "source": name, "digits": digits}
        answer.update(texts(lines))
        if details:
            for digit, reading in zip(digits, readings, strict=True):
                digit.update(_details(reading))
        if annotated:
            answer["annotated"] = _annotated(frame, readings, lines)
        return answer


def _details(reading: Reading) -> dict[str, Any]:
    attention = None
    if reading.attention is not None:
        attention = _base64(".png", np.round(255 * reading.attention.clip(0, 1)).astype(np.uint8))
    return {
        "probabilities": [round(float(value), 4) for value in reading.probabilities],
        "image": _base64(".png", reading.image.reshape(28, 28)),
        "attention": attention,
    }


def _annotated(frame: np.ndarray, readings: list[Reading], lines: list[list[Number]]) -> str:
    picture = overlay.draw(frame, readings, lines=lines)
    scale = SHOWN_SIDE_PX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _base64(".jpg", picture)


def _base64(suffix: str, picture: np.ndarray) -> str:
    return base64.b64encode(cv2.imencode(suffix, picture)[1].tobytes()).decode()
