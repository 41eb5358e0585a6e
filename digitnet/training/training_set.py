"""What a model is trained on, as one object that training, calibration and export share.

`config.json` names it under `training_set`, so that whoever meets the run directory later rebuilds
it with `training_set_of`, or reads its digits alone with `digits_of`.
"""

import dataclasses
import importlib.util
from typing import Any, Protocol

import numpy as np

from digitnet.digits import datasets, mixing
from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training.ahead import Ahead
from digitnet.training.epochs import Shuffled
from edge_demo.contract import IMAGE_SHAPE, NUM_CLASSES

DIGITS, CAMERA = "digits", "camera"  # the kinds, as config.json has them
POOL_SIZE = 4000  # held-out pictures of each of the camera's kinds
# Share of the camera's pools that an epoch has beside degraded digits: these need the time more.
BESIDE_DEGRADED = 0.2
HELD_OUT, CALIBRATION = 0, 1  # what is degraded beside the epochs: each has draws of its own


class Named(Protocol):
    """What `config.json` names: a kind, and the digits that it is made of."""

    kind: str
    digits: Digits


class TrainingSet(Protocol):
    """Images are uint8 `(N, 28, 28, 1)`, labels int64 `(N,)`: 0..9, and 10 for no digit.

    Attributes:
        kind: `digits` or `camera`.
        digits: The `Digits` that it was made of; their test part judges the model.
        epoch_size: Pictures in an epoch.
        fixed: Images and labels that every epoch shows, in orders of their own; `None` where
            epochs show other pictures.
    """

    kind: str
    digits: Digits

    @property
    def fixed(self) -> tuple[np.ndarray, np.ndarray] | None:
        """As above."""
        ...

    @property
    def epoch_size(self) -> int:
        """Pictures in an epoch."""
        ...

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of one epoch, its number from 0. Equal numbers give equal epochs."""
        ...

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Pictures that no epoch shows, of the kinds that epochs show, to fit confidences to."""
        ...

    def calibration_images(self, count: int, seed: int) -> np.ndarray:
        """`count` training images, or all where there are fewer, of the kinds that epochs show."""
        ...


@dataclasses.dataclass(frozen=True)
class Degrading:
    """How many of an epoch's pictures are degraded, and who says what their digits are.

    Attributes:
        share, final_share: Of the pictures, in the first epoch and in the last one; evenly less in
            between.
        epochs: How many there are.
        teacher: A `.keras` file, as `digitnet.training.teacher` has it; empty for labels alone.
    """

    share: float
    final_share: float
    epochs: int = 1
    teacher: str = ""

    def share_of(self, epoch: int) -> float:
        """The share of an epoch, its number from 0."""
        done = min(epoch / max(1, self.epochs - 1), 1.0)
        return self.share + (self.final_share - self.share) * done


class DigitSet:
    """The training digits, every epoch in an order of its own."""

    kind = DIGITS

    def __init__(self, digits: Digits, seed: int) -> None:
        self.digits = digits
        self._shuffled = Shuffled(digits.x_train, digits.y_train, seed)
        self.epoch_size = self._shuffled.epoch_size
        self.fixed: tuple[np.ndarray, np.ndarray] | None = self._shuffled.fixed

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """As `TrainingSet` has it."""
        return self._shuffled.epoch(number)

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """The validation images."""
        return self.digits.x_validation, self.digits.y_validation

    def calibration_images(self, count: int, seed: int) -> np.ndarray:
        """Some of the training digits, drawn without replacement, in their order."""
        return _some(self.digits.x_train, count, np.random.default_rng(seed))


class DegradedSet(DigitSet):
    """The training digits, deformed in every epoch anew, and a share of them degraded.

    What is held out and what calibrates are degraded in the share of the first epoch. Labels are
    targets, float32 `(N, 10)`, where there is a teacher. Needs OpenCV.
    """

    def __init__(self, digits: Digits, seed: int, degrading: Degrading) -> None:
        super().__init__(digits, seed)
        self.fixed = None
        self._degrading = degrading
        self._degradation = _degradation(seed, degrading.share)
        self._teacher = _teacher(degrading.teacher, self._degradation)
        self._ahead = Ahead(self._degraded_epoch)

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """As `TrainingSet` has it."""
        return self._ahead.epoch(number)

    def _degraded_epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        from digitnet.drawn.degradation import DIGITS_STREAM, PICTURES_STREAM

        if self._teacher is None:
            images, labels = self._shuffled.epoch(number)
            images = self._degradation.digits(images, DIGITS_STREAM, number)
        else:
            images, labels = self._shuffled.images, self._shuffled.labels
            images, labels = self._teacher.lesson(images, labels, number)
            order = self._shuffled.order(number)
            images, labels = images[order], labels[order]
        share = self._degrading.share_of(number)
        images = self._degradation.pictures(images, PICTURES_STREAM, number, share=share)
        return images, labels

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """The validation images, a share of them degraded."""
        images, labels = super().held_out()
        return _degraded(self._degradation, images, HELD_OUT), labels

    def calibration_images(self, count: int, seed: int) -> np.ndarray:
        """Some of the training digits, in their order, a share of them degraded."""
        images = super().calibration_images(count, seed)
        return _degraded(self._degradation, images, CALIBRATION, seed)


