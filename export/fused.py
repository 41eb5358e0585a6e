"""Layers of a trained model as what a small runtime computes quickly, with the same answers.

Each takes the name of the layer that it stands for. Names that Keras would choose here may be those
of other layers of the model, which was built in another process.
"""

from typing import Any

import numpy as np
from keras import layers, ops

from digitnet.attention import AttentionGate

# Maximum pooling may come before these: each is monotonic, so max(f(x)) = f(max(x)).
MONOTONIC = ("linear", "relu", "relu6", "tanh", "sigmoid")


def folds_into(rescaling: layers.Rescaling, following: Any) -> bool:
    """Whether w·(s·x) can be computed as (s·w)·x: an offset would be lost under zero padding."""
    plain = type(following) is layers.Conv2D and following.data_format == "channels_last"
    no_offset = bool(np.all(np.asarray(rescaling.offset) == 0))
    return plain and np.ndim(rescaling.scale) == 0 and no_offset


def pools_exactly(convolution: layers.Conv2D, following: Any) -> bool:
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


def reads_blocks(convolution: layers.Conv2D) -> bool:
    """Whether `BlockConvolution` can stand for a convolution."""
    return (
        type(convolution) is layers.Conv2D
        and convolution.kernel.shape[2] == 1
        and convolution.strides == (2, 2)
        and convolution.dilation_rate == (1, 1)
        and convolution.padding == "valid"
        and convolution.data_format == "channels_last"
        and not any(size % 2 for size in convolution.kernel_size)
        and not any(size % 2 for size in convolution.input.shape[1:3])
    )


def _weights(layer: layers.Conv2D, scale: float) -> tuple[np.ndarray, np.ndarray]:
    kernel = ops.convert_to_numpy(layer.kernel).astype("float32") * np.float32(scale)
    bias = np.zeros(kernel.shape[-1], "float32")
    return kernel, ops.convert_to_numpy(layer.bias).astype("float32") if layer.use_bias else bias


def scaled_convolution(convolution: layers.Conv2D, scale: float) -> layers.Conv2D:
    """A convolution of `scale` times the image, with the scale in its kernel."""
    kernel, bias = _weights(convolution, scale)
    scaled = layers.Conv2D(
        kernel.shape[-1],
        kernel.shape[:2],
        activation=convolution.activation,
        strides=convolution.strides,
        padding=convolution.padding,
        dilation_rate=convolution.dilation_rate,
        groups=convolution.groups,
        dtype="float32",
        name=convolution.name,
    )
    return _with_weights(scaled, convolution.input.shape, kernel, bias)


class PooledConvolution(layers.Layer):
    """A 3×3 or 5×5 "same" convolution of a one-channel image and its 2×2 maximum pooling, in one.

    The four numbers that a pooling window compares are the answers of one window, larger by a
    pixel and moving by two, to four copies of each filter, each shifted and padded with zeros.
    That saves two thirds of the multiplications.

        x         (1, H, W, 1)
        kernel    (6, 6, 1, 4 shifts · F), stride 2, "same"
        answers   (1, H/2, W/2, 4 F) -> (1, H W/4, 4, F) -> maximum over the four shifts
        result    (1, H/2, W/2, F)

    In blocks, 2×2 pixels are first read as four channels: kernels of larger runtimes fill their
    registers with channels, of which a grey image has one.

        x         (1, H, W, 1) -> (1, H/2, W/2, 4)
        kernel    (3, 3, 4, 4 shifts · F), stride 1, "same"

    Args:
        convolution: the trained layer, as `pools_exactly` wants it.
        scale: factor of the image, which goes into the kernel.
        in_blocks: whether to read blocks. Some ports of TensorFlow Lite Micro lack the operator.
    """

    def __init__(self, convolution: layers.Conv2D, scale: float, in_blocks: bool = True):
        super().__init__(dtype="float32", name=convolution.name)
        kernel, bias = _weights(convolution, scale)
        size, self.filters = kernel.shape[0], kernel.shape[-1]
        _, height, width, _ = convolution.input.shape
        self.rows, self.columns = height // 2, width // 2
        start = 2 - size // 2  # of the unshifted filter in three blocks, whose middle one is at 2
        shifted = np.zeros((6, 6, 4, self.filters), "float32")
        for down in (0, 1):
            for right in (0, 1):
                top, left = start + down, start + right
                shift = 2 * down + right
                shifted[top : top + size, left : left + size, shift] = kernel[:, :, 0]
        self.in_blocks = in_blocks
        if in_blocks:
            kernel = shifted.reshape(3, 2, 3, 2, 4 * self.filters).transpose(0, 2, 1, 3, 4)
            kernel = kernel.reshape(3, 3, 4, 4 * self.filters)
        else:
            kernel = shifted.reshape(6, 6, 1, 4 * self.filters)
        self.convolution = _with_weights(
            layers.Conv2D(
                4 * self.filters,
                kernel.shape[:2],
                strides=1 if in_blocks else 2,
                padding="same",
                activation=convolution.activation,
                dtype="float32",
            ),
            (1, self.rows, self.columns, 4) if in_blocks else (1, height, width, 1),
            kernel,
            np.tile(bias, 4),
        )

    def call(self, x: Any) -> Any:
        """The pooled answers, `(1, H/2, W/2, F)`."""
        x = self.convolution(_blocks_as_channels(x) if self.in_blocks else x)
        x = ops.reshape(x, (1, self.rows * self.columns, 4, self.filters))
        x = ops.max_pool(x, (1, 4), (1, 4), padding="valid", data_format="channels_last")
        return ops.reshape(x, (1, self.rows, self.columns, self.filters))


