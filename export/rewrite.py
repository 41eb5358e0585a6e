"""The graph that is deployed: the same function as the trained model, in fewer and fuller steps.

Every rewrite here is exact; only the order of floating-point sums changes.
"""

import keras
import numpy as np
from keras import layers, ops

from digitnet.attention import AttentionGate
from export.errors import UserError

IMAGE_SHAPE = (28, 28, 1)
# Maximum pooling may come before these: each is monotonic, so max(f(x)) = f(max(x)).
MONOTONIC = ("linear", "relu", "relu6", "tanh", "sigmoid")


def deployed(model: keras.Model) -> keras.Model:
    """Rewrites a trained functional model for a batch of one.

    - `Rescaling` goes into the weights of the convolution behind it, so that the pixels 0..255 are
      the input's own scale.
    - A one-channel convolution with maximum pooling becomes one wide convolution of blocks
      (`_pooled_convolution`).
    - An `AttentionGate` becomes convolution, sigmoid and product, and the first one's mask an
      output.

    Args:
        model: image uint8 `(B, 28, 28, 1)` to probabilities `(B, 10)`.

    Returns:
        A functional model of one input, `image`, float32 `(1, 28, 28, 1)`, 0..255, and the outputs
        `probabilities` and, where the model has a gate, `attention`, `(1, h, w, 1)`.

    Raises:
        UserError: the model's input or output is not digitnet's.
    """
    check_contract(model)
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    model = _in_float32(model)
    consumers = _consumers(model)
    image = keras.Input(batch_shape=(1, *IMAGE_SHAPE), dtype="float32", name="image")
    input_scale = {}  # convolution: the factor of the rescaling that was folded into it
    done = set()  # poolings that their convolution has already computed
    masks = []

    def next_layer(layer):
        following = consumers.get(id(layer.output), [])
        return following[0] if len(following) == 1 else None

    def call(layer, *args, **kwargs):
        if layer in done:
            return args[0]
        following = next_layer(layer)
        if isinstance(layer, layers.Rescaling) and _folds_into(layer, following):
            input_scale[following] = float(layer.scale)
            return args[0]
        if isinstance(layer, layers.Conv2D):
            scale = input_scale.get(layer, 1.0)
            if _pools_exactly(layer, following):
                done.add(following)
                return _pooled_convolution(args[0], layer, scale)
            if scale != 1.0:
                return _scaled_convolution(args[0], layer, scale)
        if isinstance(layer, AttentionGate):
            gated, mask = _gate(args[0], layer)
            masks.append(mask)
            return gated
        return layer(*args, **kwargs)

    twin = keras.models.clone_model(
        model,
        input_tensors=keras.tree.map_structure(lambda _: image, model.input),
        clone_function=lambda layer: layer,
        call_function=call,
    )
    outputs = {"probabilities": twin.outputs[0]}
    if has_spatial_gate(model):
        outputs["attention"] = masks[0]
    return keras.Model(image, outputs, name=model.name)


def check_contract(model: keras.Model):
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


def has_spatial_gate(model: keras.Model) -> bool:
    """Whether a model's first gate has one mask for all channels: only that one is an output."""
    gates = [layer for layer in model.layers if isinstance(layer, AttentionGate)]
    return bool(gates) and gates[0].mask == "spatial"


def _in_float32(model):
    """The same weights under the float32 policy: small runtimes have no float16 arithmetic."""
    if all(layer.compute_dtype in ("float32", "uint8") for layer in model.layers):
        return model

    def in_float32(layer):
        config = layer.get_config()
        if not isinstance(layer, layers.InputLayer):
            config["dtype"] = "float32"
        return type(layer).from_config(config)

    twin = keras.models.clone_model(model, clone_function=in_float32)
    twin.set_weights(model.get_weights())
    return twin


def _consumers(model):
    """Maps id(tensor) to the layers that read it; the model's outputs are read by None."""
    readers = {id(tensor): [None] for tensor in model.outputs}
    for layer in model.layers:
        if isinstance(layer, layers.InputLayer):
            continue
        tensors = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
        for tensor in tensors:
            readers.setdefault(id(tensor), []).append(layer)
    return readers


def _folds_into(rescaling, following):
    """Whether w·(s·x) can be computed as (s·w)·x: an offset would be lost under zero padding."""
    plain = type(following) is layers.Conv2D and following.data_format == "channels_last"
    return plain and np.ndim(rescaling.scale) == 0 and np.all(np.asarray(rescaling.offset) == 0)


