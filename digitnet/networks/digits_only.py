"""DigitsOnly, the layer that hides the answer "this is no digit" from the contract."""

from collections.abc import Sequence
from typing import Any

import keras

from edge_demo.contract import NUM_CLASSES


@keras.saving.register_keras_serializable(package="digitnet")
class DigitsOnly(keras.layers.Layer):
    """Keeps the probabilities of the ten digits: `(B, 11)` to `(B, 10)`."""

    def call(self, probabilities: Any) -> Any:
        return probabilities[:, :NUM_CLASSES]

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, int]:
        return (input_shape[0], NUM_CLASSES)
