"""Seconds of training to 99 % of the test images, and of the whole run, without compilation.

    python -m benchmarks.time_to_accuracy [--recipe NAME] [--epochs N] [--goal PERCENT]
        [--dataset DATASET] [--seed N] [--write [FILE.md]]

The training step is compiled first, by some batches whose effect is taken back. Then the recipe is
trained; the test images are scored after every epoch, with the clock stopped. Nothing is chosen by
those scores: they say when the goal was reached, as whoever publishes such a time has to.

On a GPU: KERAS_BACKEND=jax python -m benchmarks.time_to_accuracy --recipe paper --dataset X.npz
"""

from __future__ import annotations

import dataclasses
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import blocks, readme
from edge_demo.contract import UserError, run_command

if TYPE_CHECKING:
    from digitnet.digits import datasets
    from digitnet.recipe import Recipe

WARM_UP_BATCHES = 100


class Stopwatch:
    """Scores test images after every epoch and counts the seconds in between.

    Attributes:
        seconds: Of training, from the start to the end of each epoch, scoring left out.
        accuracies: On the test images, 0..1, after each epoch.
    """

    def __init__(self, images, labels):
        self.images, self.labels = images, labels
        self.seconds, self.accuracies = [], []

    def callback(self):
        """What `fit` calls: a Keras callback."""
        import keras

        from digitnet.training.run_directory import EVALUATION_BATCH_SIZE

        def begin(logs=None):
            self._started = time.perf_counter()

        def end(epoch, logs=None):
            spent = time.perf_counter() - self._started
            self.seconds.append(spent + (self.seconds[-1] if self.seconds else 0.0))
            logits = callback.model.predict(self.images, EVALUATION_BATCH_SIZE, verbose=0)
            self.accuracies.append(float((logits.argmax(axis=1) == self.labels).mean()))
            self._started = time.perf_counter()

        callback = keras.callbacks.LambdaCallback(on_train_begin=begin, on_epoch_end=end)
        return callback

    def reached(self, accuracy: float) -> float | None:
        """Seconds to the end of the first epoch with at least this accuracy, or `None`."""
        pairs = zip(self.seconds, self.accuracies, strict=True)
        return next((seconds for seconds, one in pairs if one >= accuracy), None)


def measure(recipe: Recipe, digits: datasets.Digits) -> Stopwatch:
    """Trains a recipe under the watch."""
    from digitnet import models
    from digitnet.training import training_set
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.feed import Feed

    model = models.build(recipe.model, recipe.seed)
    feed = Feed.of(recipe, training_set.of(recipe, digits), model.output_shape[-1])
    training_model = compile_for_training(model, recipe, feed.steps_per_epoch)
    _compile(training_model, recipe, digits)
    watch = Stopwatch(digits.x_test, digits.y_test)
    training_model.fit(
        **feed.fit_arguments(model=training_model),
        epochs=recipe.epochs,
        verbose=2,
        callbacks=[feed, watch.callback()],
    )
    return watch


def _compile(model, recipe, digits):
    """Trains and scores a little, and puts every weight and slot back."""
    import keras

    from digitnet.training import epochs, training_set
    from digitnet.training.augmentation import Augmentation
    from digitnet.training.feed import Feed
    from digitnet.training.run_directory import EVALUATION_BATCH_SIZE
    from digitnet.training.scanned import ScannedModel

    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    before = [keras.ops.convert_to_numpy(variable) for variable in variables]
    num_classes = model.output_shape[-1]
    if isinstance(model, ScannedModel):  # a program is compiled for a number of images: take all
        few = Feed.of(recipe, training_set.of(recipe, digits), num_classes)
        arguments = {**few.fit_arguments(model=model), "steps_per_epoch": model.steps_per_execution}
    else:
        count = WARM_UP_BATCHES * recipe.batch_size
        source = epochs.Shuffled(digits.x_train[:count], digits.y_train[:count], recipe.seed)
        few = Feed(source, Augmentation.of(recipe), recipe.batch_size, num_classes)
        arguments = few.fit_arguments()
    model.fit(**arguments, epochs=1, verbose=0, callbacks=[few])
    model.predict(digits.x_test, EVALUATION_BATCH_SIZE, verbose=0)
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)


def table(recipe: Recipe, watch: Stopwatch, goal: float, command: str) -> str:
    """What came out, in Markdown."""
    import keras

    from digitnet.training import provenance

    reached = watch.reached(goal / 100)
    seconds = "not reached" if reached is None else f"{reached:.2f}"
    facts = provenance.describe()
    return "\n".join(
        [
            f"| recipe | epochs | seconds to {goal:g} % | seconds in all | test accuracy, % |",
            "|---|---|---|---|---|",
            f"| {recipe.name} | {recipe.epochs} | {seconds} | {watch.seconds[-1]:.2f} "
            f"| {100 * watch.accuracies[-1]:.2f} |",
            "",
            "Compilation and scoring left out. "
            f"`{command}`, {facts['date'][:10]}, "
            f"{facts['machine']}, Keras {keras.__version__} on {facts['backend']}.",
        ]
    )


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("time_to_accuracy", __doc__)
    parser.add_argument("--recipe", default="default", help="default: default")
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--goal", type=float, default=99.0, help="in percent (default: 99)")
    parser.add_argument("--dataset", default="mnist", help="as digitnet.train takes it")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from digitnet.digits import datasets
    from digitnet.recipe import RECIPES

    if not 0 < arguments.goal <= 100:
        raise UserError(f"--goal must lie above 0 and at most at 100, but it is {arguments.goal}.")
    if arguments.recipe not in RECIPES:
        raise UserError(f"there is no recipe {arguments.recipe!r}; they are: {', '.join(RECIPES)}.")
    recipe = RECIPES[arguments.recipe]()
    if arguments.epochs is not None:
        recipe = dataclasses.replace(recipe, epochs=arguments.epochs)
    recipe = dataclasses.replace(recipe, seed=arguments.seed, validation_count=0)
    digits = datasets.load(arguments.dataset, validation_count=0)
    if recipe.batch_size > len(digits.y_train):
        raise UserError(
            f"the recipe's batch is {recipe.batch_size}, and {arguments.dataset} has "
            f"{len(digits.y_train)} training images; name a larger --dataset."
        )
    watch = measure(recipe, digits)
    markdown = table(recipe, watch, arguments.goal, blocks.command(parser, argv))
    print(markdown)
    if arguments.write:
        readme.write_block(arguments.write, "time-to-accuracy", markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
