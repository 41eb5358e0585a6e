"""What a target runtime can run, checked against the file itself before it gets its name."""

from typing import NamedTuple

from edge_demo.contract import UserError
from export.flatfile import Graph
from export.runtime_operators import MICRO_OPERATORS, RUNTIME_OPERATORS


class Target(NamedTuple):
    """A runtime to export for: what it is called, and the formats it has kernels for."""

    name: str
    runtime: str
    formats: tuple[str, ...]


TARGETS = {
    "tflite-runtime-2.14": Target(
        "tflite-runtime-2.14",
        "tflite-runtime 2.14.0",
        ("int8", "float32", "float16", "dynamic"),
    ),
    "litert": Target("litert", "ai-edge-litert 2.3.0", ("int8", "float32", "float16", "dynamic")),
    "tflm": Target("tflm", "TensorFlow Lite Micro", ("int8",)),
}
DEFAULT = "tflite-runtime-2.14"


def problems(graph: Graph, target_name: str) -> list[str]:
    """Why a target cannot run a graph: a sentence for each reason, with the cure. Empty: it can.

    Args:
        graph: as `flatfile.read` returns it.
        target_name: a key of `TARGETS`.
    """
    target = TARGETS[target_name]
    if target_name == "tflm":
        return _micro_problems(graph, target)
    known = RUNTIME_OPERATORS[target.runtime]
    found = []
    for name, version in graph.operator_versions().items():
        if name not in known:
            found.append(
                f"{target.runtime} has no operator {name}: take it out of the model, or build "
                "the layer from others"
            )
        elif version > known[name]:
            cure = "export with --target litert and run it with ai-edge-litert"
            if name == "FULLY_CONNECTED" and version == 12:
                cure = "give dense layers one scale per tensor, as this export does by itself"
            found.append(
                f"{target.runtime} runs {name} up to version {known[name]} and the file has "
                f"version {version}: {cure}"
            )
    return found


def runnable_by(graph: Graph) -> list[str]:
    """The names of the targets that can run a graph."""
    return [name for name in TARGETS if not problems(graph, name)]


def check(graph: Graph, target_name: str, file_name: str) -> None:
    """Raises UserError, with operator, version and cure, where the target cannot run the graph."""
    found = problems(graph, target_name)
    if found:
        raise UserError(f"{file_name} cannot run on the target: {'; '.join(found)}.")


def _micro_problems(graph: Graph, target: Target) -> list[str]:
    operators: dict[str, list[str]] = {}  # that have a reason in common
    for operator in graph.operators:
        name = f"{operator.name} (version {operator.version})"
        read = [graph.tensors[index] for index in operator.inputs if index >= 0]
        if operator.name not in MICRO_OPERATORS:
            reason = (
                f"unknown to {target.runtime}: take it out of the model, or build the layer from "
                "others"
            )
        elif any(tensor.dtype in ("float32", "float16") for tensor in read):
            reason = "in floating point: export int8 for microcontrollers"
        elif operator.name == "FULLY_CONNECTED" and len(read[1].scales) > 1:
            reason = (
                f"with {len(read[1].scales)} scales where microcontroller kernels take one: give "
                "dense layers one scale per tensor, as this export does by itself"
            )
        else:
            continue
        operators.setdefault(reason, []).append(name)
    return [f"{', '.join(dict.fromkeys(names))} {reason}" for reason, names in operators.items()]
