"""Outcomes of rows that nobody trained."""

from digitnet.paper.experiments import rows
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.store import DONE, Outcome


def row(name):
    (found,) = rows.choose(None, [name])
    return found


def outcome(name, tests, seed=0, train_count=60_000, status=DONE, epochs=None):
    """An outcome of a row's trial with these test accuracies, one an epoch."""
    job = Job(row(name).trial, seed, epochs or len(tests), f"digits{train_count}", train_count)
    history = {
        "seconds": [2.0] * len(tests),
        "augmented_accuracy": [0.5] * len(tests),
        "test_accuracy": list(tests),
        "train_accuracy": [None] * (len(tests) - 1) + [0.75] if len(tests) else [],
    }
    message = None if status == DONE else "the loss was nan in epoch 2."
    return Outcome(job, status, message, {"parameters": 61_730, "history": history})
