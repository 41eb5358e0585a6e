"""Trains a model: `python -m digitnet.train`, or `digitnet.train(x_train, y_train)` from Python."""

import argparse
import contextlib
import dataclasses
import importlib.util
import os
import pathlib
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import digitnet
from digitnet.errors import UserError, run_command
from digitnet.recipe import Recipe
from digitnet.training import hosts, options

# Keras, NumPy and what needs them are imported where they are used: --help answers at once.
if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike

    from digitnet.digits.datasets import Digits


def train_on_arrays(
    x_train: "ArrayLike",
    y_train: "ArrayLike",
    x_test: "ArrayLike | None" = None,
    y_test: "ArrayLike | None" = None,
    *,
    recipe: str | Recipe = "default",
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    **overrides: Any,
) -> dict[str, Any]:
    """Trains a model on images and labels and writes a run directory: `digitnet.train(...)`.

    Args:
        x_train: Images, `(N, 28, 28)` or `(N, 28, 28, 1)`: uint8, 0 = background, 255 = ink, or
            floats and other ranges, which are converted, and which is said. A part of them, at
            most a sixth, is held out for the curves and the confidences.
        y_train: Their digits, integers 0..9, `(N,)`.
        x_test, y_test: What the model is judged on at the end. Without them nothing is.
        recipe: A name (`default`, `edge`, `paper`, …) or a `digitnet.recipe.Recipe`.
        run_dir: The folder to write, `runs/RECIPE` if it is not given.
        resume: Goes on with an unfinished run, given the same arrays.
        **overrides: Fields of the recipe: `epochs`, `batch_size`, `learning_rate`, `seed`, …

    Returns:
        The contents of `metrics.json`; `test_accuracy` is `None` without test images.

    Raises:
        UserError: If the arrays are no digits, a field is unknown or has a wrong value, the folder
            holds another run or cannot be written, or the loss is no number any more.
    """
    unknown = sorted(overrides.keys() - options.FIELDS)
    if unknown:
        raise UserError(
            f"a recipe has no field {unknown[0]!r}; its fields are: "
            f"{', '.join(sorted(options.FIELDS))}."
        )
    base = options.recipe_named(recipe) if isinstance(recipe, str) else recipe
    chosen = dataclasses.replace(base, **overrides)
    from digitnet.digits import datasets

    count = chosen.validation_count
    digits = datasets.from_arrays(x_train, y_train, x_test, y_test, validation_count=count)
    return train(chosen, digits, run_dir or f"runs/{chosen.name}", resume=resume)


