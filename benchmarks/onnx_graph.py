"""A digitnet model as an ONNX file, so that ONNX Runtime can be timed on the same network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edge_demo.contract import UserError, run_command

if TYPE_CHECKING:
    import keras


OPERATOR_SET, FORMAT_VERSION = 17, 8  # what every onnxruntime of the last years reads


def to_onnx(model: keras.Model) -> bytes:
    """Writes a chain of layers as an ONNX model of image uint8 `(1, 28, 28, 1)` to probabilities.

    Channels come first inside, as ONNX Runtime's kernels have them; the one-channel image is
    reshaped, and the first dense layer's rows are put in the order of channels first, so that
    nothing is transposed while it runs.

    Raises:
        UserError: the model has a layer that neither LeNet nor `edge` has, or is no chain.
    """
    import numpy as np
    from keras import layers
    from onnx import TensorProto

    from digitnet.attention import AttentionGate
    from digitnet.networks.digits_only import DigitsOnly

    writer = _Writer()
    x, shape = "image", None
    flattened = None
    for layer in model.layers[1:]:
        if len(layer._inbound_nodes) != 1 or isinstance(layer.input, (list, tuple)):
            raise UserError(f"Layer {layer.name!r} makes the model more than a chain.")
        if isinstance(layer, layers.Rescaling):
            x = writer.node("Cast", [x], to=TensorProto.FLOAT)
            x = writer.node("Mul", [x, writer.constant(np.float32(layer.scale))])
            x = writer.node("Reshape", [x, writer.constant(np.array([1, 1, 28, 28]))])
        elif type(layer) is layers.Conv2D:
            x = _activated(writer, _conv_node(writer, x, layer), layer.activation)
        elif isinstance(layer, layers.DepthwiseConv2D):
            x = _activated(writer, _depthwise(writer, x, layer), layer.activation)
        elif isinstance(layer, layers.BatchNormalization):
            x = _normalised(writer, x, layer)
        elif isinstance(layer, layers.ReLU):
            x = writer.node("Relu", [x])
        elif isinstance(layer, layers.MaxPooling2D):
            x = writer.node("MaxPool", [x], kernel_shape=layer.pool_size, strides=layer.strides)
        elif isinstance(layer, AttentionGate):
            mask = writer.node("Sigmoid", [_conv_node(writer, x, layer)])
            x = writer.node("Mul", [x, mask])
        elif isinstance(layer, layers.Flatten):
            flattened, x = layer.input.shape[1:], writer.node("Flatten", [x])
        elif isinstance(layer, layers.Dense):
            x = _dense(writer, x, layer, flattened)
            flattened = None
        elif isinstance(layer, layers.Softmax):
            x = writer.node("Softmax", [x])
        elif isinstance(layer, DigitsOnly):
            ends = [np.array([value]) for value in (0, layer.output.shape[-1], -1)]
            x = writer.node("Slice", [x, *map(writer.constant, ends)])
        else:
            raise UserError(f"There is no ONNX for layer {layer.name!r} ({type(layer).__name__}).")
        shape = layer.output.shape
    return writer.model(x, (1, *shape[1:]))


def _conv_node(writer, x, layer):
    import keras
    import numpy as np

    kernel = np.transpose(keras.ops.convert_to_numpy(layer.kernel), (3, 2, 0, 1))
    return _slid(writer, x, layer, kernel)


def _depthwise(writer, x, layer):
    import keras
    import numpy as np

    # Keras has (height, width, channels, multiplier), ONNX (outputs, inputs of a group, ...).
    kernel = np.transpose(keras.ops.convert_to_numpy(layer.kernel), (2, 3, 0, 1))
    kernel = kernel.reshape(-1, 1, *kernel.shape[2:])
    return _slid(writer, x, layer, kernel, group=layer.input.shape[-1])


def _slid(writer, x, layer, kernel, group=1):
    import keras

    weights = [kernel]
    if layer.bias is not None:
        weights.append(keras.ops.convert_to_numpy(layer.bias))
    # A gate has neither padding nor strides: its windows are 1×1. TensorFlow's "same" adds the odd
    # pixel at the end.
    padding = getattr(layer, "padding", "valid")
    return writer.node(
        "Conv",
        [x, *map(writer.constant, weights)],
        auto_pad={"same": "SAME_UPPER", "valid": "VALID"}[padding],
        strides=getattr(layer, "strides", (1, 1)),
        group=group,
    )


def _normalised(writer, x, layer):
    import keras

    weights = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    arrays = [writer.constant(keras.ops.convert_to_numpy(weight)) for weight in weights]
    return writer.node("BatchNormalization", [x, *arrays], epsilon=layer.epsilon)


def _dense(writer, x, layer, flattened):
    import keras
    import numpy as np

    kernel = keras.ops.convert_to_numpy(layer.kernel)
    if flattened is not None and len(flattened) == 3:
        rows = np.arange(len(kernel)).reshape(flattened).transpose(2, 0, 1).ravel()
        kernel = kernel[rows]
    bias = keras.ops.convert_to_numpy(layer.bias)
    x = writer.node("Gemm", [x, writer.constant(kernel), writer.constant(bias)])
    return _activated(writer, x, layer.activation)


def _activated(writer, x, activation):
    name = activation.__name__
    if name == "linear":
        return x
    operators = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softmax": "Softmax"}
    if name not in operators:
        raise UserError(f"There is no ONNX for the activation {name!r}.")
    return writer.node(operators[name], [x])


class _Writer:
    """Collects nodes and constants, giving each result a name."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def node(self, operator, inputs, **attributes):
        from onnx import helper

        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, array):
        import numpy as np
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def model(self, output, output_shape):
        import onnx
        from onnx import TensorProto, helper

        image = helper.make_tensor_value_info("image", TensorProto.UINT8, (1, 28, 28, 1))
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, output_shape)
        graph = helper.make_graph(self.nodes, "digitnet", [image], [result], self.constants)
        imports = [helper.make_opsetid("", OPERATOR_SET)]
        model = helper.make_model(graph, opset_imports=imports, ir_version=FORMAT_VERSION)
        onnx.checker.check_model(model)
        return model.SerializeToString()


def main(argv=None):
    """Writes MODEL.keras as an ONNX file."""
    return run_command(_main, argv)


def _main(argv):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.onnx_graph", description=main.__doc__
    )
    parser.add_argument("model", help="the trained .keras file")
    parser.add_argument("out", type=Path, help="the ONNX file")
    arguments = parser.parse_args(argv)

    from export.trained_run import load_model

    arguments.out.write_bytes(to_onnx(load_model(arguments.model)))


if __name__ == "__main__":
    sys.exit(main())
