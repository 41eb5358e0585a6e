"""`python -m export.inspect FILE`: what a .tflite file is, and which runtimes run it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import digitnet
from edge_demo import contract
from edge_demo.contract import UserError, run_command
from export import flatfile, targets
from export.flatfile import Tensor


def inspect(path: str | Path) -> dict[str, Any]:
    """Reads everything that a file says about itself, without running it.

    Returns:
        dict: bytes, metadata (its digitnet.json, or empty), inputs and outputs (name to dtype,
        shape, scale, zero point), operators (name to highest version), weights_bytes,
        oldest_runtime, runs_on (names of targets) and problems (target to sentences).

    Raises:
        UserError: the file cannot be read, is no .tflite file, or is damaged.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        flatbuffer, metadata = contract.unpacked(content)
        graph = flatfile.read(flatbuffer)
    except ValueError as error:
        raise UserError(
            f"{path} is no whole .tflite file: {error}; copy it again, or export it again with "
            "`python -m export RUN_DIR`."
        ) from error
    problems = {name: targets.problems(graph, name) for name in targets.TARGETS}
    return {
        "file": str(path),
        "bytes": len(content),
        "metadata": metadata,
        "inputs": {name: _facts(graph.tensors[i]) for name, i in graph.inputs.items()},
        "outputs": {name: _facts(graph.tensors[i]) for name, i in graph.outputs.items()},
        "operators": graph.operator_versions(),
        "weights_bytes": sum(len(tensor.content) for tensor in graph.tensors),
        "oldest_runtime": graph.oldest_runtime,
        "runs_on": [name for name, found in problems.items() if not found],
        "problems": {name: found for name, found in problems.items() if found},
    }


def _facts(tensor: Tensor) -> dict[str, Any]:
    facts: dict[str, Any] = {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    if len(tensor.scales) == 1:
        facts |= {"scale": tensor.scales[0], "zero_point": tensor.zero_points[0]}
    return facts


def to_text(facts: dict[str, Any]) -> str:
    """The facts of `inspect` as lines for a person."""
    said = facts["metadata"]
    lines = [f"{facts['file']}: {facts['bytes']:,} bytes, {facts['weights_bytes']:,} of weights"]
    if said:
        lines.append(
            f"what it is     {said.get('name')} {said.get('version')}, model "
            f"{said.get('model')}, {said.get('format')}, exported for {said.get('target')}"
        )
        training = said.get("training")
        details = ""
        if isinstance(training, dict) and training:
            details = f" ({', '.join(f'{key} {value}' for key, value in training.items())})"
        lines.append(f"trained on     {said.get('trained_on')}{details}")
        for key, what in (("test_accuracy", "as it is"), ("keras_test_accuracy", "as Keras model")):
            if isinstance(said.get(key), (int, float)):
                lines.append(
                    f"accuracy       {100 * said[key]:.2f} % of {said.get('test_count')} test "
                    f"images, {what}"
                )
    else:
        lines.append("what it is     it carries no digitnet.json; not an export of digitnet")
    for kind in ("inputs", "outputs"):
        for name, tensor in facts[kind].items():
            scale = ""
            if "scale" in tensor:
                scale = f", scale {tensor['scale']:.6g}, zero point {tensor['zero_point']}"
            shape = "×".join(map(str, tensor["shape"]))
            lines.append(f"{kind[:-1]:<15}{name}: {tensor['dtype']} {shape}{scale}")
    operators = ", ".join(f"{name} {version}" for name, version in facts["operators"].items())
    lines.append(f"operators      {operators} (name, version)")
    lines.append(f"runs on        {', '.join(facts['runs_on']) or 'none of the known targets'}")
    if facts["oldest_runtime"]:
        lines.append(f"oldest runtime TensorFlow Lite {facts['oldest_runtime']}, by its operators")
    for name, found in facts["problems"].items():
        lines.append(f"not on         {name}: {'; '.join(found)}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what a file says about itself; returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m export.inspect",
        description="Prints what a .tflite file says about itself, and which runtimes run it.",
    )
    parser.add_argument("file", help="a .tflite file")
    parser.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    arguments = parser.parse_args(argv)
    facts = inspect(arguments.file)
    print(json.dumps(facts) if arguments.json else to_text(facts))


if __name__ == "__main__":
    sys.exit(main())
