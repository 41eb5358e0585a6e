"""Where the microseconds of a .tflite file go, operator by operator.

    python -m benchmarks.latency_operators FILE [--runtime PYTHON]

Runtimes in wheels have no profiler, so the file is cut off after each operator and the pieces are
timed in turn in one process; what a piece takes more than the one before it is its last operator's
share. Least microseconds of all calls: whatever else the machine does only adds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import blocks
from edge_demo.contract import run_command

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, CALLS = 40, 60


def cut_off(content):
    """Yields (operator's name, bytes of the file up to and with it), first operator first."""
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    from export import flatfile

    names = [operator.name for operator in flatfile.read(content).operators]
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    (graph,) = model.subgraphs
    operators, model.signatureDefs = graph.operators, None
    for count, name in enumerate(names, start=1):
        graph.operators = operators[:count]
        graph.outputs = list(operators[count - 1].outputs)
        builder = flatbuffers.Builder(len(content))
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        yield name, bytes(builder.Output())


def time_in_turn(paths):
    """Least microseconds a call of each file, in this process' runtime: float64 `[len(paths)]`."""
    import numpy as np

    from edge_demo.model.classifier import load_runtime
    from export.measure import call_times_us

    interpreter_class, runtime = load_runtime()
    interpreters = [interpreter_class(model_path=str(path), num_threads=1) for path in paths]
    for interpreter in interpreters:
        interpreter.allocate_tensors()
    least = np.full(len(paths), np.inf)
    for _ in range(ROUNDS):
        for i, interpreter in enumerate(interpreters):
            least[i] = min(least[i], call_times_us(interpreter, CALLS, warm_up_calls=5).min())
    return runtime, least


def main(argv=None):
    """Prints the table of each file."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("latency_operators", __doc__)
    parser.add_argument("files", nargs="+", type=Path, help="a .tflite file")
    parser.add_argument(
        "--runtime", default=sys.executable, metavar="PYTHON", help="default: this interpreter"
    )
    parser.add_argument("--time", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.time:  # the child, in the runtime's interpreter
        runtime, least = time_in_turn(arguments.files)
        print(json.dumps([runtime, least.tolist()]))
        return 0
    for path in arguments.files:
        print(table(path, arguments.runtime))
    return 0


def table(path, python):
    """The shares of a file's operators in a runtime, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        names, pieces = [], []
        for name, content in cut_off(path.read_bytes()):
            names.append(name)
            pieces.append(Path(folder) / f"{len(names):03d}.tflite")
            pieces[-1].write_bytes(content)
        process = subprocess.run(
            [python, "-m", "benchmarks.latency_operators", "--time", *pieces],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    runtime, least = json.loads(process.stdout.splitlines()[-1])
    lines = [
        f"{path.name} in {runtime}: {least[-1]:.1f} µs, of which the first line's share holds "
        "the call itself.",
        "",
        "| operator | µs | sum |",
        "|---|---|---|",
    ]
    before = 0.0
    for name, total in zip(names, least, strict=True):
        lines.append(f"| {name} | {max(0.0, total - before):.1f} | {total:.1f} |")
        before = max(before, total)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
