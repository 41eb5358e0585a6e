"""The run directory: opened so that no run writes over another, finished all at once."""

import csv
import dataclasses
import io
import pathlib

from digitnet import files
from digitnet.errors import UserError
from digitnet.training import epochs, plots, provenance, run_report, scores
from digitnet.training.temperature import calibrate

EVALUATION_BATCH_SIZE = 500


def open_run(run_dir, recipe, digits, resume, command):
    """Makes a run directory, or checks that it holds the run that is to be resumed.

    Args:
        run_dir: The folder.
        recipe: The `Recipe` that is to run.
        digits: The `Digits` it is to run on.
        resume: Whether an unfinished run is gone on with.
        command: The command line to record, or `None`.

    Returns:
        The folder as a `pathlib.Path`; it holds `config.json`.

    Raises:
        UserError: If it holds a finished run or another one, or cannot be written.
    """
    run_dir = pathlib.Path(run_dir)
    config = {
        "recipe": dataclasses.asdict(recipe),
        "model": recipe.model,
        "seed": recipe.seed,
        "dataset": digits.name,
        "dataset_source": digits.origin,
        "train_count": len(digits.x_train),
        "validation_count": len(digits.x_validation),
        "test_count": len(digits.x_test),
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
        earlier = files.read_json(run_dir / "config.json")
        different = [key for key, value in config.items() if earlier.get(key) != value]
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


def _differences(config, earlier, keys):
    """`recipe (epochs: 5 there, 6 here)` for the first key that differs."""
    key = keys[0]
    here, there = config[key], earlier.get(key)
    if key == "recipe" and isinstance(there, dict):
        fields = [name for name in here if here[name] != there.get(name)]
        parts = [f"{name}: {there.get(name)!r} there, {here[name]!r} here" for name in fields]
        return f"recipe ({'; '.join(parts)})"
    return f"{key} ({there!r} there, {here!r} here)"


def finish(run_dir, recipe, digits, model, keeper):
    """Reads the test images, once, and writes what the run leaves behind.

    Args:
        run_dir: The run directory, a `pathlib.Path`.
        recipe: The `Recipe` that ran.
        digits: The `Digits` it ran on.
        model: The trained `keras.Model`.
        keeper: The run's `Checkpoint`, which has history and seconds.

    Returns:
        The contents of `metrics.json`.
    """
    temperature = None
    if recipe.calibrates and len(digits.x_validation):
        temperature = calibrate(model, *epochs.held_out(recipe, digits))
    probabilities = model.predict(digits.x_test, batch_size=EVALUATION_BATCH_SIZE, verbose=0)
    result = scores.summary(digits.y_test, probabilities)
    if result["count"] != len(digits.x_test):
        raise AssertionError(f"{result['count']} of {len(digits.x_test)} test images were scored")
    with files.replacing(run_dir / "model.keras") as temporary:
        model.save(temporary)
    _write_history(run_dir / "history.csv", keeper.history)
    plots.write_all(run_dir, model, digits, probabilities, keeper.history)
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
        "test_loss": result["loss"],
        "test_calibration_error": result["calibration_error"],
        "temperature": temperature,
        "parameters": model.count_params(),
        "seconds": round(keeper.seconds, 1),
    }
    run_report.write(run_dir, files.read_json(run_dir / "config.json"), metrics)
    # Last of all: a run directory with metrics.json is finished.
    files.write_json(run_dir / "metrics.json", metrics)
    return metrics


def _write_history(path, history):
    text = io.StringIO()
    writer = csv.DictWriter(text, history[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    files.write_text(path, text.getvalue())
