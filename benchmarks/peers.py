"""Our digit models beside those that others deploy: accuracy, corrupted accuracy, bytes, µs.

    python -m benchmarks.peers [FILE.tflite...] [--run-dir RUN_DIR] [--runtime PYTHON...]
                               [--folder DIR] [--plot FILE.png] [--write [FILE.md]]

In one run: the shipped file and those given, keras-io's MNIST convnet, the 111 k convnet of live
demos and TensorFlow Lite's codelab's, int8 and float32, and with --run-dir its model in ONNX
Runtime. The others are trained here as their sources train them, once, and kept in DIR. Pictures go
to a network as they are, without the camera's normaliser; the corruptions are those of
`benchmarks.corruptions`. Times are those of `benchmarks.latency`: the quietest of some rounds,
taken in turn.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks import blocks, latency, peer_networks
from edge_demo.contract import UserError, run_command


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("peers", __doc__)
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE.tflite", help="files of ours, beside the shipped one")
    add("--run-dir", type=Path, help="a run directory whose model ONNX Runtime runs")
    add("--runtime", nargs="+", default=[], help="interpreters of environments to time in, too")
    add("--folder", type=Path, default=Path("runs/peers"), help="default: %(default)s")
    add("--peers", nargs="*", choices=peer_networks.NETWORKS, help="default: all of them")
    add("--epochs", type=int, help="of the peers (default: those of their sources)")
    add("--limit", type=int, help="at most so many training and test images")
    add("--corrupted", type=int, default=2000, help="test images of each kind and severity")
    add("--dataset", default="mnist", help="default: %(default)s")
    add("--rounds", type=int, default=5, help="of timing (default: %(default)s)")
    add("--json", action="store_true", help="print one JSON object")
    add("--plot", metavar="FILE.png", help="accuracy over bytes and over microseconds")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "epochs", "limit", "corrupted", "rounds")
    if arguments.run_dir:
        _check_onnx(arguments.run_dir / "model.keras")

    from digitnet.digits import datasets

    digits = datasets.load(arguments.dataset, limit=arguments.limit)
    report = measure(arguments, digits)
    if arguments.plot:
        from benchmarks import peer_plot

        peer_plot.write(arguments.plot, report)
    text = markdown(report)
    if arguments.write:
        blocks.write(arguments.write, "peers", text, blocks.command(parser, argv))
    print(json.dumps(report) if arguments.json else text)
    return 0


def measure(arguments, digits):
    """Returns {"images": count, "rows": [...]} with one row for each file and for ONNX Runtime."""
    from tqdm import tqdm

    chosen = list(peer_networks.NETWORKS) if arguments.peers is None else arguments.peers
    rows = [_row(title, path) for title, path in _our_files(arguments.files)]
    for name in chosen:
        options = (arguments.folder, arguments.epochs, arguments.limit, arguments.dataset)
        for format_name, path in peer_networks.files(name, *options).items():
            rows.append(_row(f"{peer_networks.NETWORKS[name][0]}, {format_name}", path))
    pythons = [sys.executable, *arguments.runtime]
    with tempfile.TemporaryDirectory() as scratch:
        measurements = [
            latency.tflite(Path(row["path"]), python, Path(scratch))
            for row in rows
            for python in pythons
        ]
        predictors = [_tflite_predictor(row["path"]) for row in rows]
        if arguments.run_dir:
            row, predictor, measurement = _onnx(arguments.run_dir, Path(scratch))
            rows.append(row)
            predictors.append(predictor)
            measurements.append(measurement)
        results = latency.in_turn(measurements, arguments.rounds)
        for number, row in enumerate(rows):
            timed = results[number * len(pythons) : (number + 1) * len(pythons)]
            row["microseconds"] = dict(_time(result) for result in timed)
        for row, predict in tqdm(
            list(zip(rows, predictors, strict=True)), desc="accuracy", file=sys.stderr
        ):
            row |= scores(predict, digits, arguments.corrupted)
    return {"images": len(digits.y_test), "corrupted": arguments.corrupted, "rows": rows}


def scores(predict, digits, corrupted_count):
    """Accuracy on all test images, and on some of them by kind of corruption and by severity.

    Args:
        predict: From uint8 `(N, 28, 28, 1)` to digits `(N,)`.
        digits: `Digits`, whose test part is read.
        corrupted_count: The first so many test images are corrupted.
    """
    import numpy as np

    from benchmarks.corruptions import KINDS, SEVERITIES, corrupted

    images, labels = digits.x_test[:corrupted_count], digits.y_test[:corrupted_count]
    table = np.array(
        [
            [float((predict(corrupted(images, kind, s)) == labels).mean()) for s in SEVERITIES]
            for kind in KINDS
        ]
    )
    return {
        "accuracy": float((predict(digits.x_test) == digits.y_test).mean()),
        "corrupted_accuracy": float(table.mean()),
        "by_severity": dict(zip(map(str, SEVERITIES), table.mean(axis=0).tolist(), strict=True)),
        "by_kind": dict(zip(KINDS, table.mean(axis=1).tolist(), strict=True)),
    }


def _our_files(paths):
    from edge_demo.model import model_file

    found = [("digitnet, as shipped", Path(model_file.DEFAULT_PATH))]
    for path in map(Path, paths):
        if not path.exists():
            raise UserError(f"There is no file {path}.")
        found.append((_title(path), path))
    return found


def _title(path):
    """`digitnet-edge-int8.tflite` as "digitnet edge, int8"."""
    from export import convert

    name, _, format_name = path.stem.rpartition("-")
    if name and format_name in convert.FORMATS:
        return f"{name.replace('-', ' ')}, {format_name}"
    return f"digitnet, {path.stem}"


def _row(title, path):
    return {"title": title, "path": str(path), "bytes": path.stat().st_size}


def _tflite_predictor(path):
    from edge_demo.model.classifier import Classifier

    classifier = Classifier(path)
    return lambda images: classifier.predict_batch(images).probabilities.argmax(axis=1)


def _check_onnx(model_path):
    """Raises UserError where a model cannot be run in ONNX Runtime, before anything is trained."""
    import importlib.util

    from edge_demo.contract import EXTRAS, missing_package

    for name in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(name) is None:
            raise UserError(missing_package(name, EXTRAS[name]))
    if not model_path.exists():
        raise UserError(f"There is no {model_path}; --run-dir takes a run directory.")


def _onnx(run_dir, scratch):
    """The row, predictor and measurement of a run's model in ONNX Runtime."""
    import numpy as np
    import onnxruntime

    model, path = (run_dir / "model.keras").absolute(), scratch / "model.onnx"
    latency.run([sys.executable, "-m", "benchmarks.onnx_graph", model, path])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def predict(images):
        return np.array([session.run(None, {"image": image[None]})[0].argmax() for image in images])

    def measurement():
        worker = [sys.executable, "-m", "benchmarks.latency_others", "onnx", path]
        return json.loads(latency.run(worker).splitlines()[-1])

    return _row("digitnet in ONNX Runtime, float32", path), predict, measurement


