"""Every model by name.

All share one contract: input `image`, uint8 `(B, 28, 28, 1)` with 0 = background and 255 = ink;
output `probabilities`, float32 `(B, 10)`. Rescaling is inside, so that no caller can forget it.
The layer before the softmax is called `logits`.
"""

import functools
from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from digitnet.attention import AttentionGate
from digitnet.errors import UserError
from digitnet.networks.deeper_mask import lenet_deeper_mask
from digitnet.networks.edge import edge, edge_small, edge_teacher
from digitnet.networks.edge_camera import edge_camera
from digitnet.networks.gates import OPEN, VARIANTS, ZERO
from digitnet.networks.grown import grow
from digitnet.networks.keras_file import load_model
from digitnet.networks.large import alexnet, resnet50, vgg16
from digitnet.networks.page_reader import page_reader
from edge_demo.contract import ATTENTION, IMAGE_SHAPE, NUM_CLASSES, PROBABILITIES

# Said to every layer that asks: `~/.keras/keras.json` of an old installation may say otherwise.
LAST = "channels_last"


def build(name: str, seed: int | None = None) -> keras.Model:
    """Builds a model of `MODELS` with fresh weights.

    Args:
        name: A key of `MODELS` or of `GATE_VARIANTS`.
        seed: Seeds every weight, for equal models from equal seeds. `None` leaves them to chance.

    Raises:
        ValueError: If there is no model of that name.

    Example:

    >>> model = build("lenet_attention", seed=0)
    >>> model.count_params(), model.output_shape
    (61730, (None, 10))
    >>> [gate.name for gate in attention_gates(model)]
    ['gate1', 'gate2']
    """
    if not exists(name):
        known = ", ".join(MODELS)
        raise ValueError(f"There is no model {name!r}; the models are: {known}.")
    if seed is not None:
        keras.utils.set_random_seed(seed)
    return {**MODELS, **GATE_VARIANTS, **PAGE_READERS}[name]()


def build_from(name: str, seed: int, initial_weights: str) -> keras.Model:
    """Builds a model with the weights of a file, or with fresh ones where no file is named.

    Args:
        name, seed: As `build` takes them.
        initial_weights: A `.keras` file of the same model, or of one that lacks some of its
            residual blocks; empty for none.

    Raises:
        UserError: If the file is missing or has no weights of this model.
    """
    model = build(name, seed)
    if initial_weights:
        # Not Keras' `load_weights`, which passes over what another architecture lacks.
        given = load_model(initial_weights)
        weights = given.get_weights()
        if [one.shape for one in weights] == [one.shape for one in model.get_weights()]:
            model.set_weights(weights)
            return model
        try:
            grow(model, given)
        except ValueError as error:
            raise UserError(
                f"--initial-weights takes a .keras file of a {name}, but {initial_weights} has "
                "another network's weights."
            ) from error
    return model


def exists(name: str) -> bool:
    """Whether `build` knows a model of this name."""
    return name in MODELS or name in GATE_VARIANTS or name in PAGE_READERS


def lenet(name: str = "lenet") -> keras.Model:
    """LeNet-5 as it is built today (ReLU, maximum pooling): 61,706 parameters."""
    return _lenet(name)


def lenet_attention(name: str = "lenet_attention") -> keras.Model:
    """LeNet-5 with an `AttentionGate` after each pooling: 61,730 parameters."""
    return _lenet(name, gates=(1, 2))


def attention_gates(model: keras.Model) -> list[AttentionGate]:
    """The gates of a model, first one first."""
    return [layer for layer in model.layers if isinstance(layer, AttentionGate)]


