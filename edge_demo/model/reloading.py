"""A classifier that follows its file: a new valid model is taken up, an invalid one refused."""

import os
import pathlib
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from edge_demo.contract import UserError
from edge_demo.model.classifier import Classifier, Prediction

LOOK_SECONDS = 1.0  # between looks at the file


class ReloadingClassifier:
    """Predicts with the newest valid state of a model file.

    The file is looked at once a second. A change is taken up when two looks in a row find the same
    state, so that a file that is still being copied is not read; a file that is no model is refused
    with a sentence on stderr, and the old model stays.

    Args:
        model_path: a .tflite file. None: the one that ships with the package.
        look_seconds: time between looks at the file.

    Attributes:
        classifier: the Classifier in use.

    Raises:
        ModelFileError: the first state of the file is no valid model.
    """

    def __init__(
        self, model_path: str | os.PathLike | None = None, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._given = model_path
        self.classifier = Classifier(model_path)
        self._look_seconds = look_seconds
        self._state = self._pending = self._file_state()
        self._look_at = time.monotonic() + look_seconds

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the model in use: ten labels."""
        return self.classifier.labels

    @property
    def metadata(self) -> dict[str, Any]:
        """Of the model in use: its file's digitnet.json, or empty."""
        return self.classifier.metadata

    @property
    def model_path(self) -> pathlib.Path:
        """The file that is followed."""
        return self.classifier.model_path

    @property
    def runtime(self) -> str:
        """Such as "tflite-runtime 2.14.0"."""
        return self.classifier.runtime

    def predict(self, image: np.ndarray) -> Prediction:
        """As Classifier.predict, after a look at the file when one is due."""
        self._look_when_due()
        return self.classifier.predict(image)

    def predict_batch(self, images: Iterable[np.ndarray]) -> Prediction:
        """As Classifier.predict_batch, after a look at the file when one is due."""
        self._look_when_due()
        return self.classifier.predict_batch(images)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle opens the file anew: an interpreter cannot be copied."""
        return type(self), (self._given, self._look_seconds)

    def _look_when_due(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + self._look_seconds
        state = self._file_state()
        if state != self._state and state == self._pending and state is not None:
            self._state = state
            path = self.classifier.model_path
            try:
                self.classifier = Classifier(path)
            except UserError as error:
                print(f"{error} The model in use stays.", file=sys.stderr)
            else:
                print(f"took up the new model {path}", file=sys.stderr)
        self._pending = state

    def _file_state(self) -> tuple[int, int, int] | None:
        """Returns what changes when the file is replaced, or None while there is no file."""
        try:
            status = os.stat(self.classifier.model_path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
