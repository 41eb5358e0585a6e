"""Orders, draws and batches made on the device, from seed, epoch and step alone (JAX)."""

import dataclasses
import functools
from typing import Any

import numpy as np

from digitnet.training.augmentation import NUMBERS, Augmentation

ORDER_STREAM, DRAWS_STREAM = 0, 1


@functools.cache
def _order() -> Any:
    import jax

    def order(seed: Any, epoch: Any, size: int) -> Any:
        key = _key(ORDER_STREAM, seed, epoch)
        # One sort of 32-bit numbers; `jax.random.permutation` sorts twice for ties of no weight.
        return jax.numpy.argsort(jax.random.bits(key, (size,))).astype("int32")

    return jax.jit(order, static_argnums=2)


def order(seed: Any, epoch: Any, size: int) -> Any:
    """The order in which an epoch shows its images: int32 `(size,)` on the device."""
    return _order()(seed, epoch, size)


def numbers(seed: Any, epoch: Any, step: Any, count: int) -> Any:
    """What is drawn for the images of a step: float32 `(9, count)`, uniform in -1..1."""
    import jax

    key = jax.random.fold_in(_key(DRAWS_STREAM, seed, epoch), step)
    return jax.random.uniform(key, (NUMBERS, count), minval=-1.0, maxval=1.0)


def numbers_of_epoch(seed: int, epoch: int, steps: int, count: int) -> np.ndarray:
    """The `numbers` of all steps of an epoch, side by side: `(9, steps * count)`."""
    import jax

    drawn = jax.vmap(lambda step: numbers(seed, epoch, step, count), out_axes=1)(
        jax.numpy.arange(steps)
    )
    return np.asarray(drawn).reshape(NUMBERS, steps * count)


def _key(stream: int, seed: Any, epoch: Any) -> Any:
    import jax

    return jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), stream), epoch)


@dataclasses.dataclass(frozen=True)
class Batches:
    """A recipe's batches, out of images that lie on the device.

    Attributes:
        augmentation: What is done to every image.
        batch_size: Images a batch.
        num_classes: Width of the targets.
    """

    augmentation: Augmentation
    batch_size: int
    num_classes: int

    def batch(self, shown: dict[str, Any], step: Any) -> tuple[Any, Any]:
        """Images, uint8 `(B, 28, 28, 1)`, and targets, float32 `(B, num_classes)`.

        Args:
            shown: An epoch: `images` and `labels`, `order` (which of them come when), `seed` and
                `epoch`.
            step: The batch's number in its epoch.
        """
        import jax

        chosen = jax.lax.dynamic_slice_in_dim(
            shown["order"], step * self.batch_size, self.batch_size
        )
        drawn = numbers(shown["seed"], shown["epoch"], step, self.batch_size)
        draws = self.augmentation.composed(drawn, numpy=jax.numpy)
        images = self.augmentation.apply(shown["images"][chosen], draws)
        labels = shown["labels"][chosen]
        if labels.ndim == 2:
            return images, jax.numpy.pad(labels, ((0, 0), (0, self.num_classes - labels.shape[1])))
        return images, jax.nn.one_hot(labels, self.num_classes)