def with_attention(model: keras.Model, gate: int = 0) -> keras.Model:
    """A copy of a model, weights and all, with a gate's mask as a second output.

    Returns:
        A functional model with the outputs `probabilities`, `(B, 10)`, and `attention`,
        `(B, H, W, 1)` for a spatial gate, both floats in 0..1.

    Raises:
        ValueError: If the model has no such gate.
    """
    gates = attention_gates(model)
    if not 0 <= gate < len(gates):
        raise ValueError(
            f"Model {model.name!r} has {len(gates)} attention gates, so there is no gate {gate}."
        )
    masks = []

    def call_and_keep_mask(layer: keras.Layer, *args: Any, **kwargs: Any) -> Any:
        if layer.name != gates[gate].name:
            return layer(*args, **kwargs)
        gated, mask = layer(*args, **{**kwargs, "return_attention": True})
        masks.append(mask)
        return gated

    # Fresh layers with copied weights: Keras cannot trace a layer that already stands in one
    # graph with another number of outputs.
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    twin = keras.models.clone_model(model, image, call_function=call_and_keep_mask)
    twin.set_weights(model.get_weights())
    outputs = {PROBABILITIES: twin.outputs[0], ATTENTION: masks[0]}
    return keras.Model(image, outputs, name=model.name)


def _lenet(name: str, gates: tuple[int, ...] = (), **gate: Any) -> keras.Model:
    """LeNet-5 with gates after the poolings of these numbers; `gate` is for `AttentionGate`."""
    image = keras.Input(IMAGE_SHAPE, dtype="uint8", name="image")
    x = layers.Rescaling(1 / 255, name="rescaling")(image)
    # "same" is LeNet-5's 32×32 frame: two zeros on each side of the 28×28 image. 28, 28, 6.
    x = layers.Conv2D(6, 5, padding="same", data_format=LAST, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2, data_format=LAST, name="pool1")(x)  # 14, 14, 6
    if 1 in gates:
        x = AttentionGate(data_format=LAST, name="gate1", **gate)(x)
    x = layers.Conv2D(16, 5, data_format=LAST, activation="relu", name="conv2")(x)  # 10, 10, 16
    x = layers.MaxPooling2D(2, data_format=LAST, name="pool2")(x)  # 5, 5, 16
    if 2 in gates:
        x = AttentionGate(data_format=LAST, name="gate2", **gate)(x)
    x = layers.Flatten(data_format=LAST, name="flatten")(x)
    x = layers.Dense(120, activation="relu", name="dense1")(x)
    x = layers.Dense(84, activation="relu", name="dense2")(x)
    return keras.Model(image, _classify(x), name=name)


def _classify(x: keras.KerasTensor) -> keras.KerasTensor:
    logits = layers.Dense(NUM_CLASSES, name="logits")(x)
    # Softmax in float32 under every precision policy: float16 loses small probabilities.
    return layers.Softmax(dtype="float32", name=PROBABILITIES)(logits)


MODELS: dict[str, Callable[[], keras.Model]] = {
    "lenet": lenet,
    "lenet_attention": lenet_attention,
    "lenet_deeper_mask": lenet_deeper_mask,
    "edge": edge,
    "edge_small": edge_small,
    "edge_teacher": edge_teacher,
    "edge_camera": edge_camera,
    "alexnet": alexnet,
    "vgg16": vgg16,
    "resnet50": resnet50,
}

# LeNet with every other gate, for the comparison in `digitnet.reproduce`.
GATE_BIASES = {OPEN: None, ZERO: "zeros"}
GATE_VARIANTS: dict[str, Callable[[], keras.Model]] = {
    model: functools.partial(
        _lenet,
        model,
        gates=gate.places,
        mask=gate.mask,
        bias_initializer=GATE_BIASES[gate.bias],
    )
    for model, gate in VARIANTS.items()
}

# They take the levels of a page and answer where digits are: `digitnet.networks.page_reader`.
PAGE_READERS: dict[str, Callable[[], keras.Model]] = {
    "page_reader": page_reader,
    "page_reader_own_gates": functools.partial(page_reader, "page_reader_own_gates", gates="own"),
    "page_reader_no_gates": functools.partial(page_reader, "page_reader_no_gates", gates="none"),
}
