"""Microseconds a call on one core: our files, the same network elsewhere, and other networks.

    python -m benchmarks.latency RUN_DIR [--runtime PYTHON...] [--rounds N] [--write [FILE.md]]

RUN_DIR holds model.keras and export/digitnet-*.tflite (`python -m export RUN_DIR --formats int8
float32 float16 dynamic`). Every row is timed in a process of its own, in turn, `--rounds` times;
the row's figure is its quietest round, because what disturbs a round (other processes on the
machine) only ever adds. A call is the runtime's own run function, without preparing the image.
"""

import datetime
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import blocks, readme
from edge_demo import contract
from edge_demo.contract import UserError, run_command

ROOT = Path(__file__).resolve().parents[1]
BLOCK = "latency"
KERAS_ROUNDS = 2  # a round of `predict` takes as long as twenty others, and its figure is no riddle


def main(argv=None):
    """Measures, prints the table, and with --write puts it into README.md."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("latency", __doc__)
    parser.add_argument("run_dir", type=Path, help="a run directory with an export in it")
    parser.add_argument(
        "--runtime", nargs="+", default=[], help="interpreters of environments to time in, too"
    )
    parser.add_argument("--rounds", type=int, default=9, help="default: %(default)s")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    command = blocks.command(parser, argv)
    table = measure(arguments.run_dir, arguments.runtime, arguments.rounds, command)
    print(table)
    if arguments.write:
        readme.write_block(arguments.write, BLOCK, table)


def measure(run_dir, runtimes, rounds, command):
    """Returns the table as Markdown, with the command that it is the answer to.

    Raises:
        UserError: the run directory holds no export.
    """
    ours = sorted((run_dir / "export").glob("digitnet-*.tflite"))
    if not ours:
        raise UserError(
            f"{run_dir}/export holds no .tflite file: run `python -m export {run_dir} --formats "
            "int8 float32 float16 dynamic` first."
        )
    pythons = [sys.executable, *runtimes]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            (f"digitnet, {_format(path)}", tflite(path, python, folder))
            for path in ours
            for python in pythons
        ]
        for title, path in _other_files(run_dir / "model.keras", folder):
            rows += [(title, tflite(path, python, folder)) for python in pythons]
        rows += _other_runtimes(run_dir / "model.keras", folder)
        results = in_turn([measurement for _, measurement in rows], rounds)
    return _to_markdown([title for title, _ in rows], results, rounds, command)


def _format(path):
    """The format that a file says it has."""
    try:
        return contract.unpacked(path.read_bytes())[1]["format"]
    except (KeyError, ValueError) as error:
        raise UserError(f"{path} does not say its format; export it again.") from error


def tflite(path, python, folder):
    """A measurement: a function that returns `judge.judge`'s dict, or a sentence why not."""
    import numpy as np

    from export import verify

    cases = folder / "no-cases.npz"
    if not cases.exists():
        nothing = np.zeros((1, 28, 28, 1), np.uint8)
        np.savez(cases, images=nothing, labels=[0], probabilities=np.zeros((1, 10), np.float32))

    def measurement():
        try:
            return {
                **verify.run_judge(path, cases, python, threads=[1]),
                "bytes": path.stat().st_size,
            }
        except UserError as error:
            return str(error)

    return measurement


def _other_files(model_path, folder):
    """Files to compare with, made by the same converter: (title, path)."""
    found = []
    for title, kind in (
        ("the same network, converted as it is", "plain"),
        ("keras-io's MNIST convnet, exported the same way", "convnet"),
    ):
        for format_name in ("int8", "float32"):
            path = folder / f"{kind}-{format_name}.tflite"
            run(
                [sys.executable, "-m", "benchmarks.latency_files"]
                + [kind, format_name, model_path.absolute(), path]
            )
            found.append((f"{title}, {format_name}", path))
    return found


def _other_runtimes(model_path, folder):
    """Measurements of the same network outside TFLite: (title, measurement)."""
    worker = [sys.executable, "-m", "benchmarks.latency_others"]

    def onnx():
        for name in ("onnx", "onnxruntime"):
            if importlib.util.find_spec(name) is None:
                return f"not measured: {contract.missing_package(name, contract.EXTRAS[name])}"
        path = folder / "model.onnx"
        if not path.exists():
            try:
                run([sys.executable, "-m", "benchmarks.onnx_graph", model_path, path])
            except UserError as error:
                return f"not measured: {error}"
        return _measured([*worker, "onnx", path])

    def predict():
        return _measured([*worker, "keras", model_path])

    predict.rounds = KERAS_ROUNDS
    return [
        ("the same network in ONNX Runtime, float32", onnx),
        ("`keras.Model.predict` of one image", predict),
    ]


def _measured(command):
    try:
        return json.loads(run(command).splitlines()[-1])
    except UserError as error:
        return f"not measured: {error}"


def run(command):
    """Runs a command from the project's folder; returns its stdout.

    Raises:
        UserError: it failed; the message is the last line of its stderr.
    """
    process = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True
    )
    if process.returncode:
        lines = process.stderr.strip().splitlines() or ["no message"]
        raise UserError(lines[-1].removeprefix("error: "))
    return process.stdout


def in_turn(measurements, rounds):
    """The quietest result of each measurement, taken in turn so that all share the disturbances."""
    from tqdm import tqdm

    results = [None] * len(measurements)
    steps = [
        (i, measurement)
        for turn in range(rounds)
        for i, measurement in enumerate(measurements)
        if turn < getattr(measurement, "rounds", rounds)
    ]
    for i, measurement in tqdm(steps, desc="timing", unit="run", file=sys.stderr):
        result = measurement()
        if isinstance(result, str):
            results[i] = result
        elif results[i] is None or median(result) < median(results[i]):
            results[i] = result
    return results


def _calls(results):
    """How many calls the quietest rounds of TFLite files had: the fewest and the most."""
    counts = [r["threads"]["1"]["calls"] for r in results if "calls" in _times(r)]
    return f"{min(counts):,} to {max(counts):,}" if counts else "none was timed"


def _times(result):
    return {} if isinstance(result, str) else result["threads"]["1"]


def median(result):
    """The median of a measurement's microseconds."""
    return result["threads"]["1"]["median_us"]


def _to_markdown(titles, results, rounds, command):
    from benchmarks import latency_others
    from digitnet.training import provenance
    from export.measure import TIME_LIMIT_S, TIMED_CALLS

    lines = [
        "| what | runtime | bytes | median µs | least µs | 99 % µs |",
        "|---|---|---|---|---|---|",
    ]
    for title, result in zip(titles, results, strict=True):
        if isinstance(result, str):
            lines.append(f"| {title} | {result} | | | | |")
            continue
        times = result["threads"]["1"]
        size = f"{result['bytes']:,}" if "bytes" in result else ""
        figures = [f"{times[key]:,.1f}" for key in ("median_us", "min_us", "p99_us")]
        lines.append(f"| {title} | {result['runtime']} | {size} | {' | '.join(figures)} |")
    today = datetime.date.today().isoformat()
    lines += [
        "",
        f"`{command}`, one thread of {provenance.processor()}, "
        f"{today}; the quietest of {rounds} rounds, each row in a process of its own. A round is "
        f"{TIMED_CALLS:,} calls, or what {TIME_LIMIT_S:g} s hold ({_calls(results)}); of ONNX "
        f"Runtime {latency_others.ONNX_CALLS:,}, and of `predict` {KERAS_ROUNDS} rounds of "
        f"{latency_others.KERAS_CALLS}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
