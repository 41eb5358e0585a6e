"""The written file against the Keras model: every test image, on every runtime at hand."""

import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_demo.contract import UserError
from export.flatfile import Graph
from export.judge import PACKAGES

ROOT = Path(__file__).parents[1]
# What an interpreter is asked before anything is converted: which of our runtimes it has.
RUNTIMES_PROGRAM = f"""
import importlib.util, json
wanted = ("numpy", *{PACKAGES!r})
print(json.dumps([name for name in wanted if importlib.util.find_spec(name)]))
"""
ANSWER_TIME_S = 60
# Below this a tenth of a point is less than one image, so points alone cannot tell a bad file from
# a few borderline digits: half-trained on the embedded digits, 3 of 360 changed sides on one
# machine and none on another.
FEW_IMAGES = 1000


def reference_cases(model: Any, digits: Any) -> dict[str, np.ndarray]:
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


def accuracy(cases: Mapping[str, np.ndarray]) -> float:
    """Share of the cases that the Keras model reads right, 0..1."""
    return float((cases["probabilities"].argmax(1) == cases["labels"]).mean())


def judges(target_name: str, pythons: Sequence[str] = ()) -> list[tuple[str, str | None]]:
    """Who judges a file: (interpreter, runtime package or None for the first it has), in order.

    They are the runtimes that are installed here, TensorFlow Lite Micro among them only where it
    is the target, and those of the given interpreters.

    Raises:
        UserError: there is no runtime at all.
    """
    packages = [package for package in PACKAGES if importlib.util.find_spec(package)]
    if target_name != "tflm":
        packages = [package for package in packages if package != "tflite_micro"]
    found: list[tuple[str, str | None]] = [(sys.executable, package) for package in packages]
    found += [(python, None) for python in pythons]
    if not found:
        raise UserError(
            "No runtime is installed that could verify a file: run `pip install 'digitnet[edge]'`, "
            "or name the interpreter of an environment that has one with --runtime."
        )
    return found


def check_interpreters(pythons: Sequence[str]) -> None:
    """Raises UserError where one is no Python, or has no runtime that could judge a file."""
    for python in pythons:
        try:
            process = subprocess.run(
                [_command_path(python), "-c", RUNTIMES_PROGRAM],
                env=_clean_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ANSWER_TIME_S,
            )
            has = json.loads(process.stdout)
        except OSError as error:
            raise UserError(
                f"The interpreter {python} cannot be started: {error.strerror}."
            ) from error
        except (ValueError, subprocess.TimeoutExpired) as error:
            raise UserError(
                f"{python} is no Python interpreter; --runtime takes one, such as "
                "~/pi-env/bin/python."
            ) from error
        if "numpy" not in has or len(has) < 2:
            raise UserError(
                f"{python} has no runtime that could judge a file: install NumPy and one of "
                f"{', '.join(package.replace('_', '-') for package in PACKAGES)} there."
            )


def check_max_drop(points: float) -> None:
    """Raises UserError where the points that a file may lose are no number from 0 to 100."""
    if not 0 <= points <= 100:  # false for NaN, with which every comparison would pass
        raise UserError(f"--max-drop takes percentage points from 0 to 100. Received: {points}")


def run_judge(
    path: str | Path,
    cases_path: str | Path,
    python: str = sys.executable,
    package: str | None = None,
    timed_calls: int | None = None,
    threads: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Asks the runtime of an interpreter, in a process of its own, what it makes of a file.

    Returns:
        `judge.judge`'s dict.

    Raises:
        UserError: the interpreter cannot be started, or its runtime cannot run the file.
    """
    python = _command_path(python)
    command = [python, "-m", "export.judge", os.path.abspath(path), os.path.abspath(cases_path)]
    if package is not None:
        command += ["--package", package]
    if timed_calls is not None:
        command += ["--timed-calls", str(timed_calls)]
    if threads is not None:
        command += ["--threads", *map(str, threads)]
    with tempfile.TemporaryDirectory() as folder:
        # Our two packages and nothing else of this environment: its NumPy is for this Python.
        for ours in ("export", "edge_demo"):
            os.symlink(ROOT / ours, os.path.join(folder, ours))
        try:
            process = subprocess.run(
                command, cwd=folder, env=_clean_environment(), capture_output=True, text=True
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


def _command_path(python: str | Path) -> str:
    """A path for a process of another folder; a bare name is looked up on the PATH."""
    python = os.path.expanduser(str(python))
    return os.path.abspath(python) if os.path.dirname(python) else python


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def check_outputs(name: str, judged: Mapping[str, Any], graph: Graph) -> None:
    """Raises UserError where a runtime numbers a file's outputs in another order than the file."""
    wanted = [list(graph.tensors[index].shape) for index in graph.outputs.values()]
    if judged["output_shapes"] != wanted:
        raise UserError(
            f"{judged['runtime']} gives outputs of {judged['output_shapes']} where {name} has "
            f"{wanted}, {' and '.join(graph.outputs)} in this order; report this, it is a defect."
        )


def check(
    name: str, judged: Mapping[str, Any], keras_accuracy: float, max_drop_points: float
) -> None:
    """Raises UserError where a file reads fewer test images right than it is allowed to.

    Args:
        name: the file's, for the sentence.
        judged: `judge.judge`'s dict; accuracy, agreement (0..1), images and runtime are read.
        keras_accuracy: share of the same images that the Keras model reads right, 0..1.
        max_drop_points: how much less a file may read right, in percentage points.
    """
    images = judged["images"]
    drop = 100 * (keras_accuracy - judged["accuracy"])
    # One image may always change sides: of the 360 embedded test digits it is 0.28 points.
    allowed = max(max_drop_points, 100 / images)
    if images < FEW_IMAGES:
        allowed = max(allowed, 100 * _noise(images * (1 - judged["agreement"])) / images)
    if drop > allowed + 1e-9:
        raise UserError(
            f"{name} reads {100 * judged['accuracy']:.2f} % of {images} test images in "
            f"{judged['runtime']} where the Keras model reads {100 * keras_accuracy:.2f} %: "
            f"{drop:.2f} points are lost and {allowed:.2f} are allowed, so nothing was "
            "written; train longer, or calibrate with other images (--calibration-images)."
        )


def _noise(changed: float) -> float:
    """How many more of so many changed answers may be losses than gains by chance alone.

    Each is a loss or a gain like the toss of a coin where a file is as good as the model, so
    their difference has a standard deviation of the root of their count (McNemar, 1947); two of
    these are allowed.
    """
    return 2 * math.sqrt(changed)
