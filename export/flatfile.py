"""What a .tflite file holds, read from its flatbuffer without any runtime.

The package `tflite` has the published schema's tables, and that is all that reading needs. It lacks
the schema's object interface, with which `trim` writes and which TensorFlow carries: that takes
seconds to import, and follows the lengths of a damaged file to wherever they lead.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from edge_demo.contract import ATTENTION, IMAGE_SHAPE, NUM_CLASSES, PROBABILITIES

if TYPE_CHECKING:
    import tflite

IDENTIFIER = b"TFL3"


class Tensor(NamedTuple):
    """A tensor: shape as a tuple, dtype such as "int8", per-channel scales as tuples.

    `content` is the bytes of a constant, empty for a tensor that is computed.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    content: bytes


class Operator(NamedTuple):
    """One step of the graph: "CONV_2D", its version, and indices of tensors (-1: left out)."""

    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class Graph(NamedTuple):
    """The one subgraph of a file, with its signature's names for inputs and outputs.

    `inputs` and `outputs` are name to index of the tensor, in the order of the file's subgraph: the
    one in which runtimes number them. `oldest_runtime` is the converter's note of the first
    TensorFlow Lite that has the operators.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: dict[str, int]
    outputs: dict[str, int]
    oldest_runtime: str = ""

    def operator_versions(self) -> dict[str, int]:
        """Returns {operator name: highest version}, sorted by name."""
        versions: dict[str, int] = {}
        for operator in self.operators:
            versions[operator.name] = max(operator.version, versions.get(operator.name, 0))
        return dict(sorted(versions.items()))


def read(content: bytes) -> Graph:
    """Reads the graph of a .tflite file.

    Raises:
        ValueError: it is no .tflite file, it is damaged, or it has more than one subgraph.
    """
    import tflite  # noqa: F401, here: a package that is missing is no damage

    if content[4:8] != IDENTIFIER:
        raise ValueError("it is empty" if not content else "it is not a TensorFlow Lite file")
    try:
        return _read(content)
    except ValueError:
        raise
    except Exception as error:  # a damaged offset ends in whatever struct and NumPy raise
        raise ValueError(f"its flatbuffer is damaged ({error})") from error


def check_contract(graph: Graph) -> None:
    """Raises ValueError where a graph does not keep the contract of a model file.

    The input's real numbers must be the pixels themselves (or have no scale at all), so that a
    device writes its uint8 image into the tensor and is done.
    """
    images = [graph.tensors[index] for index in graph.inputs.values()]
    if [(tensor.dtype, tensor.shape) for tensor in images] != [("uint8", (1, *IMAGE_SHAPE))]:
        found = ", ".join(f"{tensor.dtype} {list(tensor.shape)}" for tensor in images)
        raise ValueError(f"its input is {found or 'missing'} where uint8 [1, 28, 28, 1] is wanted")
    if images[0].scales and (images[0].scales, images[0].zero_points) != ((1.0,), (0,)):
        raise ValueError(
            f"its input has scale {images[0].scales} and zero point {images[0].zero_points} "
            "where 1 and 0 are wanted"
        )
    shapes = {name: graph.tensors[index].shape for name, index in graph.outputs.items()}
    in_order = list(shapes) in ([PROBABILITIES], [PROBABILITIES, ATTENTION])
    if not in_order or shapes[PROBABILITIES] != (1, NUM_CLASSES):
        raise ValueError(
            f"its outputs are {shapes} where `probabilities` [1, 10] and, after it, `attention` "
            "are wanted"
        )


def _read(content: bytes) -> Graph:
    import tflite

    model = tflite.Model.GetRootAsModel(content, 0)
    if model.SubgraphsLength() != 1:
        raise ValueError(f"it holds {model.SubgraphsLength()} graphs where digitnet's have one")
    graph = model.Subgraphs(0)
    count = _Counter(len(content))
    codes = [_code(model.OperatorCodes(i)) for i in count(model.OperatorCodesLength())]
    tensors = tuple(_tensor(model, graph.Tensors(i)) for i in count(graph.TensorsLength()))
    operators = []
    for i in count(graph.OperatorsLength()):
        one = graph.Operators(i)
        name, version = codes[one.OpcodeIndex()]
        inputs, outputs = _integers(one.InputsAsNumpy()), _integers(one.OutputsAsNumpy())
        operators.append(Operator(name, version, inputs, outputs))
    graph_inputs, graph_outputs = (
        _integers(graph.InputsAsNumpy()),
        _integers(graph.OutputsAsNumpy()),
    )
    used = [*graph_inputs, *graph_outputs, *(t for o in operators for t in (*o.inputs, *o.outputs))]
    if not all(-1 <= index < len(tensors) for index in used):
        raise ValueError("its flatbuffer is damaged (an operator reads a tensor that is not there)")
    named_inputs, named_outputs = _signature(model, count)
    return Graph(
        tensors,
        tuple(operators),
        {named_inputs.get(i, tensors[i].name): i for i in graph_inputs},
        {named_outputs.get(i, tensors[i].name): i for i in graph_outputs},
        _oldest_runtime(model, count),
    )


class _Counter:
    """A range that refuses counts no file of this size can have: a damaged length is up to 2³²."""

    def __init__(self, size: int):
        self.size = size

    def __call__(self, count: int) -> range:
        if count > self.size:
            raise ValueError("its flatbuffer is damaged (a length beyond the end of the file)")
        return range(count)


def _integers(vector: Any) -> tuple[int, ...]:
    """A vector of the file as integers; one that is left out is 0 instead of an array."""
    return tuple(int(value) for value in vector) if isinstance(vector, np.ndarray) else ()


@functools.cache
def _names(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if not name.startswith("_")}


def _code(code: tflite.OperatorCode) -> tuple[str, int]:
    import tflite

    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == tflite.BuiltinOperator.CUSTOM:
        return f"CUSTOM {(code.CustomCode() or b'').decode()}", code.Version()
    return _names(tflite.BuiltinOperator).get(number, f"BUILTIN_{number}"), code.Version()


def _tensor(model: tflite.Model, tensor: tflite.Tensor) -> Tensor:
    import tflite

    quantization = tensor.Quantization()
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    if quantization is not None and quantization.ScaleLength():
        scales = tuple(float(scale) for scale in quantization.ScaleAsNumpy())
        zero_points = _integers(quantization.ZeroPointAsNumpy())
    buffer = model.Buffers(tensor.Buffer())
    content = np.asarray(buffer.DataAsNumpy()).tobytes() if buffer.DataLength() else b""
    return Tensor(
        (tensor.Name() or b"").decode(),
        _integers(tensor.ShapeAsNumpy()),
        _names(tflite.TensorType).get(tensor.Type(), f"type {tensor.Type()}").lower(),
        scales,
        zero_points,
        content,
    )


def _signature(model: tflite.Model, count: _Counter) -> tuple[dict[int, str], dict[int, str]]:
    """The names that the file's signature gives to tensors: of its inputs, and of its outputs."""
    if not model.SignatureDefsLength():
        return {}, {}
    signature = model.SignatureDefs(0)
    inputs = [signature.Inputs(i) for i in count(signature.InputsLength())]
    outputs = [signature.Outputs(i) for i in count(signature.OutputsLength())]
    return (
        {item.TensorIndex(): item.Name().decode() for item in inputs},
        {item.TensorIndex(): item.Name().decode() for item in outputs},
    )


def _oldest_runtime(model: tflite.Model, count: _Counter) -> str:
    for i in count(model.MetadataLength()):
        note = model.Metadata(i)
        if note.Name() == b"min_runtime_version":
            version = bytes(model.Buffers(note.Buffer()).DataAsNumpy())
            return version.rstrip(b"\0").decode()
    return ""
