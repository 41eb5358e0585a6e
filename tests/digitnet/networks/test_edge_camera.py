import keras
import numpy as np
import pytest

from digitnet.attention import AttentionGate
from digitnet.networks.edge_camera import edge_camera


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return edge_camera()


def test_parameter_count(model):
    assert model.count_params() == 57_261


def test_probabilities_of_the_digits_lack_the_mass_of_the_background(model):
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
    probabilities = model.predict(images, verbose=0)
    eleven = keras.Model(model.input, model.get_layer("softmax").output).predict(images, verbose=0)
    assert probabilities.dtype == np.float32 and probabilities.shape == (5, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1 - eleven[:, 10], atol=1e-6)


def test_saved_model_answers_as_before(model, tmp_path):
    images = np.random.default_rng(1).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    model.save(tmp_path / "camera.keras")
    loaded = keras.saving.load_model(tmp_path / "camera.keras", compile=False)
    np.testing.assert_array_equal(
        loaded.predict(images, verbose=0), model.predict(images, verbose=0)
    )


def test_first_gate_stands_before_the_second_stride(model):
    gates = [layer for layer in model.layers if isinstance(layer, AttentionGate)]
    assert gates[0].output.shape == (None, 14, 14, 32)
    assert gates[1].output.shape == (None, 7, 7, 48)
