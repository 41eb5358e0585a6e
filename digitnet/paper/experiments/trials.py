"""What a job is: everything that decides its outcome, and the key under which it is stored."""

import dataclasses
import hashlib
import json

import numpy as np

from digitnet import recipe
from digitnet.digits.datasets import Digits

NETWORK, LBP, SPARSE = "network", "lbp", "sparse"
SHIFT, LIGHT = "shift", "light"

# What "jitter" may mean: shifts as the recipe `paper` has them; or brightness and contrast, by a
# fifth either way, since the paper names no amount.
JITTER = {
    SHIFT: {},
    LIGHT: {"shift_pixels": 0.0, "whole_pixels": False, "brightness": 0.2, "contrast": 0.2},
}


@dataclasses.dataclass(frozen=True)
class Trial:
    """A method and its settings, without a seed and without a number of epochs.

    The learning rate is constant, so that a network trained for 50 epochs is the network that
    training for 150 passes through: rows that differ in epochs only share a trial.

    Attributes:
        method: `NETWORK`, `LBP` or `SPARSE`.
        model: For a network, a name that `digitnet.models.build` knows; else empty.
        learning_rate, batch_size, momentum: Of SGD; they and the rest mean nothing to methods
            other than `network`.
        flip: Whether half of the images are mirrored.
        jitter: `shift` or `light`, a key of `JITTER`.
    """

    method: str = NETWORK
    model: str = "lenet_attention"
    learning_rate: float = 0.01
    batch_size: int = 96
    momentum: float = 0.0
    flip: bool = True
    jitter: str = SHIFT

    def recipe(self, epochs: int, seed: int) -> recipe.Recipe:
        """The recipe `paper` with this trial's settings; for networks."""
        return dataclasses.replace(
            recipe.paper(),
            model=self.model,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            momentum=self.momentum,
            horizontal_flip=self.flip,
            epochs=epochs,
            seed=seed,
            **JITTER[self.jitter],
        )


@dataclasses.dataclass(frozen=True)
class Job:
    """One trial with one seed on some digits.

    Attributes:
        trial: What is run.
        seed: Of everything random.
        epochs: Passes over the training images; 0 for methods that have none.
        digits: `fingerprint` of the digits.
        train_count: Training images among them.
    """

    trial: Trial
    seed: int
    epochs: int
    digits: str
    train_count: int

    @property
    def spec(self) -> dict:
        """All that decides the outcome, ready for JSON."""
        return dataclasses.asdict(self)

    @property
    def key(self) -> str:
        """Names the job's files: readable, with a checksum of the spec."""
        text = json.dumps(self.spec, sort_keys=True)
        name = self.trial.model or self.trial.method
        checksum = hashlib.sha256(text.encode()).hexdigest()[:12]
        return f"{name}-seed{self.seed}-{checksum}"


def job_from_spec(spec: dict) -> Job:
    """The inverse of `Job.spec`."""
    return Job(**{**spec, "trial": Trial(**spec["trial"])})


def fingerprint(digits: Digits) -> str:
    """Checksum of the images and labels that a job trains on and is scored on."""
    checksum = hashlib.sha256()
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        checksum.update(repr((array.shape, array.dtype.name)).encode())
        checksum.update(np.ascontiguousarray(array))
    return checksum.hexdigest()[:16]
