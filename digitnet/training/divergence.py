"""Runs that learn nothing: stopped when their loss is no number, named when they end at chance."""

import math
import pathlib
from typing import Any

import keras

from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training.checkpoint import checkpoints

FEW_STEPS = 50  # four epochs of the embedded digits; `lenet_attention` is past chance by then


class StopWhenDiverged(keras.callbacks.Callback):
    """Ends `fit` after the first epoch whose loss is infinite or no number.

    It stands before the run's `Checkpoint`, so that the last checkpoint is the last good one.

    Raises:
        UserError: From `fit`; the sentence says which setting to lower.
    """

    def __init__(self, recipe: Recipe, run_dir: pathlib.Path) -> None:
        super().__init__()
        self.recipe, self.run_dir = recipe, run_dir

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if math.isfinite(loss):
            return
        kept = checkpoints(self.run_dir)
        good = f"; the last good checkpoint is {kept[-1]}" if kept else ""
        raise UserError(
            f"the loss was {loss} in epoch {epoch + 1}: the steps are too large. Lower "
            f"--learning-rate (it is {self.recipe.learning_rate:g}) and give another "
            f"--run-dir{good}."
        )


def at_chance(recipe: Recipe, metrics: dict[str, Any]) -> bool:
    """Whether a run's model is no better than one that always gives the most frequent digit.

    Not said of a run of few steps, which had no time to learn.
    """
    steps = recipe.epochs * metrics["train_count"] // recipe.batch_size
    return (
        steps >= FEW_STEPS
        and metrics["test_count"] > 0
        and metrics["test_accuracy"] <= metrics["chance_accuracy"]
    )
