"""Training on all devices at once, through Keras' own distribution API."""

import contextlib
from collections.abc import Iterator

import keras

from digitnet.errors import UserError


@contextlib.contextmanager
def data_parallel(batch_size: int) -> Iterator[int]:
    """Within the block, every batch is split over all devices of the JAX backend.

    Yields:
        The number of devices.

    Raises:
        UserError: If Keras runs on another backend, whose distribution Keras does not have, or
            the batch cannot be split evenly.
    """
    if keras.backend.backend() != "jax":
        raise UserError(
            "--data-parallel needs Keras' JAX backend: install 'digitnet[jax]' or 'digitnet[gpu]' "
            "and set KERAS_BACKEND=jax."
        )
    # Several processes have each their part of the batches already (`digitnet.training.together`).
    distribution = keras.distribution.DataParallel(auto_shard_dataset=False)
    devices = distribution.device_mesh.devices.size
    require_divisible(batch_size, devices)
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(distribution)
    try:
        yield devices
    finally:
        keras.distribution.set_distribution(before)


def require_divisible(batch_size: int, devices: int) -> None:
    """Checks that a batch can be split evenly.

    Raises:
        UserError: If it cannot.
    """
    if batch_size % devices:
        raise UserError(
            f"a batch of {batch_size} cannot be split over {devices} devices; give a --batch-size "
            f"that {devices} divides."
        )


@contextlib.contextmanager
def precision(policy: str) -> Iterator[None]:
    """Within the block, new layers have this dtype policy, one of `recipe.PRECISIONS`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