class CameraSet:
    """The camera's `digitnet.drawn.world.World`: digits, drawn digits, and what is no digit.

    Its 160,000 pictures are drawn when the first epoch is asked for; held-out and calibration
    pictures are few and drawn by themselves. A share of all is degraded where one is given. Needs
    OpenCV.
    """

    kind, fixed = CAMERA, None

    def __init__(
        self,
        digits: Digits,
        seed: int,
        pool_size: int = POOL_SIZE,
        degrading: Degrading | None = None,
    ) -> None:
        if importlib.util.find_spec("cv2") is None:
            raise UserError(
                "the camera's training pictures go through the device's normaliser, which needs "
                "OpenCV: pip install 'digitnet[edge]'."
            )
        self.digits, self.seed, self.pool_size = digits, seed, pool_size
        self._degrading = degrading
        self._degradation = self._teacher = None
        if degrading is not None:
            self._degradation = _degradation(seed, degrading.share)
            self._teacher = _teacher(degrading.teacher, self._degradation)
        self._world: Any = None
        self._ahead = Ahead(lambda number: self._drawn().epoch(number))

    @property
    def epoch_size(self) -> int:
        """Pictures in an epoch."""
        return self._drawn().epoch_size

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """As `TrainingSet` has it."""
        return self._ahead.epoch(number)

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Validation images, as they are and photographed, drawn digits, and what is no digit."""
        from digitnet.drawn import world

        images, labels, size = self.digits.x_validation, self.digits.y_validation, self.pool_size
        if not len(labels):
            return images, labels
        rng = np.random.default_rng([self.seed, 4])  # streams 0 to 3 are the training's
        pools = [
            (images[:size], labels[:size]),
            world.photographed(images, labels, size, rng),
            world.stroke_digits(size, rng),
            world.no_digits(size, rng),
        ]
        images, labels = (np.concatenate(arrays) for arrays in zip(*pools, strict=True))
        return _degraded(self._degradation, images, HELD_OUT), labels

    def calibration_images(self, count: int, seed: int) -> np.ndarray:
        """Training digits and drawn pictures, about as an epoch mixes them: half and half."""
        from digitnet.drawn import world

        rng = np.random.default_rng(seed)
        digits = _some(self.digits.x_train, count - 3 * (count // 6), rng)
        size = count // 6
        if not size or not len(digits):
            return digits
        pools = [
            world.photographed(self.digits.x_train, self.digits.y_train, size, rng),
            world.stroke_digits(size, rng),
            world.no_digits(size, rng),
        ]
        images = np.concatenate([digits, *(images for images, _ in pools)])
        return _degraded(self._degradation, images, CALIBRATION, seed)

    def _drawn(self) -> Any:
        from digitnet.drawn.world import World

        if self._world is None:
            arrays = self.digits.x_train, self.digits.y_train
            if self._degrading is None:
                self._world = World(*arrays, self.seed)
            else:
                self._world = World(
                    *arrays,
                    self.seed,
                    share=BESIDE_DEGRADED,
                    degradation=self._degradation,
                    share_of=self._degrading.share_of,
                    lesson=self._teacher.lesson if self._teacher else None,
                )
        return self._world


def of(recipe: Recipe, digits: Digits) -> TrainingSet:
    """What a recipe trains on, given digits.

    Raises:
        UserError: If the digits are not as `Digits` describes them, or what the set needs is not
            installed.
    """
    for part in ("train", "validation", "test"):
        _require_contract(part, getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}"))
    return _set_of(digits, recipe.seed, recipe.world, _degrading(recipe))


def require_a_batch(recipe: Recipe, digits: Digits) -> None:
    """Checks that the training digits fill one batch.

    Raises:
        UserError: If they do not.
    """
    if recipe.batch_size > len(digits.x_train):
        raise UserError(
            f"a batch of {recipe.batch_size} is larger than the {len(digits.x_train)} training "
            "images; give a smaller --batch-size."
        )


def description(training_set: Named) -> dict[str, Any]:
    """What `config.json` says of a training set under `training_set`, for `training_set_of`."""
    digits = training_set.digits
    return {
        "kind": training_set.kind,
        "dataset": digits.name,
        "mix_with": digits.origin.get("mixed_with", {}).get("dataset"),
        "limit": digits.origin.get("limit"),
    }


def training_set_of(config: dict[str, Any], dataset: str | None = None) -> TrainingSet:
    """Rebuilds the training set that a run directory's `config.json` names.

    Args:
        config: The contents of `config.json`; also of one that was written before it had the key
            `training_set`.
        dataset: Digits to put in the place of the run's own, as `--dataset` takes them.

    Raises:
        UserError: If the digits cannot be had again, or what the set needs is not installed.
    """
    digits = digits_of(config, dataset)
    seed = int(config.get("seed", 0))
    share = float(config.get("recipe", {}).get("degradation", 0.0))
    degrading = (
        Degrading(share, share) if share else None
    )  # a teacher has no say in what is held out
    return _set_of(digits, seed, named(config)["kind"] == CAMERA, degrading)


def digits_of(
    config: dict[str, Any], dataset: str | None = None, needs_training: bool = True
) -> Digits:
    """The digits that a run was trained on, or others in their place, without drawn pictures.

    Args:
        config, dataset: As `training_set_of` takes them.
        needs_training: If false, digits with a test part only are accepted, and nothing is mixed.

    Raises:
        UserError: If the digits cannot be had again.
    """
    parts = named(config)
    # The validation images stay out of all that is made of the training images.
    count = config.get("validation_count", 5000)
    if dataset is not None:
        return datasets.load(dataset, validation_count=count, needs_training=needs_training)
    if config.get("dataset_source", {}).get("kind") == "arrays":
        raise UserError(
            "this run was trained on arrays, which only the program that had them can give again; "
            "save them as an .npz (numpy.savez with x_train, y_train, x_test, y_test) and name it "
            "with --dataset."
        )
    if parts["dataset"] is None:
        raise UserError("config.json names no digits; name some with --dataset.")
    limit = parts["limit"]
    digits = datasets.load(
        parts["dataset"], validation_count=count, limit=limit, needs_training=needs_training
    )
    if parts["mix_with"] and needs_training:
        other = datasets.load(parts["mix_with"], validation_count=0, limit=limit)
        digits = mixing.mix(digits, other)
    return digits


def named(config: dict[str, Any]) -> dict[str, Any]:
    """The part `training_set` of a config.json, or what an older one says of it elsewhere."""
    if "training_set" in config:
        return config["training_set"]
    return {
        "kind": CAMERA if config.get("recipe", {}).get("world") else DIGITS,
        "dataset": config.get("dataset"),
        "mix_with": config.get("dataset_source", {}).get("mixed_with", {}).get("dataset"),
        "limit": None,
    }


def _set_of(digits: Digits, seed: int, camera: bool, degrading: Degrading | None) -> TrainingSet:
    if camera:
        return CameraSet(digits, seed, degrading=degrading)
    return DegradedSet(digits, seed, degrading) if degrading else DigitSet(digits, seed)


def _degrading(recipe: Recipe) -> Degrading | None:
    if not recipe.degradation:
        return None
    final = recipe.degradation if recipe.final_degradation is None else recipe.final_degradation
    return Degrading(recipe.degradation, final, recipe.epochs, recipe.teacher)


def _degradation(seed: int, share: float) -> Any:
    if importlib.util.find_spec("cv2") is None:
        raise UserError(
            "degraded training pictures are made with OpenCV: pip install 'digitnet[edge]'."
        )
    from digitnet.drawn.degradation import Degradation

    return Degradation(seed, share)


def _teacher(file: str, degradation: Any) -> Any:
    if not file:
        return None
    from digitnet.drawn.degradation import DIGITS_STREAM
    from digitnet.training.teacher import Teacher

    return Teacher(file, lambda images, number: degradation.digits(images, DIGITS_STREAM, number))


def _degraded(degradation: Any, images: np.ndarray, *key: int) -> np.ndarray:
    """Pictures of which a share is degraded, where there is a `Degradation` for it."""
    if degradation is None:
        return images
    from digitnet.drawn.degradation import OTHERS_STREAM

    degraded: np.ndarray = degradation.pictures(images, OTHERS_STREAM, *key)
    return degraded


def _require_contract(part: str, images: np.ndarray, labels: np.ndarray) -> None:
    """Nothing is converted here: `datasets.load` and `datasets.from_arrays` have done so."""
    images, labels = np.asarray(images), np.asarray(labels)
    good_labels = labels.shape == (len(images),) and np.issubdtype(labels.dtype, np.integer)
    if (images.shape[1:], images.dtype) != (IMAGE_SHAPE, np.uint8) or not good_labels:
        raise UserError(
            f"the {part} images are {images.dtype} {images.shape} with labels {labels.dtype} "
            f"{labels.shape}, where Digits holds uint8 (N, 28, 28, 1) and integers (N,); "
            "digitnet.digits.datasets.from_arrays makes them."
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < NUM_CLASSES:
        raise UserError(
            f"the {part} labels run from {labels.min()} to {labels.max()}; they must be the digits "
            "0..9."
        )


def _some(images: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return images[np.sort(rng.permutation(len(images))[:count])]
