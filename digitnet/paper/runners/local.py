"""Jobs in worker processes of this machine."""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

from digitnet.digits.datasets import Digits
from digitnet.paper.experiments import plan
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.store import FAILED, Outcome, Store

ATTEMPTS = 3  # a worker that dies twice over the same job is the job's doing
THREAD_VARIABLES = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def run_jobs(
    jobs: list[Job], digits: Digits, store: Store, workers: int = 1, side_by_side: bool = False
) -> Iterator[Outcome]:
    """Runs jobs in `workers` processes and yields each outcome as it comes.

    A worker that dies is replaced and its job run again, from its checkpoint. A job whose workers
    died `ATTEMPTS` times has failed.

    Args:
        jobs: What to run.
        digits: What to run them on.
        store: Where workers put outcomes.
        workers: Processes at a time; they share the processor's threads evenly, unless the
            environment says how many threads a process has.
        side_by_side: Whether a worker trains all seeds of a trial at once, which takes Keras' JAX
            backend.

    Yields:
        Every job's `Outcome`, once.
    """
    groups = plan.groups_of(jobs) if side_by_side else [[job] for job in jobs]
    waiting = [(group, 1) for group in reversed(groups)]
    crew = {_Worker(digits, store, workers) for _ in range(min(workers, len(groups)))}
    try:
        while waiting or any(worker.jobs for worker in crew):
            for worker in crew:
                if waiting and not worker.jobs:
                    worker.start(*waiting.pop())
            busy = [(worker, worker.jobs) for worker in crew if worker.jobs]
            ready = multiprocessing.connection.wait([worker.pipe for worker, _ in busy])
            for worker, group in [one for one in busy if one[0].pipe in ready]:
                outcomes = worker.outcomes()
                if outcomes is None:  # it died
                    crew.remove(worker)
                    crew.add(_Worker(digits, store, workers))
                    left = [(job, _left_by(job, store)) for job in group]
                    outcomes = [outcome for _, outcome in left if outcome]
                    again = [job for job, outcome in left if not outcome]
                    if again and worker.attempt < ATTEMPTS:
                        waiting.append((again, worker.attempt + 1))
                    else:
                        outcomes += [_given_up(job, store) for job in again]
                yield from outcomes
    finally:
        for worker in crew:
            worker.stop()


class _Worker:
    """A process that runs one group of jobs after the other, and the pipe to it."""

    def __init__(self, digits: Digits, store: Store, workers: int) -> None:
        context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, digits, store), daemon=True)
        with threads(max(1, _cores() // workers)):
            self.process.start()
        theirs.close()  # so that its death closes the pipe
        self.jobs: list[Job] = []
        self.attempt = 0

    def start(self, jobs: list[Job], attempt: int) -> None:
        self.jobs, self.attempt = jobs, attempt
        with contextlib.suppress(OSError):  # dead already: the pipe's end tells
            self.pipe.send(jobs)

    def outcomes(self) -> list[Outcome] | None:
        """What the jobs left, or `None` if the process died over them."""
        try:
            outcomes = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return None
        self.jobs = []
        return list(outcomes)

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()


def _work(pipe: Connection, digits: Digits, store: Store) -> None:
    # What TensorFlow's C++ prints does not go through sys.stderr: a job's log cannot hold it.
    with open(store.workers_log(), "a") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from digitnet.paper.runners.dispatch import run_group

    with contextlib.suppress(OSError, EOFError, KeyboardInterrupt):
        while True:
            pipe.send(run_group(pipe.recv(), digits, store))


def _end_with_parent() -> None:
    """Ends the worker when the sweep was killed: the next sweep takes its job."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _left_by(job: Job, store: Store) -> Outcome | None:
    """What a job stored before its worker died, or `None`."""
    outcome = store.read(job)
    return outcome if outcome and outcome.status != FAILED else None


def _given_up(job: Job, store: Store) -> Outcome:
    message = f"its worker process died {ATTEMPTS} times; its log is runs/{store.log(job).name}."
    outcome = Outcome(job, FAILED, message, {"history": {}})
    store.write(outcome)
    return outcome


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Within the block, new processes are told to use this many threads."""
    told = {name: str(count) for name in THREAD_VARIABLES if name not in os.environ}
    os.environ.update(told)
    try:
        yield
    finally:
        for name in told:
            del os.environ[name]
