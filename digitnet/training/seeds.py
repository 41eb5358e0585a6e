"""Runs of several seeds side by side: a run directory each, below one for all."""

import dataclasses
import math
import pathlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from digitnet import files, models
from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training import checkpoint, devices, memory, training_set
from digitnet.training.compiling import compile_for_training
from digitnet.training.run_directory import EVALUATION_BATCH_SIZE, finish, open_run
from digitnet.training.scanned import ScannedModel, on_cpu
from digitnet.training.side_by_side import SideBySide, state_of

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits

SECONDS_BETWEEN_CHECKPOINTS = 20.0  # of 32 seeds one takes as long as an epoch on a GPU

# After an epoch (its number from 0): the seeds' logs, `(seeds,)` each, the networks, and seconds.
EpochEnd = Callable[[int, dict[str, np.ndarray], SideBySide, float], None]


@dataclasses.dataclass
class _Run:
    """One seed's: its recipe, what it is trained on, its folder, and its history so far."""

    recipe: Recipe
    shown: Any
    folder: pathlib.Path
    keeper: checkpoint.Checkpoint

    @property
    def diverged(self) -> bool:
        return not all(math.isfinite(row["loss"]) for row in self.keeper.history)


def train_seeds(
    recipe: Recipe, digits: "Digits", run_dir: str, seeds: int, *, resume: bool, command: str | None
) -> dict[str, Any]:
    """Trains a recipe under several seeds side by side and writes a run directory for each.

    Args:
        recipe: What to do; its seed is the first one.
        digits: What to do it with.
        run_dir: The folder of `seed-0`, `seed-1`, …, with `config.json` and `metrics.json` for all.
        seeds: How many.
        resume: Goes on from the newest checkpoint that all seeds have.
        command: The command line to record, if there was one.

    Returns:
        The contents of `metrics.json`: `test_accuracy` (mean), `test_accuracies` and more.

    Raises:
        UserError: As `digitnet.train.train` does; if seeds do not fit into memory; if a seed's loss
            was no number, after the others are finished.
    """
    shown = training_set.of(recipe, digits)
    network = _network(recipe, digits, seeds)  # before anything is written
    folder = open_run(run_dir, recipe, shown, resume, command, seeds)
    numbered = {folder / f"seed-{seed}": seed for seed in range(recipe.seed, recipe.seed + seeds)}
    recipes = {path: dataclasses.replace(recipe, seed=seed) for path, seed in numbered.items()}
    results, diverged = train_together(recipes, digits, command=command, network=network)
    if diverged:
        names = ", ".join(path.name for path in diverged)
        raise UserError(
            f"the loss was no number in {names} of {run_dir}: the steps are too large. Lower "
            f"--learning-rate (it is {recipe.learning_rate:g}) and give another --run-dir; the "
            "other seeds are finished."
        )
    metrics = _summary([results[path] for path in recipes])
    files.write_json(folder / "metrics.json", metrics)
    return metrics


def train_together(
    recipes: dict[pathlib.Path, Recipe],
    digits: "Digits",
    *,
    command: str | None = None,
    epoch_end: EpochEnd | None = None,
    network: tuple[keras.Model, ScannedModel] | None = None,
) -> tuple[dict[pathlib.Path, dict[str, Any]], list[pathlib.Path]]:
    """Trains recipes that differ in their seeds alone, each into its folder, or goes on with them.

    Args:
        recipes: Each folder's.
        digits: What they are trained on.
        command: The command line to record, if there was one.
        epoch_end: Called after every epoch, before its checkpoints are written.
        network: The recipes' network where it was made before.

    Returns:
        The metrics of the folders that are finished, and the folders whose loss was no number.
    """
    finished = {path: path / "metrics.json" for path in recipes}
    results = {path: files.read_record(file) for path, file in finished.items() if file.exists()}
    left = {path: recipe for path, recipe in recipes.items() if path not in results}
    if not left:
        return results, []
    whole, compiled = network or _network(next(iter(left.values())), digits, len(left))
    runs, side, first_epoch = _begin(left, digits, command, whole, compiled)
    _train(runs, side, digits, first_epoch, epoch_end)
    states = side.on_host()
    for place, run in enumerate(runs):
        if run.diverged:
            continue
        side.load(states, place)
        side.model.optimizer.finalize_variable_values(side.model.trainable_variables)
        results[run.folder] = finish(run.folder, run.recipe, run.shown, whole, run.keeper)
    return results, [run.folder for run in runs if run.diverged]


