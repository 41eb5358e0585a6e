"""The graph that is deployed: the same function as the trained model, in fewer and fuller steps.

Every rewrite here is exact; only the order of floating-point sums changes.
"""

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers

from digitnet.attention import AttentionGate
from edge_demo.contract import ATTENTION, IMAGE_SHAPE, PROBABILITIES, UserError
from export import fused


def deployed(model: keras.Model, in_blocks: bool = True) -> keras.Model:
    """Rewrites a trained functional model for a batch of one.

    - `Rescaling` goes into the weights of the convolution behind it, so that the pixels 0..255 are
      the input's own scale.
    - A one-channel convolution with maximum pooling becomes one wide convolution
      (`fused.PooledConvolution`).
    - An `AttentionGate` becomes convolution, sigmoid and product, and the first one's mask an
      output.

    Args:
        model: image uint8 `(B, 28, 28, 1)` to probabilities `(B, 10)`.
        in_blocks: as `fused.PooledConvolution` has it.

    Returns:
        A functional model of one input, `image`, float32 `(1, 28, 28, 1)`, 0..255, and the outputs
        `probabilities` and, where the model has a gate, `attention`, `(1, h, w, 1)`.

    Raises:
        UserError: the model's input or output is not digitnet's.
    """
    check_contract(model)
    check_layers(model)
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    model = _in_float32(model)
    readers = _readers(model)
    image = keras.Input(batch_shape=(1, *IMAGE_SHAPE), dtype="float32", name="image")
    input_scale: dict[Any, float] = {}  # convolution: the rescaling that was folded into it
    done = set()  # poolings that their convolution has already computed
    gates: dict[Any, fused.Gate] = {}  # a gate that is called twice has one twin
    masks = []

    def next_layer(layer: Any) -> Any:
        following = readers.get(layer.name, [])
        return following[0] if len(following) == 1 else None

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if layer in done:
            return args[0]
        following = next_layer(layer)
        if isinstance(layer, layers.Rescaling) and fused.folds_into(layer, following):
            input_scale[following] = float(layer.scale)
            return args[0]
        if isinstance(layer, layers.Conv2D):
            scale = input_scale.get(layer, 1.0)
            if fused.pools_exactly(layer, following):
                done.add(following)
                return fused.PooledConvolution(layer, scale, in_blocks)(args[0])
            if in_blocks and fused.reads_blocks(layer):
                return fused.BlockConvolution(layer, scale)(args[0])
            if scale != 1.0:
                return fused.scaled_convolution(layer, scale)(args[0])
        if isinstance(layer, AttentionGate):
            if layer.data_format != "channels_last":
                gated, mask = layer(args[0], return_attention=True)
            else:
                maps = [*args, *([kwargs["gating"]] if kwargs.get("gating") is not None else [])]
                gated, mask = gates.setdefault(layer, fused.Gate(layer))(*maps)
            masks.append(mask)
            return gated
        return layer(*args, **kwargs)

    twin = keras.models.clone_model(
        model,
        input_tensors=keras.tree.map_structure(lambda _: image, model.input),
        clone_function=lambda layer: layer,
        call_function=call,
    )
    outputs = {PROBABILITIES: twin.outputs[0]}
    if has_spatial_gate(model):
        outputs[ATTENTION] = masks[0]
    return keras.Model(image, outputs, name=model.name)


def check_contract(model: keras.Model) -> None:
    """Raises UserError where a model is not image uint8 `(B, 28, 28, 1)` to ten probabilities."""
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise UserError("The model is not a functional Keras model, so its graph cannot be read.")
    inputs = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    if inputs != [IMAGE_SHAPE]:
        raise UserError(
            f"Model {model.name!r} takes {inputs} where digitnet's contract is one image of shape "
            f"{IMAGE_SHAPE}; train one with `python -m digitnet.train`."
        )
    outputs = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    if outputs != [(10,)]:
        raise UserError(
            f"Model {model.name!r} gives {outputs} where digitnet's contract is ten probabilities, "
            "(10,); train one with `python -m digitnet.train`."
        )


def check_layers(model: keras.Model) -> None:
    """Raises UserError for a layer that the converter would crash on."""
    for layer in _all_layers(model):
        if isinstance(layer, layers.RNN) and not layer.unroll:
            raise UserError(
                f"Layer {layer.name!r} ({type(layer).__name__}) loops over its steps, for which "
                "small runtimes have no operator: build it with unroll=True and train again."
            )


def _all_layers(model: keras.Model) -> Iterator[Any]:
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def has_spatial_gate(model: keras.Model) -> bool:
    """Whether a model's first gate has one mask for all channels: only that one is an output."""
    gates = [layer for layer in model.layers if isinstance(layer, AttentionGate)]
    return bool(gates) and gates[0].mask == "spatial"


def _in_float32(model: keras.Model) -> keras.Model:
    """The same weights under the float32 policy: small runtimes have no float16 arithmetic."""
    if all(layer.compute_dtype in ("float32", "uint8") for layer in model.layers):
        return model

    def in_float32(layer: Any) -> Any:
        config = layer.get_config()
        if not isinstance(layer, layers.InputLayer):
            config["dtype"] = "float32"
        return type(layer).from_config(config)

    twin = keras.models.clone_model(model, clone_function=in_float32)
    twin.set_weights(model.get_weights())
    return twin


def _readers(model: keras.Model) -> dict[str, list[Any]]:
    """Maps the name of a layer to the layers that read it; the model's outputs are read by None.

    Empty for a model that calls a layer twice: then nobody can tell who reads what. It is read from
    the configuration, where nested models and operations such as `a + b` stand as layers do.
    """
    config = model.get_config()
    if any(len(layer.get("inbound_nodes", [])) > 1 for layer in config["layers"]):
        return {}
    by_name = {operation.name: operation for operation in model.operations}
    readers: dict[str, list[Any]] = {name: [None] for name in _names_in(config["output_layers"])}
    for layer in config["layers"]:
        for name in set(_names_in(layer.get("inbound_nodes", []))):
            readers.setdefault(name, []).append(by_name[layer["name"]])
    return readers


def _names_in(nodes: Any) -> Iterator[str]:
    """The names of the layers that tensors come from, wherever they stand in a configuration."""
    if isinstance(nodes, dict):
        if "keras_history" in nodes:
            yield nodes["keras_history"][0]
        else:
            for value in nodes.values():
                yield from _names_in(value)
    elif isinstance(nodes, (list, tuple)):
        if len(nodes) == 3 and isinstance(nodes[0], str):  # [name, node, tensor]
            yield nodes[0]
        else:
            for value in nodes:
                yield from _names_in(value)
