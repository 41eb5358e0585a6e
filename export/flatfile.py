"""What a .tflite file holds, read from its flatbuffer without any runtime."""

from typing import NamedTuple

import numpy as np
import tflite

IDENTIFIER = b"TFL3"
TENSOR_TYPES = {value: name.lower() for name, value in vars(tflite.TensorType).items()
                if not name.startswith("_")}  # fmt: skip
OPERATOR_NAMES = {value: name for name, value in vars(tflite.BuiltinOperator).items()
                  if not name.startswith("_")}  # fmt: skip


class Tensor(NamedTuple):
    """A tensor: shape as a tuple, dtype such as "int8", per-channel scales as tuples.

    `content` is the bytes of a constant, empty for a tensor that is computed.
    """

    name: str
    shape: tuple
    dtype: str
    scales: tuple
    zero_points: tuple
    content: bytes


class Operator(NamedTuple):
    """One step of the graph: "CONV_2D", its version, and indices of tensors (-1: left out)."""

    name: str
    version: int
    inputs: tuple
    outputs: tuple


class Graph(NamedTuple):
    """The one subgraph of a file, with its signature's names for inputs and outputs.

    `oldest_runtime` is the converter's note of the first TensorFlow Lite that has the operators.
    """

    tensors: tuple
    operators: tuple
    inputs: dict
    outputs: dict
    oldest_runtime: str = ""

    def operator_versions(self):
        """Returns {operator name: highest version}, sorted by name."""
        versions = {}
        for operator in self.operators:
            versions[operator.name] = max(operator.version, versions.get(operator.name, 0))
        return dict(sorted(versions.items()))


def read(content: bytes) -> Graph:
    """Reads the graph of a .tflite file.

    Raises:
        ValueError: it is no .tflite file, it is damaged, or it has more than one subgraph.
    """
    if content[4:8] != IDENTIFIER:
        raise ValueError("it is empty" if not content else "it is not a TensorFlow Lite file")
    try:
        return _read(content)
    except ValueError:
        raise
    except Exception as error:  # a damaged offset ends in whatever struct and NumPy raise
        raise ValueError(f"its flatbuffer is damaged ({error})") from error


def check_contract(graph: Graph):
    """Raises ValueError where a graph does not keep the contract of a model file.

    The input's real numbers must be the pixels themselves (or have no scale at all), so that a
    device writes its uint8 image into the tensor and is done.
    """
    images = [graph.tensors[index] for index in graph.inputs.values()]
    if [(tensor.dtype, tensor.shape) for tensor in images] != [("uint8", (1, 28, 28, 1))]:
        found = ", ".join(f"{tensor.dtype} {list(tensor.shape)}" for tensor in images)
        raise ValueError(f"its input is {found or 'missing'} where uint8 [1, 28, 28, 1] is wanted")
    if images[0].scales and (images[0].scales, images[0].zero_points) != ((1.0,), (0,)):
        raise ValueError(
            f"its input has scale {images[0].scales} and zero point {images[0].zero_points} "
            "where 1 and 0 are wanted"
        )
    shapes = {name: graph.tensors[index].shape for name, index in graph.outputs.items()}
    if shapes.get("probabilities") != (1, 10) or set(shapes) - {"probabilities", "attention"}:
        raise ValueError(
            f"its outputs are {shapes} where `probabilities` [1, 10] and `attention` are wanted"
        )


def _read(content):
    model = tflite.Model.GetRootAsModel(content, 0)
    if model.SubgraphsLength() != 1:
        raise ValueError(f"it holds {model.SubgraphsLength()} graphs where digitnet's have one")
    graph = model.Subgraphs(0)
    counted = _counter(len(content))
    codes = [_code(model.OperatorCodes(i)) for i in counted(model.OperatorCodesLength())]
    tensors = tuple(_tensor(model, graph.Tensors(i)) for i in counted(graph.TensorsLength()))
    operators = []
    for i in counted(graph.OperatorsLength()):
        operator = graph.Operators(i)
        inputs = tuple(operator.Inputs(j) for j in counted(operator.InputsLength()))
        outputs = tuple(operator.Outputs(j) for j in counted(operator.OutputsLength()))
        operators.append(Operator(*codes[operator.OpcodeIndex()], inputs, outputs))
    inputs = [graph.Inputs(i) for i in counted(graph.InputsLength())]
    outputs = [graph.Outputs(i) for i in counted(graph.OutputsLength())]
    used = [*inputs, *outputs, *(t for o in operators for t in (*o.inputs, *o.outputs))]
    if not all(-1 <= index < len(tensors) for index in used):
        raise ValueError("its flatbuffer is damaged (an operator reads a tensor that is not there)")
    named_inputs, named_outputs = _signature(model, counted)
    return Graph(
        tensors,
        tuple(operators),
        named_inputs or {tensors[i].name: i for i in inputs},
        named_outputs or {tensors[i].name: i for i in outputs},
        _oldest_runtime(model, counted),
    )


def _counter(size):
    """A range that refuses counts no file of this size can have: a damaged length is up to 2³²."""

    def counted(count):
        if count > size:
            raise ValueError("its flatbuffer is damaged (a length beyond the end of the file)")
        return range(count)

    return counted


def _code(code):
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == tflite.BuiltinOperator.CUSTOM:
        return f"CUSTOM {(code.CustomCode() or b'').decode()}", code.Version()
    return OPERATOR_NAMES.get(number, f"BUILTIN_{number}"), code.Version()


def _tensor(model, tensor):
    quantization = tensor.Quantization()
    scales = zero_points = ()
    if quantization is not None and quantization.ScaleLength():
        scales = tuple(float(scale) for scale in quantization.ScaleAsNumpy())
        zero_points = tuple(int(point) for point in quantization.ZeroPointAsNumpy())
    buffer = model.Buffers(tensor.Buffer())
    content = np.asarray(buffer.DataAsNumpy()).tobytes() if buffer.DataLength() else b""
    return Tensor(
        (tensor.Name() or b"").decode(),
        tuple(int(size) for size in tensor.ShapeAsNumpy()) if tensor.ShapeLength() else (),
        TENSOR_TYPES.get(tensor.Type(), f"type {tensor.Type()}"),
        scales,
        zero_points,
        content,
    )


def _signature(model, counted):
    if not model.SignatureDefsLength():
        return {}, {}
    signature = model.SignatureDefs(0)
    inputs = [signature.Inputs(i) for i in counted(signature.InputsLength())]
    outputs = [signature.Outputs(i) for i in counted(signature.OutputsLength())]
    return (
        {item.Name().decode(): item.TensorIndex() for item in inputs},
        {item.Name().decode(): item.TensorIndex() for item in outputs},
    )


def _oldest_runtime(model, counted):
    for i in counted(model.MetadataLength()):
        note = model.Metadata(i)
        if note.Name() == b"min_runtime_version":
            version = bytes(model.Buffers(note.Buffer()).DataAsNumpy())
            return version.rstrip(b"\0").decode()
    return ""
