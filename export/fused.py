"""Layers of a trained model as what a small runtime computes quickly, with the same answers."""

import numpy as np
from keras import layers, ops

# Maximum pooling may come before these: each is monotonic, so max(f(x)) = f(max(x)).
MONOTONIC = ("linear", "relu", "relu6", "tanh", "sigmoid")


def folds_into(rescaling, following):
    """Whether w·(s·x) can be computed as (s·w)·x: an offset would be lost under zero padding."""
    plain = type(following) is layers.Conv2D and following.data_format == "channels_last"
    return plain and np.ndim(rescaling.scale) == 0 and np.all(np.asarray(rescaling.offset) == 0)


def pools_exactly(convolution, following):
    """Whether convolution and pooling are the pair that `pooled_convolution` is written for."""
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


def scaled_convolution(x, convolution, scale):
    """A convolution of `scale` times the image, with the scale in its kernel."""
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


def pooled_convolution(x, convolution, scale):
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


def gate(x, layer):
    """A gate as convolution, sigmoid and product, of which runtimes have kernels.

    Returns:
        (gated map, mask), as `AttentionGate` with `return_attention=True` gives them.
    """
    if layer.data_format != "channels_last":
        return layer(x, return_attention=True)
    kernel = ops.convert_to_numpy(layer.kernel).astype("float32")
    bias = ops.convert_to_numpy(layer.bias).astype("float32")
    mask = ops.sigmoid(_convolution(x, kernel, bias))
    return x * mask, mask