def train(
    recipe: Recipe,
    digits: "Digits",
    run_dir: str | os.PathLike[str],
    *,
    resume: bool = False,
    command: str | None = None,
    tensorboard: bool = False,
    callbacks: "tuple[keras.callbacks.Callback, ...]" = (),
) -> dict[str, Any]:
    """Trains one model and writes the run directory.

    Args:
        recipe: What to do.
        digits: What to do it with. The test part is read once, after the last step.
        run_dir: Folder for `model.keras`, `config.json`, `metrics.json`, `history.csv`, pictures
            and checkpoints; made where it is missing.
        resume: Goes on from the folder's newest checkpoint.
        command: The command line to record, if there was one.
        tensorboard: Whether to write TensorBoard's logs into `run_dir/tensorboard`.
        callbacks: Called before an epoch's checkpoint is written, so that no epoch is resumed
            from that they have not seen.

    Returns:
        The contents of `metrics.json`.

    Raises:
        UserError: If the digits are none, the folder holds another run, or cannot be written, a
            checkpoint is damaged, the batch is larger than the data, or the loss is no number.
    """
    if recipe.pages:
        from digitnet.training.pages.run import train_on_pages

        return train_on_pages(
            recipe, digits, run_dir, resume=resume, command=command, callbacks=callbacks
        )
    import numpy as np

    from digitnet import models
    from digitnet.training import checkpoint, devices, training_set
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.divergence import StopWhenDiverged
    from digitnet.training.feed import Feed
    from digitnet.training.run_directory import EVALUATION_BATCH_SIZE, finish, open_run

    training_set.require_a_batch(recipe, digits)
    shown = training_set.of(recipe, digits)
    with devices.precision(recipe.precision):
        # Refuses bad weights before a folder is made.
        model = models.build_from(recipe.model, recipe.seed, recipe.initial_weights)
    run_dir = open_run(run_dir, recipe, shown, resume, command)
    num_classes = model.get_layer("logits").units
    feed = Feed.of(recipe, shown, num_classes)
    training_model = compile_for_training(model, recipe, feed.steps_per_epoch)
    state = checkpoint.restore(run_dir, training_model)
    keeper = checkpoint.Checkpoint(run_dir, state["history"], state["seconds"])
    if state["epoch"] < recipe.epochs:
        targets = np.eye(num_classes, dtype=np.float32)[digits.y_validation]
        watch = StopWhenDiverged(recipe, run_dir)
        with contextlib.redirect_stdout(sys.stderr):  # Keras' progress bar goes to stdout
            training_model.fit(
                **feed.fit_arguments(state["epoch"], training_model),
                initial_epoch=state["epoch"],
                epochs=recipe.epochs,
                validation_data=(digits.x_validation, targets) if len(targets) else None,
                validation_batch_size=EVALUATION_BATCH_SIZE,
                callbacks=[feed, *callbacks, watch, keeper, *_tensorboard(run_dir, tensorboard)],
                verbose=1 if sys.stderr.isatty() else 2,
            )
    else:  # killed between its last checkpoint and its end: what `fit` does last is still to do
        training_model.optimizer.finalize_variable_values(training_model.trainable_variables)
    return finish(run_dir, recipe, shown, model, keeper)


def _tensorboard(run_dir: pathlib.Path, wanted: bool) -> "list[keras.callbacks.Callback]":
    if not wanted:
        return []
    if not all(map(importlib.util.find_spec, ("tensorflow", "tensorboard"))):
        raise UserError(
            "--tensorboard needs TensorFlow and TensorBoard: pip install 'digitnet[train]'."
        )
    import keras

    return [keras.callbacks.TensorBoard(run_dir / "tensorboard", write_graph=False)]


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> int:
    arguments = options.parser().parse_args(argv)
    command = ["python", "-m", "digitnet.train", *(sys.argv[1:] if argv is None else argv)]
    if several := hosts.Hosts.of(arguments):
        return hosts.supervised(several, _train_together, arguments, shlex.join(command))
    recipe, run_dir, named = options.complete(arguments)
    from digitnet.training.allocator import keep_freed_memory
    from digitnet.training.quiet import without_chatter

    try:
        with without_chatter():
            keep_freed_memory()
            import keras

            keras.ops.zeros(1)  # starts the backend's devices, and what it has to say of them

            from digitnet.training import devices

            if arguments.seeds is not None:
                from digitnet.training import side_by_side

                side_by_side.require_backend()
            digits = options.load_digits(recipe, **named)
        if arguments.seeds is not None:
            return _train_seeds(arguments, recipe, run_dir, digits, shlex.join(command))
        with contextlib.ExitStack() as stack:
            if arguments.data_parallel:
                stack.enter_context(devices.data_parallel(recipe.batch_size))
            metrics = train(
                recipe,
                digits,
                run_dir,
                resume=bool(arguments.resume),
                command=shlex.join(command),
                tensorboard=arguments.tensorboard,
            )
    except KeyboardInterrupt:
        if pathlib.Path(run_dir, "config.json").exists():
            command = ["python", "-m", "digitnet.train", *_kept(arguments), "--resume", run_dir]
        print(f"\nStopped. Go on with: {shlex.join(command)}", file=sys.stderr)
        return 130
    return _tell(recipe, run_dir, metrics)


