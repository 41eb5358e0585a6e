"""AttentionGate, the layer the project is about."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

MASK_KINDS = ("spatial", "channelwise")

# sigmoid(2) = 0.88: the gate starts open and training closes it where that helps. With a bias of
# zero every feature is halved at the start; after one epoch of plain SGD the gated LeNet then
# stands at 21 % on MNIST, the LeNet without gates at 82 %.
OPEN_BIAS = 2.0


@keras.saving.register_keras_serializable(package="digitnet")
class AttentionGate(keras.layers.Layer):
    """Weighs every position of a feature map by a mask computed from the map itself.

    A 1×1 convolution looks at the channels of one position, a sigmoid turns the answer into a
    number between 0 (closed) and 1 (open), and the map is multiplied by it:

    ```
    attention = sigmoid(conv1x1(x) + bias)    # (B, H, W, 1), or (B, H, W, C) if channelwise
    output = attention * x                    # (B, H, W, C)
    ```

    The channels of one position know a stroke, not what it belongs to. Given a second map that
    does, a deeper and coarser one, the mask is computed from both:

    ```
    attention = sigmoid(conv1x1(x) + enlarged(conv1x1(gating)) + bias)
    ```

    Args:
        mask: `"spatial"` (default), one mask shared by all channels, C + 1 weights; or
            `"channelwise"`, a mask for every channel, C·C + C weights.
        data_format: `"channels_last"` or `"channels_first"`. Defaults to
            `keras.config.image_data_format()`.
        kernel_initializer: Initialiser of the 1×1 kernel.
        bias_initializer: Initialiser of the bias. Defaults to the constant 2, with which a gate
            starts 88 % open.
        kernel_regularizer: Optional regulariser of the kernel.
        bias_regularizer: Optional regulariser of the bias.
        activity_regularizer: Optional regulariser of the gated output, and of it alone; kept as
            `gated_regularizer`, because Keras would apply one of its own name to the mask, too.
        kernel_constraint: Optional constraint on the kernel after each update.
        bias_constraint: Optional constraint on the bias after each update.

    Call arguments:
        inputs: Feature map of rank 4, any float dtype.
        gating: Optional map `(B, h, w, G)`, likewise channels first for `channels_first`, whose
            height and width divide those of `inputs`. A layer that is first called with one always
            needs one; it has G more weights (C·G if channelwise).
        return_attention: If `True`, the layer returns `(output, attention)`. Defaults to `False`.

    Input shape:
        `(B, H, W, C)`, or `(B, C, H, W)` if `data_format="channels_first"`. Batch and spatial
        sizes may be unknown; C must be known.

    Output shape:
        The input's shape. The mask has one channel if spatial, C if channelwise.

    Raises:
        ValueError: On an unknown `mask` or `data_format`, on an input that is not of rank 4, on an
            unknown number of channels, and where `gating` is given to a layer that was built
            without one or the other way round.

    Example:

    >>> import numpy as np
    >>> gate = AttentionGate()
    >>> gate(np.ones((2, 14, 14, 6), "float32")).shape == (2, 14, 14, 6)
    True
    >>> gate.attention(np.ones((2, 14, 14, 6), "float32")).shape == (2, 14, 14, 1)
    True

    Reference:
        Hao and Chen, "Deep Neural Network for Handwritten Digital Recognition Based on Attention
        Mechanism", figure 3. The paper does not say how the bias starts; ours starts open.
        The second map is the gating signal of Oktay et al. 2018, "Attention U-Net", without the
        hidden layer between the two convolutions.
    """

    def __init__(
        self,
        mask: str = "spatial",
        data_format: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = None,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if mask not in MASK_KINDS:
            raise ValueError(
                f"`mask` must be 'spatial' (one mask for all channels) or 'channelwise' "
                f"(one for each channel). Received: mask={mask!r}"
            )
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(
                "`data_format` must be 'channels_last' or 'channels_first'. "
                f"Received: data_format={data_format!r}"
            )
        self.mask = mask
        self.data_format = data_format or keras.config.image_data_format()
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        if bias_initializer is None:
            bias_initializer = keras.initializers.Constant(OPEN_BIAS)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.gated_regularizer = keras.regularizers.get(activity_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)

    def build(
        self,
        inputs_shape: Sequence[int | None],
        gating_shape: Sequence[int | None] | None = None,
    ) -> None:
        channel_axis = self._channel_axis
        channels = self._channels(inputs_shape)
        filters = channels if self.mask == "channelwise" else 1
        self.kernel = self.add_weight(
            name="kernel",
            shape=(1, 1, channels, filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(filters,),
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )
        self.gating_kernel = None
        if gating_shape is not None:
            self.gating_kernel = self.add_weight(
                name="gating_kernel",
                shape=(1, 1, self._channels(gating_shape), filters),
                initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer,
                constraint=self.kernel_constraint,
            )
        self.input_spec = keras.InputSpec(ndim=4, axes={channel_axis: channels})

    def attention(self, inputs: Any, gating: Any = None) -> Any:
        """Returns the mask for a batch: `(B, H, W, 1)` or `(B, H, W, C)`, floats in 0..1.

        For `channels_first` the channels come second, as in the input. The dtype is the layer's
        compute dtype. The layer is built if it is not yet.
        """
        inputs = ops.convert_to_tensor(inputs, dtype=self.compute_dtype)
        if gating is not None:
            gating = ops.convert_to_tensor(gating, dtype=self.compute_dtype)
        if not self.built:
            self.build(inputs.shape, None if gating is None else gating.shape)
        return self._attention(inputs, gating)

    def call(self, inputs: Any, gating: Any = None, return_attention: bool = False) -> Any:
        attention = self._attention(inputs, gating)
        gated = inputs * attention
        if self.gated_regularizer is not None:
            loss = self.gated_regularizer(gated)
            # Over the batch's size, as Keras has it for every layer.
            self.add_loss(ops.divide_no_nan(loss, ops.cast(ops.shape(gated)[0], loss.dtype)))
        return (gated, attention) if return_attention else gated

    def compute_output_shape(
        self,
        inputs_shape: Sequence[int | None],
        gating_shape: Sequence[int | None] | None = None,
    ) -> tuple[int | None, ...]:
        return tuple(inputs_shape)

    def compute_output_spec(
        self, inputs: Any, gating: Any = None, return_attention: bool = False
    ) -> Any:
        gated = keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)
        if not return_attention:
            return gated
        attention_shape = list(inputs.shape)
        if self.mask == "spatial":
            attention_shape[self._channel_axis] = 1
        return gated, keras.KerasTensor(attention_shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "mask": self.mask,
            "data_format": self.data_format,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": keras.regularizers.serialize(self.gated_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }

    @property
    def _channel_axis(self) -> int:
        return 3 if self.data_format == "channels_last" else 1

    def _channels(self, shape: Sequence[int | None]) -> int:
        """The number of channels in the shape of a feature map."""
        if len(shape) != 4:
            raise ValueError(
                f"AttentionGate {self.name!r} expects a feature map of rank 4, (batch, height, "
                f"width, channels) or (batch, channels, height, width). "
                f"Received: input_shape={tuple(shape)}"
            )
        channels = shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                f"AttentionGate {self.name!r} needs a known number of channels on axis "
                f"{self._channel_axis} ({self.data_format}). Received: input_shape={tuple(shape)}"
            )
        return channels

    def _attention(self, inputs: Any, gating: Any = None) -> Any:
        if (gating is None) != (self.gating_kernel is None):
            built, given = ("without", "one") if gating is not None else ("with", "none")
            raise ValueError(
                f"AttentionGate {self.name!r} was built {built} a gating map and is given {given}."
            )
        scores = self._scores(inputs, self.kernel)
        if gating is not None:
            # One channel is enlarged, not all that it was computed from.
            size = (ops.shape(scores)[1], ops.shape(scores)[2])
            scores = scores + ops.image.resize(
                self._scores(gating, self.gating_kernel),
                size,
                interpolation="nearest",
                data_format="channels_last",
            )
        attention = ops.sigmoid(scores + ops.cast(self.bias, self.compute_dtype))
        if self.data_format == "channels_first":
            attention = ops.transpose(attention, (0, 3, 1, 2))
        return attention

    def _scores(self, features: Any, kernel: Any) -> Any:
        """A 1×1 convolution, channels last whatever the layout of the features."""
        # TensorFlow has no channels-first convolution on a CPU, so the channels step last for it.
        if self.data_format == "channels_first":
            features = ops.transpose(features, (0, 2, 3, 1))
        kernel = ops.cast(kernel, self.compute_dtype)
        return ops.conv(features, kernel, padding="valid", data_format="channels_last")
