"""SGD with one operation a variable on TensorFlow, where Keras has seven."""

from typing import Any

import keras


class FusedSGD(keras.optimizers.SGD):
    """`keras.optimizers.SGD` with momentum, its update as TensorFlow's own fused operation.

    The arithmetic is Keras': the slot becomes `momentum * slot - rate * gradient`, and it, or with
    Nesterov's look ahead once more of the same, is added to the variable. LeNet has 14 variables,
    for each of which seven small operations cost more to start than to do.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """As Keras has it."""
        if not self.momentum:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        slot = self.momentums[self._get_variable_index(variable)]
        dtype = variable.dtype
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,  # it comes as one of TensorFlow's
            accum=slot.value.handle,
            lr=tf.cast(learning_rate, dtype),
            grad=tf.cast(gradient, dtype),
            momentum=tf.cast(self.momentum, dtype),
            use_nesterov=self.nesterov,
        )
