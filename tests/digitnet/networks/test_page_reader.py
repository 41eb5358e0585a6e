import keras
import numpy as np
import pytest

from digitnet import models
from digitnet.attention import AttentionGate
from digitnet.networks.enlarge import Enlarge
from digitnet.networks.page_reader import page_reader


def test_page_reader_answers_every_four_pixels_in_at_most_200_000_weights():
    model = models.build("page_reader", seed=0)
    answers = model.predict(np.full((1, 32, 48, 3), 128, np.uint8), verbose=0)
    assert {name: one.shape for name, one in answers.items()} == {
        "presence": (1, 8, 12, 1),
        "digits": (1, 8, 12, 10),
        "boxes": (1, 8, 12, 4),
    }
    assert model.count_params() <= 200_000
    assert answers["presence"].max() < 0  # it starts by seeing nothing


@pytest.mark.parametrize(
    ("name", "gates", "gated"),
    [
        ("page_reader", 2, True),
        ("page_reader_own_gates", 2, False),
        ("page_reader_no_gates", 0, False),
    ],
)
def test_gates_stand_on_both_skips_as_the_name_says(name, gates, gated):
    found = models.attention_gates(models.build(name, seed=0))
    assert len(found) == gates
    assert all((gate.gating_kernel is not None) == gated for gate in found)


def test_unknown_gates_are_refused():
    with pytest.raises(ValueError, match="deep, own, none"):
        page_reader(gates="shallow")


@pytest.mark.parametrize("gates", ["deep", "own"])
def test_masks_are_what_the_gates_let_through_and_change_no_other_answer(gates):
    plain = page_reader(gates=gates)
    masked = page_reader(gates=gates, masks=True)
    for layer in plain.layers:
        masked.get_layer(layer.name).set_weights(layer.get_weights())
    page = np.random.default_rng(0).integers(0, 256, (1, 32, 48, 3), dtype=np.uint8)
    answers = masked(page)
    masks = keras.ops.convert_to_numpy(answers.pop("masks"))
    assert masks.shape == (1, 8, 12, 2)
    assert 0 <= masks.min() < masks.max() <= 1
    coarser = masks[0, :, :, 1]
    np.testing.assert_array_equal(coarser, np.kron(coarser[::2, ::2], np.ones((2, 2))))
    for name, one in plain(page).items():
        np.testing.assert_array_equal(one, answers[name])


def test_masks_of_a_network_without_gates_are_refused():
    with pytest.raises(ValueError, match="needs gates"):
        page_reader(gates="none", masks=True)


def test_saved_page_reader_opens_and_answers_the_same(tmp_path):
    model = models.build("page_reader", seed=1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    page = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    for one, other in zip(
        keras.tree.flatten(model(page)), keras.tree.flatten(again(page)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_enlarge_repeats_every_position():
    x = np.arange(4, dtype="float32").reshape(1, 2, 2, 1)
    enlarged = keras.ops.convert_to_numpy(Enlarge(2)(x))[0, :, :, 0]
    np.testing.assert_array_equal(enlarged, np.kron(x[0, :, :, 0], np.ones((2, 2))))


@pytest.mark.parametrize("mask", ["spatial", "channelwise"])
def test_gate_with_a_deeper_map_agrees_with_numpy(mask):
    rng = np.random.default_rng(0)
    gate = AttentionGate(mask=mask, data_format="channels_last")
    x, deep = (rng.normal(size=shape).astype("float32") for shape in ((2, 4, 6, 3), (2, 2, 3, 5)))
    gate(x, gating=deep)
    gate.set_weights([rng.normal(size=weight.shape) for weight in gate.get_weights()])
    kernel, bias, gating = gate.get_weights()
    enlarged = np.repeat(np.repeat(deep @ gating[0, 0], 2, axis=1), 2, axis=2)
    attention = 1 / (1 + np.exp(-(x @ kernel[0, 0] + enlarged + bias)))
    np.testing.assert_allclose(gate.attention(x, deep), attention, atol=1e-5)
    np.testing.assert_allclose(gate(x, gating=deep), attention * x, atol=1e-5)


def test_gate_built_with_a_deeper_map_is_not_called_without_one():
    gate = AttentionGate(data_format="channels_last")
    gate(np.ones((1, 4, 4, 3), "float32"), gating=np.ones((1, 2, 2, 5), "float32"))
    with pytest.raises(ValueError, match="built with a gating map and is given none"):
        gate(np.ones((1, 4, 4, 3), "float32"))
