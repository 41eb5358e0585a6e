"""How many networks fit into a device's memory side by side."""

import math
import os

import keras

from digitnet.errors import UserError

SHARE = 0.8  # of what is free: the rest is for the compiler, scores and other programs
# A state is held with its gradients and once more while a step replaces it; what layers give is
# held for the way back, with its gradients.
COPIES_OF_STATE, COPIES_OF_OUTPUTS = 3, 2


def require(model: keras.Model, seeds: int, shared_bytes: int, one_at_a_time: bool) -> None:
    """Raises a `UserError` with the number that fits if the seeds are more.

    Args:
        model: The network, compiled and built.
        seeds: Networks side by side.
        shared_bytes: What they share: the images.
        one_at_a_time: Whether only one of them computes at any moment.
    """
    state = sum(
        _bytes(variable.shape) for variable in [*model.variables, *model.optimizer.variables]
    )
    outputs = COPIES_OF_OUTPUTS * model.batches.batch_size * sum(map(_output_bytes, model.layers))
    each = COPIES_OF_STATE * state + (0 if one_at_a_time else outputs)
    once = shared_bytes + (outputs if one_at_a_time else 0)
    fits = max(0, int((SHARE * free_bytes() - once) // each))
    if seeds <= fits:
        return
    way_on = f"give --seeds {fits}" if fits else "train with --seed on a larger device"
    raise UserError(
        f"{seeds:,} networks of {model.count_params():,} parameters do not fit into memory side by "
        f"side: about {fits:,} do; {way_on}."
    )


def free_bytes() -> int:
    """Free memory of JAX' first device, or of this machine where that is the processor."""
    import jax

    device = jax.local_devices()[0]
    stats = device.memory_stats() if device.platform != "cpu" else None
    if stats and "bytes_limit" in stats:
        return int(stats["bytes_limit"] - stats.get("bytes_in_use", 0))
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _bytes(shape: tuple[int, ...]) -> int:
    return 4 * math.prod(shape)


def _output_bytes(layer: keras.Layer) -> int:
    return _bytes(tuple(side or 1 for side in layer.output.shape))