class BlockConvolution(layers.Layer):
    """A convolution of a one-channel image that strides by 2, of blocks of 2×2 pixels.

    The blocks are read as four channels, with which kernels of larger runtimes fill registers
    that one channel leaves all but empty.

        x         (1, H, W, 1) -> (1, H/2, W/2, 4)
        kernel    (R, S, 1, F), stride 2 -> (R/2, S/2, 4, F), stride 1

    Args:
        convolution: the trained layer, as `reads_blocks` wants it.
        scale: factor of the image, which goes into the kernel.
    """

    def __init__(self, convolution: layers.Conv2D, scale: float):
        super().__init__(dtype="float32", name=convolution.name)
        kernel, bias = _weights(convolution, scale)
        rows, columns, _, filters = kernel.shape
        kernel = kernel.reshape(rows // 2, 2, columns // 2, 2, filters).transpose(0, 2, 1, 3, 4)
        kernel = kernel.reshape(rows // 2, columns // 2, 4, filters)
        _, height, width, _ = convolution.input.shape
        self.convolution = _with_weights(
            layers.Conv2D(
                filters, kernel.shape[:2], activation=convolution.activation, dtype="float32"
            ),
            (1, height // 2, width // 2, 4),
            kernel,
            bias,
        )

    def call(self, x: Any) -> Any:
        """The convolution's answers."""
        return self.convolution(_blocks_as_channels(x))


def _blocks_as_channels(x: Any) -> Any:
    """(B, H, W, C) to (B, H/2, W/2, 4 C); keras.ops has it only since Keras 3.13."""
    import tensorflow

    return tensorflow.nn.space_to_depth(x, 2)


class Gate(layers.Layer):
    """A gate as convolution, sigmoid and product, of which runtimes have kernels.

    It gives (gated map, mask), as `AttentionGate` with `return_attention=True` does.
    """

    def __init__(self, gate: AttentionGate):
        super().__init__(dtype="float32", name=gate.name)
        bias = ops.convert_to_numpy(gate.bias).astype("float32")
        self.convolution = self._scores(gate.kernel, bias)
        self.gating_convolution: layers.Conv2D | None = None
        if gate.gating_kernel is not None:
            self.gating_convolution = self._scores(gate.gating_kernel, np.zeros_like(bias))

    @staticmethod
    def _scores(weights: Any, bias: np.ndarray) -> layers.Conv2D:
        kernel = ops.convert_to_numpy(weights).astype("float32")
        convolution = layers.Conv2D(kernel.shape[-1], kernel.shape[:2], dtype="float32")
        return _with_weights(convolution, (1, None, None, kernel.shape[2]), kernel, bias)

    def call(self, x: Any, gating: Any = None) -> tuple[Any, Any]:
        """The gated map and its mask."""
        scores = self.convolution(x)
        if self.gating_convolution is not None:
            scores = scores + ops.image.resize(
                self.gating_convolution(gating),
                scores.shape[1:3],
                interpolation="nearest",
                data_format="channels_last",
            )
        mask = ops.sigmoid(scores)
        return x * mask, mask


def _with_weights(
    layer: layers.Conv2D, input_shape: tuple[int | None, ...], kernel: np.ndarray, bias: np.ndarray
) -> layers.Conv2D:
    layer.build(input_shape)
    layer.set_weights([kernel, bias])
    return layer