def _pools_exactly(convolution, following):
    """Whether convolution and pooling are the pair that `_pooled_convolution` is written for."""
    return (
        type(convolution) is layers.Conv2D
        and type(following) is layers.MaxPooling2D
        and convolution.kernel.shape[2] == 1
        and convolution.kernel_size in ((3, 3), (5, 5))
        and convolution.strides == convolution.dilation_rate == (1, 1)
        and convolution.padding == "same"
        and convolution.data_format == "channels_last"
        and convolution.activation.__name__ in MONOTONIC
        and all(size % 2 == 0 for size in convolution.output.shape[1:3])
        and tuple(following.pool_size) == tuple(following.strides) == (2, 2)
    )


def _weights(layer, scale=1.0):
    kernel = ops.convert_to_numpy(layer.kernel).astype("float32") * np.float32(scale)
    bias = np.zeros(kernel.shape[-1], "float32")
    return kernel, ops.convert_to_numpy(layer.bias).astype("float32") if layer.use_bias else bias


def _convolution(x, kernel, bias, **arguments):
    """A Keras convolution of given weights: ops.conv has no variables, but also no fused bias."""
    layer = layers.Conv2D(kernel.shape[-1], kernel.shape[:2], dtype="float32", **arguments)
    y = layer(x)
    layer.set_weights([kernel, bias])
    return y


def _scaled_convolution(x, convolution, scale):
    kernel, bias = _weights(convolution, scale)
    return _convolution(
        x,
        kernel,
        bias,
        activation=convolution.activation,
        strides=convolution.strides,
        padding=convolution.padding,
        dilation_rate=convolution.dilation_rate,
        groups=convolution.groups,
    )


def _pooled_convolution(x, convolution, scale):
    """A 3×3 or 5×5 "same" convolution of a one-channel image and its 2×2 maximum pooling, in one.

    The four numbers that a pooling window compares are the answers of one window, larger by a
    pixel and moving by two, to four copies of each filter, each shifted and padded with zeros.
    That saves two thirds of the multiplications. Blocks of 2×2 pixels are first read as four
    channels: kernels of small runtimes fill their registers with channels, of which a grey image
    has one, and the zero padding is then the convolution's own.

        x         (1, H, W, 1) -> (1, H/2, W/2, 4)
        kernel    (3, 3, 4, 4 shifts · F), stride 1, "same"
        answers   (1, H/2, W/2, 4 F) -> (1, H W/4, 4, F) -> maximum over the four shifts
        result    (1, H/2, W/2, F)
    """
    kernel, bias = _weights(convolution, scale)
    size, filters = kernel.shape[0], kernel.shape[-1]
    rows, columns = x.shape[1] // 2, x.shape[2] // 2
    start = 2 - size // 2  # of the unshifted filter in the three blocks, whose middle one is at 2
    shifted = np.zeros((6, 6, 2, 2, filters), "float32")
    for down in (0, 1):
        for right in (0, 1):
            top, left = start + down, start + right
            shifted[top : top + size, left : left + size, down, right] = kernel[:, :, 0]
    blocks = shifted.reshape(3, 2, 3, 2, 4 * filters).transpose(0, 2, 1, 3, 4)
    x = _BlocksAsChannels()(x)
    x = _convolution(
        x,
        blocks.reshape(3, 3, 4, 4 * filters),
        np.tile(bias, 4),
        padding="same",
        activation=convolution.activation,
    )
    x = ops.reshape(x, (1, rows * columns, 4, filters))
    x = ops.max_pool(x, (1, 4), (1, 4), padding="valid", data_format="channels_last")
    return ops.reshape(x, (1, rows, columns, filters))


class _BlocksAsChannels(layers.Layer):
    """(B, H, W, C) to (B, H/2, W/2, 4 C); keras.ops has it only since Keras 3.13."""

    def call(self, inputs):
        import tensorflow

        return tensorflow.nn.space_to_depth(inputs, 2)


def _gate(x, gate):
    """A gate as convolution, sigmoid and product, of which runtimes have kernels."""
    if gate.data_format != "channels_last":
        return gate(x, return_attention=True)
    kernel = ops.convert_to_numpy(gate.kernel).astype("float32")
    bias = ops.convert_to_numpy(gate.bias).astype("float32")
    mask = ops.sigmoid(_convolution(x, kernel, bias))
    return x * mask, mask
