"""What a job is: everything that decides its outcome, and the key under which it is stored."""

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any

from digitnet.networks.gates import GATES, Gate
from digitnet.recipe import Recipe, paper

if TYPE_CHECKING:  # it imports NumPy, which --help and --list have no time for
    from digitnet.digits.datasets import Digits

NETWORK, LBP, SPARSE = "network", "lbp", "sparse"

PAPER = paper()  # LeNet+Attention by the letter of the protocol

# What "jitter" may mean: shifts as the recipe `paper` has them; or brightness and contrast, by a
# fifth either way, since the paper names no amount.
SHIFT, LIGHT = "shift", "light"
_LIGHT = {"shift_pixels": 0.0, "whole_pixels": False, "brightness": 0.2, "contrast": 0.2}
JITTER = {SHIFT: {name: getattr(PAPER, name) for name in _LIGHT}, LIGHT: _LIGHT}


@dataclasses.dataclass(frozen=True)
class Trial:
    """A method and its settings, without a seed and without a number of epochs.

    The learning rate is constant, so that a network trained for 50 epochs is the network that
    training for 150 passes through: rows that differ in epochs only share a trial.

    Attributes:
        method: `NETWORK`, `LBP` or `SPARSE`.
        recipe: How a network is trained, `None` for other methods. Its seed and its epochs are
            those of `PAPER`; a job has its own.
    """

    method: str = NETWORK
    recipe: Recipe | None = None

    @property
    def model(self) -> str:
        """The network's name, as `digitnet.models.build` knows it; empty for other methods."""
        return self.recipe.model if self.recipe else ""

    @property
    def gate(self) -> Gate | None:
        """The network's attention gates, where it is a LeNet that has any."""
        return GATES.get(self.model)

    @property
    def jitter(self) -> str | None:
        """Which of `JITTER` the network is trained under."""
        settings = dataclasses.asdict(self.recipe) if self.recipe else {}
        return next((name for name, its in JITTER.items() if its.items() <= settings.items()), None)


def network(jitter: str = SHIFT, **settings: Any) -> Trial:
    """A network trained by the letter of the protocol, but for these fields of its recipe."""
    return Trial(NETWORK, dataclasses.replace(PAPER, **JITTER[jitter], **settings))


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
    def recipe(self) -> Recipe:
        """The trial's recipe with this job's epochs and seed; of networks alone."""
        if self.trial.recipe is None:
            raise ValueError(f"The method {self.trial.method!r} has no recipe.")
        return dataclasses.replace(self.trial.recipe, epochs=self.epochs, seed=self.seed)

    @property
    def spec(self) -> dict[str, Any]:
        """All that decides the outcome, ready for JSON."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**fields, "trial": _spec_of(self.trial)}

    @property
    def key(self) -> str:
        """Names the job's files: readable, with a checksum of the spec."""
        text = json.dumps(self.spec, sort_keys=True)
        name = self.trial.model or self.trial.method
        checksum = hashlib.sha256(text.encode()).hexdigest()[:12]
        return f"{name}-seed{self.seed}-{checksum}"


def job_from_spec(spec: dict[str, Any]) -> Job:
    """The inverse of `Job.spec`."""
    return Job(**{**spec, "trial": _trial_from(spec["trial"])})


def _spec_of(trial: Trial) -> dict[str, Any]:
    """A trial under the names of the stored jobs, which stay: their keys are checksums of these."""
    protocol = trial.recipe or PAPER  # other methods are stored with the letter's settings
    spec = {
        "method": trial.method,
        "model": trial.model,
        "learning_rate": protocol.learning_rate,
        "batch_size": protocol.batch_size,
        "momentum": protocol.momentum,
        "flip": protocol.horizontal_flip,
        "jitter": trial.jitter or SHIFT,
    }
    if _trial_from(spec) != trial:
        raise ValueError(f"A job's file has no name for a setting of this recipe: {protocol}")
    return spec


def _trial_from(spec: dict[str, Any]) -> Trial:
    settings = dict(spec)
    method = settings.pop("method")
    if method != NETWORK:
        return Trial(method)
    return network(horizontal_flip=settings.pop("flip"), **settings)


def fingerprint(digits: "Digits") -> str:
    """Checksum of the images and labels that a job trains on and is scored on."""
    checksum = hashlib.sha256()
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        checksum.update(repr((array.shape, array.dtype.name)).encode())
        checksum.update(array.tobytes())
    return checksum.hexdigest()[:16]