def _network(recipe: Recipe, digits: "Digits", seeds: int) -> tuple[keras.Model, ScannedModel]:
    """A recipe's model with all its layers, and the compiled one that shares its weights."""
    if recipe.world or recipe.degradation:
        raise UserError(
            f"the recipe {recipe.name} draws pictures of its own for every seed, which do not fit "
            "side by side; train one seed after the other with --seed."
        )
    if recipe.batch_size > len(digits.x_train):
        raise UserError(
            f"a batch of {recipe.batch_size} is larger than the {len(digits.x_train)} training "
            "images; give a smaller --batch-size."
        )
    with devices.precision(recipe.precision):
        whole = models.build_from(recipe.model, recipe.seed, recipe.initial_weights)
    steps = len(digits.x_train) // recipe.batch_size
    compiled = compile_for_training(whole, recipe, steps, side_by_side=True)
    memory.require(compiled, seeds, digits.x_train.nbytes, one_at_a_time=on_cpu())
    return whole, compiled


def _begin(
    recipes: dict[pathlib.Path, Recipe],
    digits: "Digits",
    command: str | None,
    whole: keras.Model,
    compiled: ScannedModel,
) -> tuple[list[_Run], SideBySide, int]:
    """Runs with their states, as new or from the newest checkpoint that all of them have.

    Returns:
        The runs; their states; and the epochs that are done.
    """
    seeds = [recipe.seed for recipe in recipes.values()]
    side = SideBySide(compiled, digits.x_train, digits.y_train, seeds)
    epoch = min(map(checkpoint.newest_epoch, recipes))
    runs, states = [], []
    for path, one in recipes.items():
        shown = training_set.of(one, digits)
        open_run(path, one, shown, (path / "config.json").exists(), command)
        with devices.precision(one.precision):
            fresh = models.build_from(one.model, one.seed, one.initial_weights)
        for variable, value in zip(whole.variables, fresh.variables, strict=True):
            variable.assign(value)
        state = checkpoint.restore(path, compiled, epoch)
        if state["epoch"] != epoch:
            raise UserError(
                f"{path} has no checkpoint of epoch {epoch}, which the other seeds go on from; "
                "finish it alone with --resume, and repeat the command."
            )
        keeper = checkpoint.Checkpoint(path, state["history"], state["seconds"])
        keeper.set_model(compiled)
        states.append(state_of(compiled))
        runs.append(_Run(one, shown, path, keeper))
    side.gather(states)
    return runs, side, epoch


def _train(
    runs: list[_Run],
    side: SideBySide,
    digits: "Digits",
    first_epoch: int,
    epoch_end: EpochEnd | None,
) -> None:
    epochs = runs[0].recipe.epochs
    targets = np.eye(side.model.batches.num_classes, dtype=np.float32)[digits.y_validation]
    # On a CPU a call is as long as all seeds' steps: Ctrl-C waits for it.
    steps = side.model.steps_per_execution
    steps_a_call = max(1, steps // len(runs)) if on_cpu() else steps
    saved = time.perf_counter()
    for epoch in range(first_epoch, epochs):
        started = time.perf_counter()
        logs = side.train_epoch(epoch, steps_a_call)
        if len(targets):
            scores = side.evaluate(digits.x_validation, targets, EVALUATION_BATCH_SIZE)
            logs |= {f"val_{name}": values for name, values in scores.items()}
        seconds = time.perf_counter() - started
        side.model.optimizer.iterations.assign((epoch + 1) * side.steps)
        for place, run in enumerate(runs):
            run.keeper.record(
                epoch, {name: values[place] for name, values in logs.items()}, seconds
            )
        _say(epoch, epochs, seconds, logs)
        if epoch_end is not None:
            epoch_end(epoch, logs, side, seconds)
        waited = time.perf_counter() - saved
        if epoch + 1 == epochs or waited > SECONDS_BETWEEN_CHECKPOINTS:
            states = side.on_host()
            for place, run in enumerate(runs):
                side.load(states, place)
                run.keeper.save(epoch)
            saved = time.perf_counter()


def _say(epoch: int, epochs: int, seconds: float, logs: dict[str, np.ndarray]) -> None:
    """One line an epoch, as Keras writes it; the mean over the seeds, and its ends."""
    facts = [f"{name}: {v.mean():.4f} ({v.min():.4f} to {v.max():.4f})" for name, v in logs.items()]
    line = " - ".join([f"Epoch {epoch + 1}/{epochs}", f"{seconds:.1f}s", *facts])
    print(line, file=sys.stderr, flush=True)


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """What `metrics.json` says of all seeds."""
    first = results[0]
    same = ["dataset", "model", "recipe", "epochs", "train_count", "validation_count"]
    same += ["test_count", "parameters"]
    accuracies = [one["test_accuracy"] for one in results]
    scored = [value for value in accuracies if value is not None]
    return {
        **{name: first[name] for name in same},
        "seed": first["seed"],
        "seeds": len(results),
        "test_accuracy": statistics.mean(scored) if scored else None,
        "test_accuracy_deviation": statistics.stdev(scored) if len(scored) > 1 else None,
        "test_accuracies": accuracies,
        "seconds": max(one["seconds"] for one in results),
    }
