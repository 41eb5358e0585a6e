import keras
import numpy as np
import pytest

from digitnet import models
from digitnet.attention import AttentionGate
from digitnet.networks.edge import BACKGROUND, edge, edge_small
from digitnet.networks.zero_sum import ZeroSum

LIMITS = {"edge": 62_000, "edge_small": 20_000}


def some_images(count=4):
    return np.random.default_rng(0).integers(0, 200, (count, 28, 28, 1), dtype=np.uint8)


@pytest.fixture(scope="module", params=LIMITS)
def model(request):
    return models.build(request.param, seed=0)


def test_weights_stay_below_the_limit_and_are_as_many_as_the_docstring_says(model):
    build = {"edge": edge, "edge_small": edge_small}[model.name]
    assert model.count_params() <= LIMITS[model.name]
    assert f"{model.count_params():,} parameters" in build.__doc__


def test_edge_can_say_that_it_is_no_digit_and_edge_small_cannot():
    assert edge().get_layer("logits").units == BACKGROUND + 1
    assert edge_small().get_layer("logits").units == BACKGROUND


def test_channels_are_multiples_of_eight(model):
    filters = [layer.filters for layer in model.layers if type(layer) is keras.layers.Conv2D]
    assert filters and not any(count % 8 for count in filters)


def test_gates_can_be_chosen():
    for places in ((), ("conv1", "conv3"), ("conv2", "branch")):
        model = edge(gates=places, mask="channelwise", skip=True)
        gates = [one for one in model.layers if isinstance(one, AttentionGate)]
        assert [gate.name for gate in gates] == [f"gate_{place}" for place in places]
        assert {gate.mask for gate in gates} <= {"channelwise"}


def test_the_first_gate_s_mask_lies_over_the_picture(model):
    first = models.attention_gates(model)[0]
    assert first.mask == "spatial"
    assert tuple(first.output.shape[1:3]) == (12, 12)


def test_a_constant_background_is_nothing_to_the_first_convolution(model):
    layer = model.get_layer("conv1")
    layer.kernel.assign(layer.kernel_constraint(layer.kernel))
    images = some_images()
    first = keras.Model(model.input, layer.output)
    dark, light = (first.predict(one, verbose=0) for one in (images, images + np.uint8(50)))
    np.testing.assert_allclose(dark, light, atol=1e-5)
    assert np.abs(dark).max() > 0.1


def test_training_keeps_the_first_filters_at_a_sum_of_zero(model):
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    model.fit(some_images(8), np.arange(8, dtype=np.int32), batch_size=4, epochs=1, verbose=0)
    sums = np.asarray(keras.ops.sum(model.get_layer("conv1").kernel, axis=(0, 1)))
    np.testing.assert_allclose(sums, 0, atol=1e-5)


def test_saved_model_answers_as_before_and_keeps_its_constraint(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    assert isinstance(loaded.get_layer("conv1").kernel_constraint, ZeroSum)
    np.testing.assert_array_equal(
        loaded.predict(some_images(), verbose=0), model.predict(some_images(), verbose=0)
    )


def test_the_last_map_s_weights_start_as_its_mean():
    weighted, mean = edge(), edge(weighted=False)
    features = np.random.default_rng(1).random((2, 4, 4, 40), np.float32)
    parts = [keras.layers.Flatten()(weighted.get_layer("places")(features))]
    parts.append(mean.get_layer("mean")(features))
    np.testing.assert_allclose(*map(np.asarray, parts), atol=1e-5)
