"""The written file against the Keras model: every test image, on every runtime at hand."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from edge_demo.contract import UserError
from export.judge import PACKAGES

ROOT = Path(__file__).parents[1]


def reference_cases(model, digits):
    """The Keras model's answers to every test image, as `judge` wants them.

    Args:
        model: the trained Keras model.
        digits: `digitnet.digits.datasets.Digits`.

    Returns:
        dict of arrays: images, labels, probabilities, and attention where the model has a gate.
    """
    from digitnet.models import attention_gates, with_attention

    gated = bool(attention_gates(model))
    answers = (with_attention(model) if gated else model).predict(
        digits.x_test, batch_size=500, verbose=0
    )
    cases = {
        "images": digits.x_test,
        "labels": digits.y_test,
        "probabilities": answers["probabilities"] if gated else answers,
    }
    if gated and answers["attention"].shape[-1] == 1:
        cases["attention"] = answers["attention"][..., 0]
    return cases


def accuracy(cases):
    """Share of the cases that the Keras model reads right, 0..1."""
    return float((cases["probabilities"].argmax(1) == cases["labels"]).mean())


def judges(target_name, pythons=()):
    """Who judges a file: (interpreter, runtime package or None for the first it has), in order.

    They are the runtimes that are installed here, TensorFlow Lite Micro among them only where it
    is the target, and those of the given interpreters.

    Raises:
        UserError: there is no runtime at all.
    """
    packages = [package for package in PACKAGES if importlib.util.find_spec(package)]
    if target_name != "tflm":
        packages = [package for package in packages if package != "tflite_micro"]
    found = [(sys.executable, package) for package in packages]
    found += [(python, None) for python in pythons]
    if not found:
        raise UserError(
            "No runtime is installed that could verify a file: run `pip install 'digitnet[edge]'`, "
            "or name the interpreter of an environment that has one with --runtime."
        )
    return found


def run_judge(
    path, cases_path, python=sys.executable, package=None, timed_calls=None, threads=None
):
    """Asks the runtime of an interpreter, in a process of its own, what it makes of a file.

    Returns:
        `judge.judge`'s dict.

    Raises:
        UserError: the interpreter cannot be started, or its runtime cannot run the file.
    """
    python = str(python)
    if os.path.dirname(python):  # else it is looked up on the PATH
        python = os.path.abspath(python)
    command = [python, "-m", "export.judge", os.path.abspath(path), os.path.abspath(cases_path)]
    if package is not None:
        command += ["--package", package]
    if timed_calls is not None:
        command += ["--timed-calls", str(timed_calls)]
    if threads is not None:
        command += ["--threads", *map(str, threads)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with tempfile.TemporaryDirectory() as folder:
        # Our two packages and nothing else of this environment: its NumPy is for this Python.
        for ours in ("export", "edge_demo"):
            os.symlink(ROOT / ours, os.path.join(folder, ours))
        try:
            process = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True
            )
        except OSError as error:
            raise UserError(
                f"The interpreter {python} cannot be started: {error.strerror}."
            ) from error
    if process.returncode == 0:
        return json.loads(process.stdout.splitlines()[-1])
    lines = [line for line in process.stderr.splitlines() if line.strip()] or ["no message"]
    how = f"exit code {process.returncode}"
    if process.returncode < 0:
        how = f"stopped by signal {-process.returncode}"
    last = lines[-1].removeprefix("error: ")
    raise UserError(f"{Path(path).name} did not pass in {python} ({how}): {last}")


def check(name, judged, keras_accuracy, max_drop_points):
    """Raises UserError where a file reads fewer test images right than it is allowed to."""
    drop = 100 * (keras_accuracy - judged["accuracy"])
    # One image may always change sides: of the 360 embedded test digits it is 0.28 points.
    allowed = max(max_drop_points, 100 / judged["images"])
    if drop > allowed + 1e-9:
        raise UserError(
            f"{name} reads {100 * judged['accuracy']:.2f} % of {judged['images']} test images in "
            f"{judged['runtime']} where the Keras model reads {100 * keras_accuracy:.2f} %: "
            f"{drop:.2f} points are lost and {allowed:.2f} are allowed, so nothing was "
            "written; train longer, or calibrate with other images (--calibration-images)."
        )
