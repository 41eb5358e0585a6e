"""ZeroSum, the constraint of a kernel that does not see how bright a picture is."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="digitnet")
class ZeroSum(keras.constraints.Constraint):
    """Keeps the weights that a filter has for one channel at a sum of zero.

    A constant that is added to the whole picture is then lost, and light that falls off slowly
    nearly so; the file that is exported has an ordinary convolution.
    """

    def __call__(self, w: Any) -> Any:
        return w - ops.mean(w, axis=(0, 1), keepdims=True)
