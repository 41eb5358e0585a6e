"""The fused update is Keras' own."""

import keras
import numpy as np
import pytest

from digitnet.training.fused_sgd import FusedSGD


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it is TensorFlow's operation")
@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}])
def test_fused_update_is_keras_own(settings):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 2)), rng.normal(size=(4, 3, 2))
    ends = []
    for kind in (keras.optimizers.SGD, FusedSGD):
        variable = keras.Variable(start.astype(np.float32))
        optimizer = kind(0.1, weight_decay=0.01, **settings)
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [variable])
        ends.append(keras.ops.convert_to_numpy(variable))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-5, atol=1e-6)
