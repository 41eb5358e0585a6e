"""Asks a runtime which operators it has and up to which version. Runs in any environment.

A file of one operator code and no operators is enough: a runtime looks every code up when it
loads a file. `runtime_operators.py` holds what this printed, and a test compares.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from edge_demo.contract import run_command

HIGHEST_VERSION = 24


def operator_versions(interpreter_class: Any) -> dict[str, int]:
    """Returns {operator name: highest version the runtime loads}, sorted by name."""
    import tflite

    versions = {}
    for name, number in sorted(vars(tflite.BuiltinOperator).items()):
        if name.startswith("_") or name in ("CUSTOM", "DELEGATE"):
            continue
        for version in range(HIGHEST_VERSION, 0, -1):
            try:
                interpreter_class(model_content=file_of(number, version))
            except (ValueError, RuntimeError):
                continue
            versions[name] = version
            break
    return versions


def file_of(operator_number: int, version: int) -> bytes:
    """A .tflite file that names one operator and uses none."""
    import flatbuffers
    import tflite

    builder = flatbuffers.Builder(256)

    def vector(offsets: tuple[int, ...] = ()) -> int:
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()

    tflite.OperatorCodeStart(builder)
    # Up to 127 an operator's number stands in two fields, beyond in the newer one.
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(operator_number, 127))
    tflite.OperatorCodeAddBuiltinCode(builder, operator_number)
    tflite.OperatorCodeAddVersion(builder, version)
    codes = vector((tflite.OperatorCodeEnd(builder),))
    empty = [vector() for _ in range(4)]
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, empty[0])
    tflite.SubGraphAddInputs(builder, empty[1])
    tflite.SubGraphAddOutputs(builder, empty[2])
    tflite.SubGraphAddOperators(builder, empty[3])
    graphs = vector((tflite.SubGraphEnd(builder),))
    tflite.BufferStart(builder)
    buffers = vector((tflite.BufferEnd(builder),))
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def main(argv: Sequence[str] | None = None) -> int:
    """Prints {runtime: {operator: version}} of this environment's runtime as JSON."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m export.list_operators", description=__doc__)
    parser.parse_args(argv)
    from edge_demo.model.classifier import load_runtime

    interpreter_class, runtime = load_runtime()
    print(json.dumps({runtime: operator_versions(interpreter_class)}, indent=4))


if __name__ == "__main__":
    sys.exit(main())
