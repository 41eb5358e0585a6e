"""Trains a model: `python -m digitnet.train`."""

import argparse
import contextlib
import dataclasses
import importlib.util
import pathlib
import shlex
import sys

import keras
import numpy as np

from digitnet import models
from digitnet.digits import datasets, mixing
from digitnet.errors import UserError, run_command
from digitnet.recipe import RECIPES, Recipe
from digitnet.training import checkpoint, devices, epochs
from digitnet.training.feed import Feed
from digitnet.training.run_directory import EVALUATION_BATCH_SIZE, finish, open_run

# Steps a call into the compiled loop: saves TensorFlow a fifth of an epoch. Keras unrolls the loop
# on JAX, where 26 steps took over a minute to compile.
STEPS_PER_EXECUTION = {"tensorflow": 50}


def train(
    recipe: Recipe,
    digits: datasets.Digits,
    run_dir,
    *,
    resume: bool = False,
    command: str | None = None,
    tensorboard: bool = False,
    callbacks: tuple[keras.callbacks.Callback, ...] = (),
) -> dict:
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
        UserError: If the folder holds another run, or cannot be written, or a checkpoint is
            damaged, or the batch is larger than the data.
    """
    if recipe.batch_size > len(digits.x_train):
        raise UserError(
            f"a batch of {recipe.batch_size} is larger than the {len(digits.x_train)} training "
            "images; give a smaller --batch-size."
        )
    epochs.require_packages(recipe)
    run_dir = open_run(run_dir, recipe, digits, resume, command)
    with devices.precision(recipe.precision):
        model = models.build(recipe.model, recipe.seed)
    num_classes = model.get_layer("logits").units
    feed = Feed.of(recipe, digits, num_classes)
    training_model = compile_for_training(model, recipe, feed.steps_per_epoch)
    state = checkpoint.restore(run_dir, training_model)
    keeper = checkpoint.Checkpoint(run_dir, state["history"], state["seconds"])
    if state["epoch"] < recipe.epochs:
        targets = np.eye(num_classes, dtype=np.float32)[digits.y_validation]
        with contextlib.redirect_stdout(sys.stderr):  # Keras' progress bar goes to stdout
            training_model.fit(
                **feed.fit_arguments(state["epoch"]),
                initial_epoch=state["epoch"],
                epochs=recipe.epochs,
                validation_data=(digits.x_validation, targets) if len(targets) else None,
                validation_batch_size=EVALUATION_BATCH_SIZE,
                callbacks=[feed, *callbacks, keeper, *_tensorboard(run_dir, tensorboard)],
                verbose=1 if sys.stderr.isatty() else 2,
            )
    return finish(run_dir, recipe, digits, model, keeper)


def compile_for_training(model: keras.Model, recipe: Recipe, steps_per_epoch: int) -> keras.Model:
    """A model that ends at the logits, compiled for SGD. It shares its weights with `model`.

    Labels are one-hot, `(B, 10)`.
    """
    training_model = keras.Model(model.input, model.get_layer("logits").output, name="classifier")
    training_model.compile(
        optimizer=_optimizer(recipe, steps_per_epoch),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy")],
        steps_per_execution=min(
            STEPS_PER_EXECUTION.get(keras.backend.backend(), 1), steps_per_epoch
        ),
        jit_compile=keras.backend.backend() == "jax",  # XLA slows TensorFlow down on a CPU
    )
    return training_model


def _optimizer(recipe, steps_per_epoch):
    learning_rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        # At most a tenth of the run: one that ends at its highest rate has learned little.
        warmup_steps = min(
            round(recipe.warmup_epochs * steps_per_epoch), recipe.epochs * steps_per_epoch // 10
        )
        learning_rate = keras.optimizers.schedules.CosineDecay(
            0.0 if warmup_steps else recipe.learning_rate,
            decay_steps=max(1, recipe.epochs * steps_per_epoch - warmup_steps),
            warmup_target=recipe.learning_rate if warmup_steps else None,
            warmup_steps=warmup_steps,
        )
    return keras.optimizers.SGD(
        learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay or None,
        use_ema=recipe.ema_momentum > 0,
        ema_momentum=recipe.ema_momentum or 0.99,
    )


def _tensorboard(run_dir, wanted):
    if not wanted:
        return []
    if not all(map(importlib.util.find_spec, ("tensorflow", "tensorboard"))):
        raise UserError(
            "--tensorboard needs TensorFlow and TensorBoard: pip install 'digitnet[train]'."
        )
    return [keras.callbacks.TensorBoard(run_dir / "tensorboard", write_graph=False)]


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.train",
        description="Trains a model and writes a run directory.",
        epilog="Options left out keep the recipe's value.",
    )
    parser.add_argument(
        "--recipe", default="default", help=f"one of {', '.join(RECIPES)} (default: default)"
    )
    parser.add_argument("--model", help=f"one of {', '.join(models.MODELS)}")
    parser.add_argument(
        "--dataset",
        default="auto",
        help="auto, mnist, optdigits, an .npz, a folder of IDX files, or a folder with a folder of "
        "pictures for each digit, 0 to 9 (default: auto: MNIST where it is prepared or can be "
        "fetched, else the embedded digits)",
    )
    parser.add_argument(
        "--mix-with",
        metavar="DATASET",
        help="train on this data set, too; validation and test stay those of --dataset "
        "(default: none)",
    )
    parser.add_argument("--epochs", type=int, help="passes over the training images")
    parser.add_argument("--batch-size", type=int, help="images a step")
    parser.add_argument("--learning-rate", type=float, help="highest learning rate of SGD")
    parser.add_argument("--seed", type=int, help="of weights, order and augmentation")
    parser.add_argument("--limit", type=int, help="use at most this many images of each part")
    parser.add_argument("--run-dir", help="folder to write (default: runs/RECIPE)")
    parser.add_argument("--resume", action="store_true", help="go on with an unfinished run")
    parser.add_argument(
        "--mixed-precision",
        dest="precision",
        action="store_const",
        const="mixed_float16",
        help="compute in float16, keep weights in float32 (default: float32)",
    )
    parser.add_argument(
        "--data-parallel",
        action="store_true",
        help="split every batch over all local devices (JAX backend)",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="write logs into RUN_DIR/tensorboard"
    )
    return parser


def _recipe_of(arguments):
    if arguments.recipe not in RECIPES:
        raise UserError(
            f"there is no recipe {arguments.recipe!r}; the recipes are: {', '.join(RECIPES)}."
        )
    if arguments.limit is not None and arguments.limit < 1:
        raise UserError(f"--limit must be at least 1, but it is {arguments.limit}.")
    names = {field.name for field in dataclasses.fields(Recipe)}
    given = {
        name: value
        for name, value in vars(arguments).items()
        if name in names - {"name"} and value is not None
    }
    return dataclasses.replace(RECIPES[arguments.recipe](), **given)


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    arguments = _parser().parse_args(argv)
    recipe = _recipe_of(arguments)
    run_dir = arguments.run_dir or f"runs/{recipe.name}"
    command = ["python", "-m", "digitnet.train", *(sys.argv[1:] if argv is None else argv)]
    digits = datasets.load(
        arguments.dataset, validation_count=recipe.validation_count, limit=arguments.limit
    )
    if arguments.mix_with:
        other = datasets.load(arguments.mix_with, validation_count=0, limit=arguments.limit)
        digits = mixing.mix(digits, other)
    try:
        with contextlib.ExitStack() as stack:
            if arguments.data_parallel:
                stack.enter_context(devices.data_parallel(recipe.batch_size))
            metrics = train(
                recipe,
                digits,
                run_dir,
                resume=arguments.resume,
                command=shlex.join(command),
                tensorboard=arguments.tensorboard,
            )
    except KeyboardInterrupt:
        if arguments.resume or not pathlib.Path(run_dir, "config.json").exists():
            again = command
        else:
            again = [*command, "--resume"]
        print(f"\nStopped. Go on with: {shlex.join(again)}", file=sys.stderr)
        return 130
    print(
        f"{run_dir}: test accuracy {metrics['test_accuracy']:.2%} on {metrics['test_count']:,} "
        f"{metrics['dataset']} images, {metrics['parameters']:,} parameters, "
        f"{metrics['epochs']} epochs in {metrics['seconds']:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
