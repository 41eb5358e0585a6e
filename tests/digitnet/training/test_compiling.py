"""What of a network TensorFlow compiles with XLA."""

import pytest

from digitnet import models, recipe
from digitnet.training.compiling import compile_for_training

tf = pytest.importorskip("tensorflow")


@pytest.mark.parametrize(
    ("model", "compiled"), [("lenet", True), ("lenet_attention", True), ("edge", False)]
)
def test_only_a_network_without_convolutions_left_is_compiled(model, compiled):
    training_model = compile_for_training(models.build(model, 0), recipe.default(), 4)
    assert training_model.jit_compile == compiled


def test_on_a_gpu_operations_stay_tensorflow_s_own(monkeypatch):
    devices = {"GPU": ["a GPU"]}  # Keras asks for all of them and looks at each
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: devices.get(kind, []))
    training_model = compile_for_training(models.build("lenet", 0), recipe.default(), 4)
    assert not training_model.jit_compile
