"""A network that begins with what a smaller one has learned, and answers as that does."""

import keras
import numpy as np

# The normalisation at the end of a residual block. With a scale of 0 the block adds nothing to the
# map that goes past it (Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 5.1).
LAST_NORM = "_2_norm"


def grow(larger: keras.Model, smaller: keras.Model) -> None:
    """Gives a network the weights of one that lacks some of its residual blocks.

    Layers of one name get the same weights; the blocks that are new add nothing at first, so that
    the larger network answers as the smaller one does. Their own kernels are as they were drawn.

    Args:
        larger: Is changed.
        smaller: Of the same layers, less whole residual blocks.

    Raises:
        ValueError: The networks differ in more than that. `larger` is as it was then.
    """
    given = {layer.name: layer for layer in smaller.layers if layer.weights}
    layers = [layer for layer in larger.layers if layer.weights]
    new = [layer for layer in layers if layer.name not in given]
    if len(given) + len(new) != len(layers):
        raise ValueError("The smaller network has layers that the larger one lacks.")
    blocks = {layer.name.removesuffix(LAST_NORM) for layer in new if layer.name.endswith(LAST_NORM)}
    for layer in new:
        if not any(layer.name.startswith(f"{block}_") for block in blocks):
            raise ValueError(f"{layer.name} is new and in no new residual block.")
    for layer in layers:
        weights = given[layer.name].get_weights() if layer.name in given else layer.get_weights()
        if [one.shape for one in weights] != [one.shape for one in layer.get_weights()]:
            raise ValueError(f"{layer.name} has weights of other shapes.")
    for layer in layers:
        if layer.name in given:
            layer.set_weights(given[layer.name].get_weights())
        elif layer.name.endswith(LAST_NORM):
            scale, *others = layer.get_weights()
            layer.set_weights([np.zeros_like(scale), *others])
