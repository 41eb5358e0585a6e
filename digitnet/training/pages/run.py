"""A run of the page reader: compiled, trained through `fit`, written as every run is."""

import contextlib
import itertools
import os
import pathlib
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from digitnet import files, models
from digitnet.recipe import Recipe
from digitnet.training import checkpoint, compiling, run_report
from digitnet.training.divergence import StopWhenDiverged
from digitnet.training.pages import pictures
from digitnet.training.pages.losses import BoxLoss, DigitLoss, PresenceLoss
from digitnet.training.pages.page_set import STEPS, PageSet, beside
from digitnet.training.pages.scores import score
from digitnet.training.run_directory import open_run, write_history
from edge_demo.contract import BOXES, DIGITS, PRESENCE

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits

POOLS = pathlib.Path("runs") / "pages"  # drawn pages are kept for the next run
HELD_OUT_PAGES = 160
HELD_OUT_SEED = 1_000_003
HELD_OUT_BATCHES = 20
CLIP = 10.0  # norm of the gradients: the first batches' are large


def train_on_pages(
    recipe: Recipe,
    digits: "Digits",
    run_dir: str | os.PathLike[str],
    *,
    resume: bool = False,
    command: str | None = None,
    callbacks: "tuple[keras.callbacks.Callback, ...]" = (),
) -> dict[str, Any]:
    """Trains a page reader and writes the run directory; arguments as `digitnet.train.train`.

    Returns:
        The contents of `metrics.json`: of held-out pages the digits found and the false ones.
    """
    shown, held_out = page_sets(recipe, digits)
    # Refuses bad weights before a folder is made.
    model = models.build_from(recipe.model, recipe.seed, recipe.initial_weights)
    run_dir = open_run(run_dir, recipe, shown, resume, command)
    compile_page_reader(model, recipe)
    state = checkpoint.restore(run_dir, model)
    keeper = checkpoint.Checkpoint(run_dir, state["history"], state["seconds"])
    kept = list(itertools.islice(held_out.batches(0), HELD_OUT_BATCHES))
    if state["epoch"] < recipe.epochs:
        feed = beside(_epochs(shown, state["epoch"]))
        with contextlib.redirect_stdout(sys.stderr), contextlib.closing(feed):
            model.fit(
                feed,
                steps_per_epoch=STEPS,
                shuffle=False,
                initial_epoch=state["epoch"],
                epochs=recipe.epochs,
                validation_data=_joined(kept),
                validation_batch_size=recipe.batch_size,
                callbacks=[*callbacks, StopWhenDiverged(recipe, run_dir), keeper],
                verbose=1 if sys.stderr.isatty() else 2,
            )
    else:  # killed between its last checkpoint and its end: what `fit` does last is still to do
        model.optimizer.finalize_variable_values(model.trainable_variables)
    # On JAX the averaged weights and the optimiser's averages are one buffer, which `predict` gives
    # away.
    model.set_weights([np.array(weight) for weight in model.get_weights()])
    return _finish(run_dir, recipe, shown, model, keeper, kept)


def page_sets(recipe: Recipe, digits: "Digits") -> tuple[PageSet, PageSet]:
    """The pages that are trained on, and others with other digits to judge by."""
    from digitnet.drawn import page_hands
    from digitnet.drawn.page_pool import page_pool

    pools = []
    for images, labels, count, seed in (
        (digits.x_train, digits.y_train, recipe.pages, recipe.seed),
        (digits.x_validation, digits.y_validation, HELD_OUT_PAGES, HELD_OUT_SEED),
    ):
        folder = POOLS / f"{count}-{seed}{'-hands' if recipe.hands else ''}"
        page_hands.use(recipe.hands, held_out=seed == HELD_OUT_SEED)
        pools.append(page_pool(folder, count, seed, images[..., 0], labels))
    shown, held_out = (PageSet(p, digits, recipe.batch_size, recipe.seed) for p in pools)
    return shown, held_out


def compile_page_reader(model: keras.Model, recipe: Recipe) -> None:
    """Compiles for SGD as a recipe has it, with a loss for each output."""
    optimizer = compiling.optimizer(recipe, STEPS)
    optimizer.global_clipnorm = CLIP
    model.compile(
        optimizer=optimizer,
        loss={
            PRESENCE: PresenceLoss(),
            DIGITS: DigitLoss(recipe.label_smoothing),
            BOXES: BoxLoss(),
        },
        jit_compile=keras.backend.backend() == "jax",
    )


def _epochs(shown: PageSet, first: int) -> Generator[Any, None, None]:
    for epoch in itertools.count(first):
        yield from shown.batches(epoch)


def _joined(batches: list[Any]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    images = np.concatenate([images for images, _ in batches])
    names = batches[0][1]
    return images, {n: np.concatenate([targets[n] for _, targets in batches]) for n in names}


def _finish(
    run_dir: pathlib.Path,
    recipe: Recipe,
    shown: PageSet,
    model: keras.Model,
    keeper: checkpoint.Checkpoint,
    kept: list[Any],
) -> dict[str, Any]:
    images, targets = _joined(kept)
    answers = model.predict(images, batch_size=recipe.batch_size, verbose=0)
    with files.replacing(run_dir / "model.keras") as temporary:
        model.save(temporary)
    write_history(run_dir / "history.csv", keeper.history)
    pictures.write_curves(run_dir / "curves.png", keeper.history)
    pictures.write_pages(run_dir / "pages.png", images, answers)
    last = keeper.history[-1]
    metrics = {
        "dataset": shown.digits.name,
        "model": recipe.model,
        "recipe": recipe.name,
        "seed": recipe.seed,
        "epochs": recipe.epochs,
        "pages": recipe.pages,
        "train_count": len(shown.digits.x_train),
        "validation_count": len(shown.digits.x_validation),
        "test_count": 0,
        "loss": last["loss"],
        "validation_loss": last["val_loss"],
        **score(answers, targets),
        "parameters": model.count_params(),
        "seconds": round(keeper.seconds, 1),
    }
    run_report.write(run_dir, files.read_record(run_dir / "config.json"), metrics)
    # Last of all: a run directory with metrics.json is finished.
    files.write_json(run_dir / "metrics.json", metrics)
    return metrics
