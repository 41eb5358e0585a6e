"""Multiplications of a model, counted from its layers."""

import math

import keras
from keras import layers

from digitnet.attention import AttentionGate


def count(model: keras.Model) -> int:
    """Multiply-accumulate operations for one image.

    Counted are convolutions, dense layers and gates (their 1×1 convolution and the product of mask
    and map); what an addition, a maximum or a sigmoid costs is not.
    """
    return sum(_of_layer(layer) for layer in model.layers)


def _of_layer(layer: layers.Layer) -> int:
    if isinstance(layer, layers.Conv2D):
        return math.prod(layer.output.shape[1:3]) * math.prod(layer.kernel.shape)
    if isinstance(layer, layers.Dense):
        return math.prod(layer.kernel.shape)
    if isinstance(layer, AttentionGate):
        positions = math.prod(layer.output.shape[1:3])
        return positions * (math.prod(layer.kernel.shape) + layer.output.shape[-1])
    return 0