def _time(result):
    """A pair (runtime, least median of microseconds), or (why not, None)."""
    return (
        (result, None) if isinstance(result, str) else (result["runtime"], latency.median(result))
    )


def markdown(report):
    """Returns both tables: one line a file, and the kinds of corruption."""
    rows = report["rows"]
    runtimes = list(dict.fromkeys(name for row in rows for name in row["microseconds"]))
    severities = list(rows[0]["by_severity"])
    head = ["network", "bytes", "accuracy, %", "corrupted, %"]
    head += [f"severity {severity}" for severity in severities]
    head += [f"µs, {runtime}" for runtime in runtimes]
    lines = [_line(head), "|---" * len(head) + "|"]
    for row in rows:
        cells = [row["title"], f"{row['bytes']:,}", f"{100 * row['accuracy']:.2f}"]
        cells += [f"{100 * row['corrupted_accuracy']:.1f}"]
        cells += [f"{100 * row['by_severity'][severity]:.1f}" for severity in severities]
        times = [row["microseconds"].get(runtime) for runtime in runtimes]
        cells += ["" if time is None else f"{time:,.1f}" for time in times]
        lines.append(_line(cells))
    head = ["corruption", *(row["title"] for row in rows)]
    lines += ["", _line(head), "|---" * len(head) + "|"]
    for kind in rows[0]["by_kind"]:
        lines.append(_line([kind, *(f"{100 * row['by_kind'][kind]:.1f}" for row in rows)]))
    lines += [
        "",
        f"Accuracy on {report['images']:,} test images as they are; corrupted: the first "
        f"{min(report['corrupted'], report['images']):,} of them by each of "
        f"{len(rows[0]['by_kind'])} kinds, mean over severities.",
    ]
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
