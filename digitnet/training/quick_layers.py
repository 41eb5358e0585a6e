"""Layers that train faster than Keras' own with the same weights, for the network in `fit`.

A model keeps its layers; the network that is trained is a twin whose layers hold them. Each twin
layer computes the same function in another way while it trains, and is the layer itself otherwise,
so that scores are the model's own.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from digitnet.attention import AttentionGate

# Multiplications an image, up to which a convolution is a product of a dense matrix here. LeNet's
# two have 0.66 and 0.67 million, three to six times what a convolution needs, and yet a step of the
# network takes XLA on a CPU two thirds of the time, and a fifth within a loop.
MOST_PRODUCTS = 1_000_000


class Twin(keras.layers.Layer):
    """Another layer, computed by `quickly` while it trains."""

    def __init__(self, layer: keras.Layer) -> None:
        super().__init__(name=layer.name, dtype=layer.dtype_policy)
        self.layer = layer

    def call(self, inputs: Any, *, training: bool = False) -> Any:
        return self.quickly(inputs) if training else self.layer(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)

    def quickly(self, inputs: Any) -> Any:
        """What the layer gives while it trains."""
        raise NotImplementedError


class ConvolutionAsProduct(Twin):
    """A small `Conv2D` with stride 1: rows of the image by a banded matrix.

    XLA has no quick convolution with few channels on a CPU, least of all for its gradients, nor
    one for many networks side by side; products of matrices it has.
    """

    def quickly(self, inputs: Any) -> Any:
        """As `Twin` has it."""
        layer = self.layer
        kernel = ops.cast(layer.kernel, self.compute_dtype)
        outputs = convolved(inputs, kernel, layer.padding == "same")
        if layer.use_bias:
            outputs = outputs + ops.cast(layer.bias, self.compute_dtype)
        return layer.activation(outputs)

    @staticmethod
    def fits(layer: keras.Layer) -> bool:
        """Whether this can stand for a layer, and does not cost more than it saves."""
        if not isinstance(layer, keras.layers.Conv2D):
            return False
        plain = (layer.strides, layer.dilation_rate, layer.groups, layer.data_format)
        if plain != ((1, 1), (1, 1), 1, "channels_last") or layer.activity_regularizer:
            return False
        _, _, width, channels = layer.input.shape
        _, height, width_out, filters = layer.output.shape
        products = height * layer.kernel_size[0] * width * channels * width_out * filters
        return products <= MOST_PRODUCTS


def convolved(images: Any, kernel: Any, same: bool) -> Any:
    """A convolution with stride 1, as one product.

    Args:
        images: `(B, H, W, C)`.
        kernel: `(R, S, C, F)`.
        same: Whether zeros are laid around, so that the size stays; else it shrinks.

    Returns:
        `(B, H', W', F)`.
    """
    rows, columns, channels, filters = kernel.shape
    above, left = ((rows - 1) // 2, (columns - 1) // 2) if same else (0, 0)
    if same:
        images = ops.pad(images, ((0, 0), (above, rows - 1 - above), (0, 0), (0, 0)))
    _, height, width, _ = images.shape
    height_out = height - rows + 1
    width_out = width if same else width - columns + 1
    # 1 where column w of an image meets column s of the kernel for column v of the output.
    column = ops.arange(width)[:, None] - ops.arange(width_out) + left  # W, W'
    meets = ops.cast(column == ops.arange(columns)[:, None, None], kernel.dtype)  # S, W, W'
    band = ops.einsum("swv,rscf->rwcvf", meets, kernel)
    band = ops.reshape(band, (rows * width * channels, width_out * filters))
    flat = ops.reshape(images, (-1, height, width * channels))
    beside = ops.concatenate([flat[:, row : row + height_out] for row in range(rows)], axis=-1)
    return ops.reshape(ops.matmul(beside, band), (-1, height_out, width_out, filters))


class GateAsProduct(Twin):
    """An `AttentionGate` whose 1×1 convolution is a product."""

    def call(self, inputs: Any, gating: Any = None, *, training: bool = False) -> Any:
        if training:
            return self.quickly(inputs, gating)
        return self.layer(inputs, gating=gating)

    def compute_output_shape(self, inputs_shape: Any, gating_shape: Any = None) -> Any:
        return inputs_shape

    def quickly(self, inputs: Any, gating: Any = None) -> Any:
        """As `Twin` has it."""
        gate = self.layer
        scores = self._scores(inputs, gate.kernel)
        if gating is not None:
            coarse = self._scores(gating, gate.gating_kernel)
            for axis in (1, 2):  # enlarged by repetition, which has a quicker gradient
                coarse = ops.repeat(coarse, inputs.shape[axis] // coarse.shape[axis], axis)
            scores = scores + coarse
        return inputs * ops.sigmoid(scores + ops.cast(gate.bias, self.compute_dtype))

    def _scores(self, features: Any, kernel: Any) -> Any:
        return ops.matmul(features, ops.cast(kernel, self.compute_dtype)[0, 0])

    @staticmethod
    def fits(layer: keras.Layer) -> bool:
        """Whether this can stand for a layer."""
        fits = (
            isinstance(layer, AttentionGate)
            and layer.data_format == "channels_last"
            and layer.gated_regularizer is None
        )
        if not fits or layer.gating_kernel is None:
            return fits
        (_, height, width, _), (_, rows, columns, _) = (one.shape for one in layer.input)
        return None not in (height, width, rows, columns) and not (height % rows or width % columns)


class PoolingByPairs(Twin):
    """2×2 maximum pooling as the larger of two, twice: XLA's own has a slow gradient on a CPU.

    Where two are equal each takes half of the gradient. They are where the image is empty, with
    equal inputs, so that the kernel's gradient is the same.
    """

    def quickly(self, inputs: Any) -> Any:
        """As `Twin` has it."""
        _, height, width, channels = inputs.shape
        pairs = ops.reshape(inputs, (-1, height // 2, 2, width, channels))
        taller = ops.maximum(pairs[:, :, 0], pairs[:, :, 1])
        pairs = ops.reshape(taller, (-1, height // 2, width // 2, 2, channels))
        return ops.maximum(pairs[:, :, :, 0], pairs[:, :, :, 1])

    @staticmethod
    def fits(layer: keras.Layer) -> bool:
        """Whether this can stand for a layer."""
        if not isinstance(layer, keras.layers.MaxPooling2D):
            return False
        same = (layer.pool_size, layer.strides, layer.data_format) == ((2, 2),) * 2 + (
            "channels_last",
        )
        return same and not any(side % 2 for side in layer.input.shape[1:3])


class BareConvolution(Twin):
    """A `Conv2D` without bias and activation, which come behind the pooling that follows it."""

    def quickly(self, inputs: Any) -> Any:
        """As `Twin` has it."""
        layer = self.layer
        return layer.convolution_op(inputs, ops.cast(layer.kernel, self.compute_dtype))


class PoolingFirst(Twin):
    """Maximum pooling, and then the bias and the activation of the convolution before it.

    Both only grow with what they are given, so that the largest of four stays the largest: the
    same function of a quarter of the numbers.
    """

    def __init__(self, layer: keras.Layer, convolution: keras.Layer) -> None:
        super().__init__(layer)
        self.convolution = convolution

    def quickly(self, inputs: Any) -> Any:
        """As `Twin` has it."""
        bias = ops.cast(self.convolution.bias, self.compute_dtype)
        return self.convolution.activation(self.layer(inputs) + bias)


def pooled_convolutions(layers: list[keras.Layer]) -> dict[str, keras.Layer]:
    """Convolutions with bias and ReLU whose only follower is a maximum pooling, by its name."""
    found = {}
    for pool in layers:
        if not isinstance(pool, keras.layers.MaxPooling2D):
            continue
        makers = [one for one in layers if one is not pool and one.output is pool.input]
        takers = [one for one in layers if any(part is pool.input for part in _inputs(one))]
        for maker in makers:
            fits = isinstance(maker, keras.layers.Conv2D) and maker.use_bias
            if fits and maker.activation is keras.activations.relu and takers == [pool]:
                if maker.data_format == "channels_last":
                    found[pool.name] = maker
    return found


def _inputs(layer: keras.Layer) -> list[Any]:
    inputs = layer.input
    return inputs if isinstance(inputs, list) else [inputs]


def pooling_first(model: keras.Model) -> Callable[[keras.Layer], keras.Layer]:
    """What stands for each layer of a model where TensorFlow computes one operation at a time."""
    behind = pooled_convolutions(model.layers)
    convolutions = {layer.name for layer in behind.values()}

    def quick(layer: keras.Layer) -> keras.Layer:
        if layer.name in convolutions:
            return BareConvolution(layer)
        return PoolingFirst(layer, behind[layer.name]) if layer.name in behind else layer

    return quick


def as_products(layer: keras.Layer) -> keras.Layer:
    """A layer's twin for XLA, or the layer itself where there is none for it."""
    kinds = (ConvolutionAsProduct, GateAsProduct, PoolingByPairs)
    kind = next((kind for kind in kinds if kind.fits(layer)), None)
    return kind(layer) if kind else layer


def twin(
    model: keras.Model, output: str, quick: Callable[[keras.Layer], keras.Layer]
) -> tuple[Any, Any]:
    """Input and output of a model's twin that ends at its layer `output`."""
    part = keras.Model(model.input, model.get_layer(output).output)
    same = keras.models.clone_model(part, model.input, clone_function=quick)
    return same.input, same.output


def convolves(layers: list[keras.Layer]) -> bool:
    """Whether a convolution is left among a network's layers."""
    return any(isinstance(layer, keras.layers.Conv2D | AttentionGate) for layer in layers)
