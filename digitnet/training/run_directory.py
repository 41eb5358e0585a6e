"""The run directory: opened so that no run writes over another, finished all at once."""

import csv
import dataclasses
import io
import os
import pathlib
import sys
from typing import Any

import keras
import numpy as np

from digitnet import files
from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training import plots, provenance, run_report, scores
from digitnet.training.checkpoint import Checkpoint
from digitnet.training.temperature import SEARCH_RANGE, calibrate, hits_bound
from digitnet.training.training_set import Named, TrainingSet, description
from edge_demo.contract import NUM_CLASSES

EVALUATION_BATCH_SIZE = 500


def open_run(
    run_dir: str | os.PathLike[str],
    recipe: Recipe,
    training_set: Named,
    resume: bool,
    command: str | None,
    seeds: int | None = None,
) -> pathlib.Path:
    """Makes a run directory, or checks that it holds the run that is to be resumed.

    Args:
        run_dir: The folder.
        recipe: The `Recipe` that is to run.
        training_set: What it is to run on.
        resume: Whether an unfinished run is gone on with.
        command: The command line to record, or `None`.
        seeds: Runs side by side, of the recipe's seed and those that follow it, for which this is
            the folder; `None` for a run.

    Returns:
        The folder as a `pathlib.Path`; it holds `config.json`.

    Raises:
        UserError: If it holds a finished run or another one, or cannot be written.
    """
    run_dir = pathlib.Path(run_dir)
    digits = training_set.digits
    config: dict[str, Any] = {
        "recipe": dataclasses.asdict(recipe),
        "model": recipe.model,
        "seed": recipe.seed,
        "dataset": digits.name,
        "dataset_source": digits.origin,
        "training_set": description(training_set),
        "train_count": len(digits.x_train),
        "validation_count": len(digits.x_validation),
        "test_count": len(digits.x_test),
        **({} if seeds is None else {"seeds": seeds}),
    }
    if (run_dir / "metrics.json").exists():
        raise UserError(
            f"{run_dir} already holds a finished run; give another --run-dir, or delete it."
        )
    if (run_dir / "config.json").exists():
        if not resume:
            raise UserError(
                f"{run_dir} holds an unfinished run; go on with it with --resume, or give "
                "another --run-dir."
            )
        earlier = files.read_record(run_dir / "config.json")
        # A field that is newer than the run has the value that changes nothing.
        if isinstance(earlier.get("recipe"), dict):
            earlier["recipe"] = dataclasses.asdict(Recipe()) | earlier["recipe"]
        # A run that an older version started lacks the key `training_set`.
        different = [key for key in config if key in earlier and earlier[key] != config[key]]
        if different:
            raise UserError(
                f"{run_dir} holds a run of another {_differences(config, earlier, different)}; "
                "resume it with the options it was started with, or give another --run-dir."
            )
        return files.make_folder(run_dir)
    if resume:
        raise UserError(f"{run_dir} holds no run to resume; leave --resume out to start one.")
    files.make_folder(run_dir)
    files.write_json(
        run_dir / "config.json", {**config, "command": command, **provenance.describe()}
    )
    return run_dir


def _differences(config: dict[str, Any], earlier: dict[str, Any], keys: list[str]) -> str:
    """`recipe (epochs: 5 there, 6 here)` for the first key that differs."""
    key = keys[0]
    here, there = config[key], earlier.get(key)
    if key == "recipe" and isinstance(there, dict):
        fields = [name for name in here if here[name] != there.get(name)]
        parts = [f"{name}: {there.get(name)!r} there, {here[name]!r} here" for name in fields]
        return f"recipe ({'; '.join(parts)})"
    return f"{key} ({there!r} there, {here!r} here)"


def finish(
    run_dir: pathlib.Path,
    recipe: Recipe,
    training_set: TrainingSet,
    model: keras.Model,
    keeper: Checkpoint,
) -> dict[str, Any]:
    """Reads the test images, once, and writes what the run leaves behind.

    Args:
        run_dir: The run directory, a `pathlib.Path`.
        recipe: The `Recipe` that ran.
        training_set: What it ran on.
        model: The trained `keras.Model`.
        keeper: The run's `Checkpoint`, which has history and seconds.

    Returns:
        The contents of `metrics.json`.
    """
    digits = training_set.digits
    temperature = _calibrate(recipe, training_set, model)
    if len(digits.x_test):
        probabilities = model.predict(digits.x_test, batch_size=EVALUATION_BATCH_SIZE, verbose=0)
    else:
        probabilities = np.empty((0, NUM_CLASSES), np.float32)
    result = scores.summary(digits.y_test, probabilities)
    if result["count"] != len(digits.x_test):
        raise AssertionError(f"{result['count']} of {len(digits.x_test)} test images were scored")
    with files.replacing(run_dir / "model.keras") as temporary:
        model.save(temporary)
    write_history(run_dir / "history.csv", keeper.history)
    if len(digits.x_test):
        plots.write_all(run_dir, model, digits, probabilities, keeper.history)
    else:
        plots.write_curves(run_dir / "curves.png", keeper.history)
    last = keeper.history[-1]
    metrics = {
        "dataset": digits.name,
        "model": recipe.model,
        "recipe": recipe.name,
        "seed": recipe.seed,
        "epochs": recipe.epochs,
        "train_count": len(digits.x_train),
        "validation_count": len(digits.x_validation),
        "test_count": result["count"],
        "train_accuracy": last["accuracy"],
        "validation_accuracy": last.get("val_accuracy"),
        "test_accuracy": result["accuracy"],
        "chance_accuracy": scores.chance_accuracy(digits.y_test),
        "test_loss": result["loss"],
        "test_calibration_error": result["calibration_error"],
        "temperature": temperature,
        "parameters": model.count_params(),
        "seconds": round(keeper.seconds, 1),
    }
    metrics["not_measured"] = _not_measured(recipe, metrics)
    run_report.write(run_dir, files.read_record(run_dir / "config.json"), metrics)
    # Last of all: a run directory with metrics.json is finished.
    files.write_json(run_dir / "metrics.json", metrics)
    return metrics


def _calibrate(recipe: Recipe, training_set: TrainingSet, model: keras.Model) -> float | None:
    if not recipe.calibrates:
        return None
    images, labels = training_set.held_out()
    if not len(labels):
        return None
    temperature = calibrate(model, images, labels)
    if hits_bound(temperature):
        low, high = SEARCH_RANGE
        print(
            f"NOTE: no temperature from {low:g} to {high:g} fits the confidences to the "
            f"{len(labels):,} held-out images; {temperature:.3g} was taken. Trust no confidence "
            "of this model: train for longer, or on more digits.",
            file=sys.stderr,
            flush=True,
        )
    return temperature


def _not_measured(recipe: Recipe, metrics: dict[str, Any]) -> list[str]:
    """What this run cannot say, in sentences for the report."""
    found = []
    if not metrics["test_count"]:
        found.append("The accuracy: there are no test images.")
    if not metrics["validation_count"] and recipe.validation_count:
        found.append(
            "Validation, and confidences that fit: a sixth of the training images is held out for "
            "them, and there are too few for one."
        )
    if metrics["temperature"] is not None and hits_bound(metrics["temperature"]):
        found.append(
            "Confidences that fit: the best temperature lies beyond the range that is searched."
        )
    return found


def write_history(path: pathlib.Path, history: list[dict[str, float]]) -> None:
    """A row an epoch, as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, history[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    files.write_text(path, text.getvalue())