def _train_together(
    arguments: argparse.Namespace, command: str, several: hosts.Hosts, say: hosts.Say
) -> int:
    """One process of several: `_main` from the options on."""
    if several.writes:
        options.complete(arguments)  # before the others are waited for
        hosts.Hosts.of(arguments)  # the run to be resumed may have brought options of its own
    several.join()
    say(hosts.JOINED)
    from digitnet.training import together

    recipe, run_dir, named = together.settings(arguments, several)
    digits = options.load_digits(recipe, **named)
    resume = bool(arguments.resume)
    metrics = together.train(recipe, digits, run_dir, several, say, resume=resume, command=command)
    if metrics is None:
        this = f"process {several.process_id} of {several.processes}"
        print(f"{this}: trained; process 0 has the run directory", file=sys.stderr)
        return 0
    return _tell(recipe, run_dir, metrics)


def _train_seeds(
    arguments: argparse.Namespace, recipe: Recipe, run_dir: str, digits: "Digits", command: str
) -> int:
    """Trains seeds side by side and prints what came out; returns the exit code."""
    from digitnet.training import seeds

    resume, count = bool(arguments.resume), arguments.seeds
    metrics = seeds.train_seeds(recipe, digits, run_dir, count, resume=resume, command=command)
    accuracies = metrics["test_accuracies"]
    result = "no test images, so nothing says how good they are"
    if metrics["test_count"]:
        deviation = metrics["test_accuracy_deviation"]
        spread = "" if deviation is None else f" ± {100 * deviation:.2f}"
        result = (
            f"test accuracy {100 * metrics['test_accuracy']:.2f}{spread} % "
            f"({min(accuracies):.2%} to {max(accuracies):.2%}) on {metrics['test_count']:,} "
            f"{metrics['dataset']} images"
        )
    print(
        f"{run_dir}: {count} seeds, {result}, {metrics['parameters']:,} parameters, "
        f"{metrics['epochs']} epochs in {metrics['seconds']:.0f} s"
    )
    return 0


def _kept(arguments: argparse.Namespace) -> list[str]:
    """Options that config.json does not record."""
    names = ("data_parallel", "tensorboard")
    return [f"--{name.replace('_', '-')}" for name in names if getattr(arguments, name)]


def _tell(recipe: Recipe, run_dir: str, metrics: dict[str, Any]) -> int:
    """Prints the result, and what to do next; returns the exit code."""
    from digitnet.training.divergence import at_chance

    if recipe.pages:
        return _tell_of_pages(run_dir, metrics)
    if metrics["test_count"]:
        result = (
            f"test accuracy {metrics['test_accuracy']:.2%} on {metrics['test_count']:,} "
            f"{metrics['dataset']} images"
        )
    else:
        result = f"no test images in {metrics['dataset']}, so nothing says how good it is"
    print(
        f"{run_dir}: {result}, {metrics['parameters']:,} parameters, "
        f"{metrics['epochs']} epochs in {metrics['seconds']:.0f} s"
    )
    folder = shlex.quote(str(run_dir))
    print(f"pictures and figures: {folder}/report.md", file=sys.stderr)
    if at_chance(recipe, metrics):
        print(
            "error: the model answers no better than one that always gives the most frequent "
            "digit; lower --learning-rate, or look at the digits (28×28, light ink on dark?).",
            file=sys.stderr,
        )
        return 1
    print(f"next: python -m export {folder}", file=sys.stderr)
    return 0


def _tell_of_pages(run_dir: str, metrics: dict[str, Any]) -> int:
    print(
        f"{run_dir}: {metrics['found']:,} of {metrics['held_out_digits']:,} digits of held-out "
        f"pages found, {metrics['read']:,} of them read, {metrics['false']:,} false ones, "
        f"{metrics['parameters']:,} parameters, {metrics['epochs']} epochs in "
        f"{metrics['seconds']:.0f} s"
    )
    folder = shlex.quote(str(run_dir))
    print(f"pictures and figures: {folder}/report.md", file=sys.stderr)
    print(f"next: python -m export.pages {folder}", file=sys.stderr)
    return 0


digitnet._make_callable(__name__, train_on_arrays)

if __name__ == "__main__":
    sys.exit(main())
