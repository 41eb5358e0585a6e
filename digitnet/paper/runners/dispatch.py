"""Runs one job, whatever its method, and stores what it left."""

import contextlib
import os
import traceback
from collections.abc import Callable

from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.store import FAILED, Outcome, Store
from digitnet.training import provenance


def run_job(job: Job, digits: Digits, store: Store) -> Outcome:
    """Runs a job and stores its outcome; a job that fails is stored as failed, with its reason.

    What the job prints goes into its log.
    """
    with open(store.log(job), "a", encoding="utf-8") as stream:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            print(f"process {os.getpid()}", flush=True)
            try:
                outcome = _method(job.trial.method)(job, digits, store)
            except Exception as error:  # the sweep goes on, whatever it was
                outcome = _failed(job, error)
    store.write(outcome)
    return outcome


def run_group(jobs: list[Job], digits: Digits, store: Store) -> list[Outcome]:
    """Runs the seeds of one trial side by side, or a job that is alone, as `run_job` does.

    What seeds side by side print goes into the log of the first of them.
    """
    if len(jobs) == 1:
        return [run_job(jobs[0], digits, store)]
    with open(store.log(jobs[0]), "a", encoding="utf-8") as stream:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            print(f"process {os.getpid()}", flush=True)
            try:
                from digitnet.paper.runners.network import run_networks

                outcomes = run_networks(jobs, digits, store)
            except Exception as error:
                outcomes = [_failed(job, error) for job in jobs]
    for outcome in outcomes:
        store.write(outcome)
    return outcomes


def _failed(job: Job, error: Exception) -> Outcome:
    """A job that ended in an error, told in the log."""
    traceback.print_exc()
    sentence = str(error) if isinstance(error, UserError) else repr(error)
    return Outcome(job, FAILED, sentence, {"provenance": provenance.describe(), "history": {}})


def _method(name: str) -> Callable[[Job, Digits, Store], Outcome]:
    """Imported when it is wanted: each method has packages of its own."""
    if name == "network":
        from digitnet.paper.runners.network import run_network as method
    elif name == "lbp":
        from digitnet.paper.runners.lbp import run_lbp as method
    elif name == "sparse":
        from digitnet.paper.runners.sparse import run_sparse as method
    else:
        raise UserError(f"there is no method {name!r}.")
    return method
