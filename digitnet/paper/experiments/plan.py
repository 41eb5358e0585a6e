"""From rows to jobs: nothing is run twice."""

import dataclasses

from digitnet.paper.experiments.rows import LARGE, Row, all_rows
from digitnet.paper.experiments.trials import LBP, NETWORK, Job, Trial

SEEDS = 3
SEEDS_LARGE = 1  # the large networks take hours each on a CPU


def jobs_of(
    rows: list[Row],
    digits: str,
    train_count: int,
    seeds: int | None = None,
    epochs: int | None = None,
) -> list[Job]:
    """The jobs that the rows need, those of the first seed first.

    Args:
        rows: The rows.
        digits: `fingerprint` of the digits.
        train_count: Training images among them.
        seeds: Seeds of each trial, 0 to N - 1; `None` for three, one for the large networks.
        epochs: The most epochs that any job runs.
    """
    trials = {row.trial: row.is_large for row in rows}
    wanted = []
    for trial, is_large in trials.items():
        count = seeds or (SEEDS_LARGE if is_large else SEEDS)
        if trial.method == LBP:
            count = 1  # nothing in it is random
        length = _epochs_of(trial, epochs)
        wanted += [Job(trial, seed, length, digits, train_count) for seed in range(count)]
    return sorted(wanted, key=lambda job: job.seed)


def groups_of(jobs: list[Job]) -> list[list[Job]]:
    """Jobs that differ in their seeds alone together, where networks are small; else alone."""
    groups: dict[object, list[Job]] = {}
    for job in jobs:
        small = job.trial.method == NETWORK and job.trial.model not in LARGE
        groups.setdefault(dataclasses.replace(job, seed=0) if small else job, []).append(job)
    return list(groups.values())


def _epochs_of(trial: Trial, most: int | None) -> int:
    """The longest that any row, asked for or not, needs: the others are read on the way."""
    if trial.method != NETWORK:
        return 0
    longest = max(row.epochs for row in all_rows() if row.trial == trial)
    return min(longest, most or longest)
