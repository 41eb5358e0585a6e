"""A network's job: one training, scored after every epoch."""

import dataclasses
import json
import math
import pathlib
import shutil
import time
from typing import Any

import keras
import numpy as np

from digitnet import files
from digitnet.digits.datasets import Digits
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.store import AT_CHANCE, CHANCE, DIVERGED, DONE, Outcome, Store
from digitnet.recipe import Recipe
from digitnet.train import train
from digitnet.training import provenance
from digitnet.training.run_directory import EVALUATION_BATCH_SIZE

# Accuracy on the training images as they are is read where the paper's tables do (and at the last
# epoch): it costs a third of an epoch. In between there is that of the augmented ones.
MILESTONES = (50, 100, 150)


class Diverged(Exception):
    """The loss is no finite number any more."""


class Scorer(keras.callbacks.Callback):
    """Scores the test images after every epoch, and keeps the scores on disk.

    The paper's tables want the test images of several epochs of one run, and its curves those of
    all. No choice rests on them: every row is read at the epoch that its table names.

    Args:
        path: Where the scores are kept; earlier ones of the same run are gone on with.
        digits: Images and labels.
        epochs: The last epoch.

    Raises:
        Diverged: From `fit`, when the loss is infinite or not a number.
    """

    def __init__(self, path: pathlib.Path, digits: Digits, epochs: int) -> None:
        super().__init__()
        self.path, self.digits = path, digits
        self.milestones = {*MILESTONES, epochs}
        self.rows = json.loads(path.read_text()) if path.exists() else []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # A run killed between this file and the checkpoint shows its last epoch again.
        self.rows = self.rows[:epoch]
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        seconds = time.perf_counter() - self._started
        if not math.isfinite(logs["loss"]):
            raise Diverged(f"the loss was {logs['loss']} in epoch {epoch + 1}.")
        milestone = epoch + 1 in self.milestones
        self.rows.append(
            {
                "seconds": round(seconds, 2),
                "loss": round(float(logs["loss"]), 5),
                "augmented_accuracy": round(float(logs["accuracy"]), 5),
                "test_accuracy": self._accuracy(self.digits.x_test, self.digits.y_test),
                "train_accuracy": self._accuracy(self.digits.x_train, self.digits.y_train)
                if milestone
                else None,
            }
        )
        files.write_json(self.path, self.rows)

    def _accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        logits = self.model.predict(images, batch_size=EVALUATION_BATCH_SIZE, verbose=0)
        return float((logits.argmax(axis=1) == labels).mean())


def run_network(job: Job, digits: Digits, store: Store) -> Outcome:
    """Trains one network as `digitnet.train` does, from its checkpoint where there is one.

    Args:
        job: A job of the method `network`.
        digits: What it is run on.
        store: Where it works: its run directory has the model and the pictures at the end.

    Returns:
        How it ended; a run that diverges is an answer, not an error.
    """
    run_dir = store.run_dir(job)
    resume = _can_go_on(run_dir, job.recipe)
    if not resume:
        shutil.rmtree(run_dir, ignore_errors=True)
    files.make_folder(run_dir)
    keras.backend.clear_session()
    scorer = Scorer(run_dir / "scores.json", digits, job.epochs)
    status, message, parameters = DONE, None, None
    try:
        metrics = train(job.recipe, digits, run_dir, resume=resume, callbacks=(scorer,))
        parameters = metrics["parameters"]
        if scorer.rows[-1]["test_accuracy"] != metrics["test_accuracy"]:
            raise AssertionError("the last epoch and the finished model score differently")
    except Diverged as error:
        status, message = DIVERGED, str(error)
    shutil.rmtree(run_dir / "checkpoints", ignore_errors=True)
    if status == DONE and scorer.rows[-1]["test_accuracy"] < CHANCE:
        status, message = AT_CHANCE, "it answers no better than chance at its last epoch."
    facts = {
        "parameters": parameters,
        "test_count": len(digits.x_test),
        "dataset": digits.name,
        "provenance": provenance.describe(),
        "history": _columns(scorer.rows),
    }
    return Outcome(job, status, message, facts)


