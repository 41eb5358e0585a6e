"""From epochs to `fit`: batches, augmented beside the training step or within it."""

import itertools
from collections.abc import Iterator
from typing import Any, Protocol

import keras
import numpy as np

from digitnet.recipe import Recipe
from digitnet.training import on_device
from digitnet.training.augmentation import DRAWS, Augmentation
from digitnet.training.scanned import ScannedModel, calls
from edge_demo.contract import IMAGE_SHAPE

CHUNK = 25  # batches that are augmented together; one call each would cost as much as the work
DRAWS_STREAM = 0xA06  # apart from the streams that the epochs' orders and pools are drawn from


class Epochs(Protocol):
    """What a feed is made of: a `TrainingSet`, or `Shuffled` arrays."""

    @property
    def epoch_size(self) -> int:
        """Pictures in an epoch."""
        ...

    @property
    def fixed(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Images and labels that every epoch shows, in orders of their own; else `None`."""
        ...

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """uint8 images `(N, 28, 28, 1)` and int64 labels `(N,)` of one epoch.

        Or targets, float32 `(N, K)` with K at most the number of classes, in the place of labels.
        """
        ...


class Feed(keras.callbacks.Callback):
    """Augmented batches for `fit`, and the callback that tells them which epoch begins.

    On TensorFlow the batches come from a `tf.data` pipeline that augments some batches ahead of
    the training step, beside it; it ends with the epoch. (Given an endless one, Keras fills the
    last call of `steps_per_execution` steps with the next epoch's images.) On JAX a `ScannedModel`
    makes them on the device, and what it is fed are calls. Otherwise they come from an endless
    generator.

    Args:
        training_set: What the epochs show.
        augmentation: A `digitnet.training.augmentation.Augmentation`.
        batch_size: Images a batch; an epoch's incomplete last batch is left out.
        num_classes: Width of the targets.
        seed: Decides every draw of the augmentation, together with the epoch's number.

    Attributes:
        steps_per_epoch: Batches an epoch.
    """

    def __init__(
        self,
        training_set: Epochs,
        augmentation: Augmentation,
        batch_size: int,
        num_classes: int,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.training_set, self.augmentation = training_set, augmentation
        self.batch_size = batch_size
        self.targets = np.eye(num_classes, dtype=np.float32)
        self.seed, self.epoch = seed, 0
        self.steps_per_epoch = training_set.epoch_size // batch_size

    @classmethod
    def of(cls, recipe: Recipe, training_set: Epochs, num_classes: int) -> "Feed":
        """A training set's epochs in the batches of a recipe, augmented as it says."""
        augmentation = Augmentation.of(recipe)
        return cls(training_set, augmentation, recipe.batch_size, num_classes, recipe.seed)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch

    def fit_arguments(
        self, first_epoch: int = 0, model: keras.Model | None = None
    ) -> dict[str, Any]:
        """What `fit` needs to be fed from this epoch on: `x`, `steps_per_epoch` and `shuffle`.

        Args:
            first_epoch: The epoch's number, from 0.
            model: The model that is to be fed; a `ScannedModel` takes calls in the place of
                batches, and makes the same batches out of them.
        """
        self.epoch = first_epoch
        if isinstance(model, ScannedModel):
            steps = model.steps_per_execution
            x = calls(self.training_set, self.batch_size, self.seed, first_epoch, steps)
            return {"x": x, "steps_per_epoch": self.steps_per_epoch, "shuffle": False}
        if keras.backend.backend() == "tensorflow":
            return {"x": self._dataset(), "steps_per_epoch": None, "shuffle": False}
        return {
            "x": self.batches(first_epoch),
            "steps_per_epoch": self.steps_per_epoch,
            "shuffle": False,
        }

    def batches(self, first_epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields uint8 images `(B, 28, 28, 1)` and float32 targets, epoch after epoch."""
        for epoch in itertools.count(first_epoch):
            for images, draws, targets in self._chunks(epoch):
                images = keras.ops.convert_to_numpy(self.augmentation.apply(images, draws))
                for start in range(0, len(images), self.batch_size):
                    part = slice(start, start + self.batch_size)
                    yield images[part], targets[part]

    def _chunks(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Some batches at a time of images as they are, what is drawn for them, and targets."""
        images, labels, draws = self._drawn(epoch)
        end = self.steps_per_epoch * self.batch_size
        for start in range(0, end, CHUNK * self.batch_size):
            part = slice(start, min(start + CHUNK * self.batch_size, end))
            yield images[part], draws[part], self._targets(labels[part])

    def _targets(self, labels: np.ndarray) -> np.ndarray:
        if labels.ndim == 1:
            return self.targets[labels]
        missing = len(self.targets) - labels.shape[1]
        return np.pad(labels, ((0, 0), (0, missing)))

    def _drawn(self, epoch: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images and labels of an epoch in its order, and what is drawn for them.

        On JAX as a `ScannedModel` draws, so that an epoch does not depend on who makes it.
        """
        if keras.backend.backend() != "jax":
            images, labels = self.training_set.epoch(epoch)
            rng = np.random.default_rng([self.seed, DRAWS_STREAM, epoch])
            return images, labels, self.augmentation.draw(rng, len(labels))
        if self.training_set.fixed is None:
            images, labels = self.training_set.epoch(epoch)
        else:
            images, labels = self.training_set.fixed
            order = np.asarray(on_device.order(self.seed, epoch, len(labels)))
            images, labels = images[order], labels[order]
        steps, count = self.steps_per_epoch, self.batch_size
        drawn = on_device.numbers_of_epoch(self.seed, epoch, steps, count)
        return images, labels, self.augmentation.composed(drawn)

    def _dataset(self) -> Any:
        import tensorflow as tf

        def augment(images: Any, draws: Any, targets: Any) -> tuple[Any, Any]:
            return self.augmentation.apply(images, draws), targets

        chunks = tf.data.Dataset.from_generator(
            lambda: self._chunks(self.epoch),
            output_signature=(
                tf.TensorSpec((None, *IMAGE_SHAPE), tf.uint8),
                tf.TensorSpec((None, DRAWS), tf.float32),
                tf.TensorSpec((None, len(self.targets)), tf.float32),
            ),
        )
        batches = chunks.map(augment).prefetch(1).rebatch(self.batch_size, drop_remainder=True)
        batches = batches.apply(tf.data.experimental.assert_cardinality(self.steps_per_epoch))
        # TensorFlow's tuner looks at a pipeline after 10, 30, 70, … ms, and a pipeline that ends
        # waits for the next look: 5.2 s of work took 10.2. There is nothing here to tune.
        options = tf.data.Options()
        options.autotune.enabled = False
        return batches.with_options(options)
