"""Enlarge, the layer that brings a coarse map to the size of a finer one."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

LAST = "channels_last"  # whatever ~/.keras/keras.json says


@keras.saving.register_keras_serializable(package="digitnet")
class Enlarge(keras.layers.Layer):
    """Repeats every position `factor` times down and across: (B, H, W, C) to (B, fH, fW, C).

    Keras' UpSampling2D does so through axes that no integer kernel has; this is one operator,
    RESIZE_NEAREST_NEIGHBOR, in a .tflite file.
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs: Any) -> Any:
        _, height, width, _ = ops.shape(inputs)
        size = (height * self.factor, width * self.factor)
        return ops.image.resize(inputs, size, interpolation="nearest", data_format=LAST)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        batch, height, width, channels = input_shape
        grown = [None if side is None else side * self.factor for side in (height, width)]
        return (batch, *grown, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