def run_networks(jobs: list[Job], digits: Digits, store: Store) -> list[Outcome]:
    """Trains the seeds of one trial side by side, as `run_network` would train each alone.

    Args:
        jobs: Jobs of the method `network` that differ in their seeds alone.
        digits, store: As `run_network` takes them.
    """
    from digitnet.training.seeds import train_together

    keras.backend.clear_session()
    folders = {store.run_dir(job): job for job in jobs}
    for folder, job in folders.items():
        if not _can_go_on(folder, job.recipe):
            shutil.rmtree(folder, ignore_errors=True)
    scorer = TogetherScorer(list(folders), digits, jobs[0].epochs)
    recipes = {folder: job.recipe for folder, job in folders.items()}
    results, _ = train_together(recipes, digits, epoch_end=scorer)
    outcomes = []
    for place, (folder, job) in enumerate(folders.items()):
        rows = scorer.rows[place]
        bad = next((at for at, row in enumerate(rows) if not math.isfinite(row["loss"])), None)
        status, message = DONE, None
        if bad is not None:
            status, message = DIVERGED, f"the loss was {rows[bad]['loss']} in epoch {bad + 1}."
            rows = rows[:bad]
        elif rows[-1]["test_accuracy"] < CHANCE:
            status, message = AT_CHANCE, "it answers no better than chance at its last epoch."
        facts = {
            "parameters": results[folder]["parameters"] if folder in results else None,
            "test_count": len(digits.x_test),
            "dataset": digits.name,
            "provenance": provenance.describe(),
            "history": _columns(rows),
        }
        outcomes.append(Outcome(job, status, message, facts))
    for folder in folders:
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    return outcomes


class TogetherScorer:
    """A `Scorer` of several seeds side by side; `seconds` is each one's share.

    Args:
        folders: Where each seed's scores are kept.
        digits, epochs: As `Scorer` takes them.
    """

    def __init__(self, folders: list[pathlib.Path], digits: Digits, epochs: int) -> None:
        self.paths = [folder / "scores.json" for folder in folders]
        self.digits, self.milestones = digits, {*MILESTONES, epochs}
        self.rows = [json.loads(p.read_text()) if p.exists() else [] for p in self.paths]

    def __call__(self, epoch: int, logs: dict[str, np.ndarray], side: Any, seconds: float) -> None:
        test = self._accuracies(side, self.digits.x_test, self.digits.y_test)
        train: list[float] | list[None] = [None] * len(self.paths)
        if epoch + 1 in self.milestones:
            train = self._accuracies(side, self.digits.x_train, self.digits.y_train)
        for place, path in enumerate(self.paths):
            row = {
                "seconds": round(seconds / len(self.paths), 2),
                "loss": round(float(logs["loss"][place]), 5),
                "augmented_accuracy": round(float(logs["accuracy"][place]), 5),
                "test_accuracy": test[place],
                "train_accuracy": train[place],
            }
            # A run that goes on from a checkpoint shows the epochs after it again.
            self.rows[place] = [*self.rows[place][:epoch], row]
            files.write_json(path, self.rows[place])

    @staticmethod
    def _accuracies(side: Any, images: np.ndarray, labels: np.ndarray) -> list[float]:
        answers = side.answers(images, EVALUATION_BATCH_SIZE)
        return [float(one) for one in (answers == labels).mean(axis=1)]


def _can_go_on(run_dir: pathlib.Path, recipe: Recipe) -> bool:
    """Not if it was killed before its first file, or after its last one, or by an older version."""
    config = run_dir / "config.json"
    if (run_dir / "metrics.json").exists() or not config.exists():
        return False
    return files.read_json(config)["recipe"] == dataclasses.asdict(recipe)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {key: [row[key] for row in rows] for key in rows[0]} if rows else {}
