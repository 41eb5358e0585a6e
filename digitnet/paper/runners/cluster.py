"""Jobs as tasks on a Ray cluster: several machines, one folder that all of them see."""

import os
from collections.abc import Iterator
from typing import Any

from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.local import THREAD_VARIABLES
from digitnet.paper.runners.store import FAILED, Outcome, Store

RETRIES = 2  # of a task whose worker died, as local workers have


def run_jobs(jobs: list[Job], digits: Digits, store: Store, workers: int = 1) -> Iterator[Outcome]:
    """Runs jobs as Ray tasks and yields each outcome as it comes.

    Ray starts here where no cluster is given (`RAY_ADDRESS`, or one that already runs on this
    machine). A task takes one of the cluster's processors.

    Args:
        jobs: What to run.
        digits: What to run them on; they travel once to each machine.
        store: Where outcomes are put, by this process alone; checkpoints lie in the same folder on
            the machine that runs the task, and are found again where the folder is shared.
        workers: Tasks at a time.

    Yields:
        Every job's `Outcome`, once.

    Raises:
        UserError: If Ray is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise UserError(
            "--executor ray needs Ray: pip install 'digitnet[ray]', or take --executor local."
        ) from error
    started_here = not ray.is_initialized()
    if started_here:
        ray.init(log_to_driver=False, configure_logging=False)
    try:
        yield from _run(ray, jobs, digits, store, workers)
    finally:
        if started_here:
            ray.shutdown()


def _run(
    ray: Any, jobs: list[Job], digits: Digits, store: Store, workers: int
) -> Iterator[Outcome]:
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_task)
    shared = ray.put(digits)
    folder = str(store.folder.resolve())
    waiting = list(reversed(jobs))
    running: dict[Any, Job] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            job = waiting.pop()
            running[task.remote(job, shared, folder)] = job
        (ready,), _ = ray.wait(list(running), num_returns=1)
        job = running.pop(ready)
        try:
            outcome = ray.get(ready)
        except ray.exceptions.RayError as error:
            sentence = str(error).strip().splitlines()[0]
            outcome = Outcome(job, FAILED, f"its Ray task ended: {sentence}", {"history": {}})
        store.write(outcome)  # on this machine, too, where the folder is not shared
        yield outcome


def _task(job: Job, digits: Digits, folder: str) -> Outcome:
    for name in THREAD_VARIABLES:  # a task has one processor; TensorFlow would take all
        os.environ.setdefault(name, "1")
    from digitnet.paper.runners.dispatch import run_job

    return run_job(job, digits, Store(folder))
