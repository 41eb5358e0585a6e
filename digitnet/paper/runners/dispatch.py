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
                traceback.print_exc()
                sentence = str(error) if isinstance(error, UserError) else repr(error)
                facts = {"provenance": provenance.describe(), "history": {}}
                outcome = Outcome(job, FAILED, sentence, facts)
    store.write(outcome)
    return outcome


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
