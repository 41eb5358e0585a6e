"""A classifier that follows its file: a new valid model is taken up, an invalid one refused."""

import os
import sys
import time

from edge_demo.contract import UserError
from edge_demo.model.classifier import Classifier

LOOK_SECONDS = 1.0  # between looks at the file


class ReloadingClassifier:
    """Predicts with the newest valid state of a model file.

    The file is looked at once a second. A change is taken up when two looks in a row find the same
    state, so that a file that is still being copied is not read; a file that is no model is refused
    with a sentence on stderr, and the old model stays.

    Args:
        model_path: a .tflite file. None: the one that ships with the package.
        look_seconds: time between looks at the file.

    Raises:
        ModelFileError: the first state of the file is no valid model.
    """

    def __init__(self, model_path=None, look_seconds=LOOK_SECONDS):
        self.classifier = Classifier(model_path)
        self._look_seconds = look_seconds
        self._state = self._pending = self._file_state()
        self._look_at = time.monotonic() + look_seconds

    def __getattr__(self, name):
        return getattr(self.classifier, name)

    def predict(self, image):
        """As Classifier.predict, after a look at the file when one is due."""
        if time.monotonic() >= self._look_at:
            self._look()
        return self.classifier.predict(image)

    def _look(self):
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

    def _file_state(self):
        """Returns what changes when the file is replaced, or None while there is no file."""
        try:
            status = os.stat(self.classifier.model_path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
