import keras
import numpy as np
import pytest
from keras import ops

from digitnet.attention import AttentionGate

RNG = np.random.default_rng(0)


def feature_map(*shape):
    return RNG.normal(size=shape).astype("float32")


def random_weights(gate, channels):
    gate.build((None, None, None, channels))
    gate.set_weights([RNG.normal(size=weight.shape) for weight in gate.get_weights()])
    return gate


@pytest.mark.parametrize(("mask", "count"), [("spatial", 6 + 1), ("channelwise", 6 * 6 + 6)])
def test_gate_has_the_weights_of_a_1x1_convolution(mask, count):
    gate = AttentionGate(mask=mask)
    gate.build((None, 14, 14, 6))
    assert gate.count_params() == count
    assert gate.kernel.shape[:2] == (1, 1)


@pytest.mark.parametrize("mask", ["spatial", "channelwise"])
def test_gate_agrees_with_numpy(mask):
    gate = random_weights(AttentionGate(mask=mask), 3)
    x = feature_map(2, 4, 5, 3)
    kernel, bias = gate.get_weights()
    attention = 1 / (1 + np.exp(-(x @ kernel[0, 0] + bias)))
    np.testing.assert_allclose(ops.convert_to_numpy(gate.attention(x)), attention, atol=1e-6)
    np.testing.assert_allclose(ops.convert_to_numpy(gate(x)), attention * x, atol=1e-5)


@pytest.mark.parametrize("mask", ["spatial", "channelwise"])
def test_channels_first_gives_what_channels_last_gives(mask):
    last = random_weights(AttentionGate(mask=mask, data_format="channels_last"), 3)
    first = AttentionGate(mask=mask, data_format="channels_first")
    first.build((None, 3, 4, 5))
    first.set_weights(last.get_weights())
    x = feature_map(2, 4, 5, 3)
    gated, attention = first(x.transpose(0, 3, 1, 2), return_attention=True)
    np.testing.assert_allclose(
        ops.convert_to_numpy(gated).transpose(0, 2, 3, 1), ops.convert_to_numpy(last(x)), atol=1e-6
    )
    assert attention.shape == (2, 1 if mask == "spatial" else 3, 4, 5)


def test_gate_starts_open():
    attention = ops.convert_to_numpy(
        AttentionGate()(np.zeros((1, 2, 2, 3)), return_attention=True)[1]
    )
    np.testing.assert_allclose(attention, 1 / (1 + np.exp(-2)), atol=1e-6)


@pytest.mark.parametrize(("bias", "factor"), [(40.0, 1.0), (-40.0, 0.0)])
def test_open_gate_passes_the_map_and_closed_gate_gives_zeros(bias, factor):
    gate = AttentionGate(
        kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(bias)
    )
    x = feature_map(2, 3, 3, 4)
    np.testing.assert_allclose(ops.convert_to_numpy(gate(x)), factor * x, atol=1e-6)


def test_config_round_trip_keeps_every_argument():
    gate = AttentionGate(
        mask="channelwise",
        data_format="channels_first",
        kernel_initializer="he_normal",
        bias_initializer="zeros",
        kernel_regularizer=keras.regularizers.L2(0.1),
        bias_regularizer=keras.regularizers.L1(0.2),
        activity_regularizer=keras.regularizers.L2(0.3),
        kernel_constraint=keras.constraints.MaxNorm(2.0),
        bias_constraint=keras.constraints.NonNeg(),
        name="gate",
    )
    twin = AttentionGate.from_config(gate.get_config())
    assert twin.get_config() == gate.get_config()


def test_regularizers_and_constraints_act():
    gate = AttentionGate(
        kernel_regularizer=keras.regularizers.L2(1.0),
        activity_regularizer=keras.regularizers.L2(1.0),
        bias_constraint=keras.constraints.MaxNorm(0.5),
    )
    gate(feature_map(1, 2, 2, 3))
    assert len(gate.losses) == 2
    assert float(np.abs(ops.convert_to_numpy(gate.bias.constraint(gate.bias))).max()) <= 0.5 + 1e-5


@pytest.mark.parametrize("with_mask", [False, True])
def test_activity_regularizer_acts_on_the_gated_output_alone(with_mask):
    # Keras gives its own attribute of that name every output of a call, so the mask was
    # regularised, too, where it was asked for.
    gate = AttentionGate(activity_regularizer=keras.regularizers.L2(0.5))
    x = feature_map(2, 3, 3, 4)
    outputs = gate(x, return_attention=with_mask)
    gated = ops.convert_to_numpy(outputs[0] if with_mask else outputs)
    (loss,) = gate.losses
    assert float(loss) == pytest.approx(0.5 * float((gated**2).sum()) / len(x), rel=1e-5)


def test_saved_model_with_gate_answers_alike(tmp_path):
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, AttentionGate(mask="channelwise")(inputs))
    model.save(tmp_path / "gate.keras")
    twin = keras.saving.load_model(tmp_path / "gate.keras")
    x = feature_map(2, 5, 7, 3)
    np.testing.assert_array_equal(model.predict(x, verbose=0), twin.predict(x, verbose=0))


@pytest.mark.parametrize("shape", [(None, None, None, 3), (None, 5, 7, 3), (2, 5, 7, 3)])
def test_symbolic_shapes_agree_with_eager_ones(shape):
    gate = AttentionGate()
    gated, attention = gate(keras.Input(batch_shape=shape), return_attention=True)
    assert gated.shape == gate.compute_output_shape(shape) == shape
    assert attention.shape == (*shape[:3], 1)
    assert gate(feature_map(2, 5, 7, 3)).shape == (2, 5, 7, 3)


def test_gradients_reach_every_weight_and_training_lowers_the_loss():
    inputs = keras.Input((6, 6, 3))
    gate = AttentionGate(mask="channelwise")
    model = keras.Model(inputs, gate(inputs))
    before = gate.get_weights()
    x = feature_map(16, 6, 6, 3)
    model.compile(keras.optimizers.SGD(1.0), "mse")
    losses = model.fit(x, 0.5 * x, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for old, new in zip(before, gate.get_weights(), strict=True):
        assert (old != new).all()


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_computes_in_half_and_keeps_float32_weights(policy):
    gate = AttentionGate(dtype=policy)
    gated, attention = gate(feature_map(1, 4, 4, 3), return_attention=True)
    compute_dtype = policy.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(gated.dtype) == compute_dtype
    assert keras.backend.standardize_dtype(attention.dtype) == compute_dtype
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in gate.weights} == {"float32"}
    assert keras.backend.standardize_dtype(gate.attention(feature_map(1, 4, 4, 3)).dtype) == (
        compute_dtype
    )


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (2, 4, 4, 4, 3)])
def test_wrong_rank_is_said_in_a_sentence(shape):
    with pytest.raises(ValueError, match="expects a feature map of rank 4"):
        AttentionGate()(np.zeros(shape, "float32"))


def test_unknown_channels_are_said_in_a_sentence():
    with pytest.raises(ValueError, match="known number of channels"):
        AttentionGate().build((None, 4, 4, None))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"mask": "temporal"}, "`mask` must be"), ({"data_format": "NHWC"}, "`data_format` must be")],
)
def test_wrong_argument_is_said_in_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        AttentionGate(**arguments)
