"""What one runtime makes of one file: answers, microseconds, memory. Runs in any environment.

`python -m export.judge FILE CASES` needs NumPy, a TFLite runtime and edge_demo, nothing else, so
that the interpreter of a device's environment can be asked; with tflite-micro alone it asks the
microcontrollers' interpreter. It prints one JSON object.
"""

import argparse
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from export import micro
from export.measure import THREADS, TIMED_CALLS, measure, output_shapes

PACKAGES = ("tflite_runtime", "ai_edge_litert", "tflite_micro")


def judge(
    path: str | Path,
    cases: Mapping[str, np.ndarray],
    timed_calls: int = TIMED_CALLS,
    threads: Sequence[int] = THREADS,
) -> dict[str, Any]:
    """Runs a file on every case through the classifier that the device uses.

    Args:
        path: a .tflite file.
        cases: mapping of arrays: images uint8 `[N, 28, 28, 1]`, labels int `[N]`, probabilities
            float32 `[N, 10]` (the Keras model's), and attention float32 `[N, h, w]` or absent.
        timed_calls: calls for each latency; 0 leaves timing out.
        threads: numbers of threads to time.

    Returns:
        dict: runtime, python, machine, output_shapes (in the runtime's order), images, correct,
        accuracy (0..1), agreement (share of images on which file and Keras model give the same
        digit), largest_probability_difference, largest_attention_difference, and `measure`'s
        figures.
    """
    classifier = _classifier(path)
    prediction = classifier.predict_batch(cases["images"])
    reference = np.asarray(cases["probabilities"])
    answers = prediction.probabilities.argmax(1)
    correct = int((answers == cases["labels"]).sum())
    count = len(answers)
    report = {
        "runtime": classifier.runtime,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "output_shapes": output_shapes(path),
        "images": count,
        "correct": correct,
        "accuracy": correct / count,
        "agreement": float((answers == reference.argmax(1)).mean()),
        "largest_probability_difference": _largest(prediction.probabilities, reference),
        "largest_attention_difference": None,
    }
    if prediction.attention is not None and "attention" in cases:
        report["largest_attention_difference"] = _largest(prediction.attention, cases["attention"])
    return {**report, **(measure(path, timed_calls, threads) if timed_calls else {})}


def _classifier(path: str | Path) -> Any:
    if micro.is_the_only_runtime():
        return micro.MicroInterpreter(path)
    from edge_demo.model.classifier import Classifier

    return Classifier(path)


def _hide_other_runtimes(package: str) -> None:
    for other in PACKAGES:
        if other != package:
            sys.modules[other] = None  # type: ignore[assignment]  # importing it raises ImportError, as if it were not there


def _largest(values: np.ndarray, reference: np.ndarray) -> float:
    return float(np.abs(values - np.asarray(reference)).max())


def main(argv: Sequence[str] | None = None) -> int:
    """Judges one file in this interpreter's runtime and prints JSON."""
    from edge_demo.contract import run_command

    parser = argparse.ArgumentParser(prog="python -m export.judge", description=main.__doc__)
    parser.add_argument("file", help="a .tflite file")
    parser.add_argument("cases", help=".npz with images, labels, probabilities[, attention]")
    parser.add_argument(
        "--package", choices=PACKAGES, help="which runtime, where several are installed"
    )
    parser.add_argument("--threads", type=int, nargs="+", default=THREADS, help="default: 1 2")
    parser.add_argument("--timed-calls", type=int, default=TIMED_CALLS, help="default %(default)s")

    def command(argv: Sequence[str] | None) -> None:
        arguments = parser.parse_args(argv)
        if arguments.package:
            _hide_other_runtimes(arguments.package)
        with np.load(arguments.cases) as file:
            cases = dict(file)
        print(json.dumps(judge(arguments.file, cases, arguments.timed_calls, arguments.threads)))

    return run_command(command, argv)


if __name__ == "__main__":
    sys.exit(main())
