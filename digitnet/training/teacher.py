"""Targets from a larger network: a digit's label, and what its bent picture resembles besides.

A picture's target is

```
(1 - SHARE) * label + SHARE * softened,   softened = p ** (1 / TEMPERATURE) / sum(...)
```

with p the teacher's probabilities for the bent digit, before anything degrades it: the student
learns to see through the degradation what the teacher saw without. Hinton et al. 2015,
"Distilling the Knowledge in a Neural Network"; here the student's own temperature stays 1.
"""

import pathlib
from collections.abc import Callable

import numpy as np

from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES

SHARE, TEMPERATURE = 0.8, 2.0
# Epochs after which the digits are bent as they were before, so that the teacher answers once for
# each way, and not in every epoch, which would take half as long as the training itself. What
# degrades them is new in every epoch.
LESSONS = 16
BATCH_SIZE = 500  # the teacher's answers take the least time with some hundred pictures a call


class Teacher:
    """Bends digits, a lesson an epoch, and has a trained network say what they resemble.

    Args:
        file: A `.keras` file of a network that takes pictures as they are.
        bend: From uint8 images `(N, 28, 28, 1)` and a number to images of the same kind; equal
            numbers bend alike.

    Raises:
        UserError: If there is no such file, or the network in it is no digit classifier.
    """

    def __init__(self, file: str, bend: Callable[[np.ndarray, int], np.ndarray]) -> None:
        from digitnet import models

        if not pathlib.Path(file).is_file():
            raise UserError(
                f"--teacher names {file}, which is not there: train one with "
                "python -m digitnet.train --recipe edge_teacher."
            )
        self.network = models.load_model(file)
        shapes = self.network.input_shape, self.network.output_shape
        if shapes != ((None, *IMAGE_SHAPE), (None, NUM_CLASSES)):
            raise UserError(
                f"--teacher takes a network from pictures {IMAGE_SHAPE} to {NUM_CLASSES} "
                f"probabilities, but that of {file} goes from {shapes[0]} to {shapes[1]}."
            )
        self.bend = bend
        self._targets: dict[int, np.ndarray] = {}

    def lesson(
        self, images: np.ndarray, labels: np.ndarray, epoch: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The digits of an epoch, bent, and their targets.

        Args:
            images: uint8 `(N, 28, 28, 1)`, the same ones in every call.
            labels: int64 `(N,)`, 0..9.
            epoch: Its number, from 0.

        Returns:
            uint8 `(N, 28, 28, 1)`, not yet degraded, and float32 `(N, 10)`, which add up to 1.
        """
        number = epoch % LESSONS
        bent = self.bend(images, number)
        if number not in self._targets:
            probabilities = self.network.predict(bent, batch_size=BATCH_SIZE, verbose=0)
            self._targets[number] = _mixed(probabilities, labels)
        return bent, self._targets[number]


def _mixed(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    softened = np.asarray(probabilities, np.float32) ** np.float32(1 / TEMPERATURE)
    softened /= softened.sum(axis=1, keepdims=True)
    one_hot = np.eye(NUM_CLASSES, dtype=np.float32)[labels]
    return (1 - SHARE) * one_hot + SHARE * softened
