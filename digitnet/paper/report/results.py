"""A row's result: which stored outcomes it reads, and at which epoch."""

import dataclasses
import statistics
from typing import TypeAlias

from digitnet.paper.experiments.rows import SECTIONS, Row
from digitnet.paper.runners.store import AT_CHANCE, CHANCE, DIVERGED, DONE, FAILED, Outcome

# These compare their rows, so all rows of a section are read at one epoch, the last that all of
# them reached; in the first two also with the same seeds.
PAIRED = ("protocol", "gate")
COMPARED = (*PAIRED, "table2", "table3")

# Rows and, by seed, the outcomes that they read.
Found: TypeAlias = "list[tuple[Row, dict[int, Outcome]]]"


@dataclasses.dataclass(frozen=True)
class Score:
    """One seed of a row, read at one epoch.

    Attributes:
        seed: The seed.
        status: As `Outcome.status`, at that epoch.
        message: A sentence where it is not `done`.
        test: Accuracy on the test images, 0..1, or `None` where there is none.
        train: On the training images as they are, where that was measured at this epoch.
        augmented: On the augmented training images, averaged over the epoch as it ran.
        best_test: The highest of all epochs up to this one.
        seconds: Of training, up to this epoch.
    """

    seed: int
    status: str
    message: str | None
    test: float | None = None
    train: float | None = None
    augmented: float | None = None
    best_test: float | None = None
    seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """A row and what came out for it.

    Attributes:
        row: The row.
        outcomes: The stored outcomes, one a seed, by seed.
        epoch: At which they are read; 0 for methods without epochs.
        scores: One for each outcome.
    """

    row: Row
    outcomes: tuple[Outcome, ...]
    epoch: int
    scores: tuple[Score, ...]

    @property
    def train_count(self) -> int:
        """Training images."""
        return self.outcomes[0].job.train_count

    def paper(self, measure: str) -> float | None:
        """The paper's accuracy, `test` or `train`, where it gives one."""
        return {"test": self.row.paper_test, "train": self.row.paper_train}[measure]

    def values(self, name: str) -> list[float]:
        """One attribute of all scores that have it."""
        found = [getattr(score, name) for score in self.scores]
        return [value for value in found if value is not None]

    def mean(self, name: str) -> float | None:
        """The mean of `values`, or `None` where there are none."""
        values = self.values(name)
        return statistics.mean(values) if values else None


def read(rows: list[Row], outcomes: list[Outcome]) -> dict[str, list[Result]]:
    """The results of every section that has any, in the order of `SECTIONS`.

    A row takes the outcomes of its trial on the most images and, of those, for each seed the one
    with the most epochs; it reads them at its own epoch, or at the last one there is.
    """
    sections = {}
    for section in SECTIONS:
        found = _found(section, rows, outcomes)
        if found:
            sections[section] = _read_section(section, found)
    return sections


def read_further(section: str, rows: list[Row], outcomes: list[Outcome]) -> list[Result]:
    """The rows of a section that went on where its shortest ended, read where all of them had been.

    Returns:
        At least two results, which can be compared, or none; none of a section that compares
        nothing.
    """
    found = _found(section, rows, outcomes) if section in COMPARED else []
    shortest = min((_last_epoch(row, chosen) for row, chosen in found), default=0)
    found = [(row, chosen) for row, chosen in found if _last_epoch(row, chosen) > shortest]
    return _read_section(section, found) if len(found) > 1 else []


def _found(section: str, rows: list[Row], outcomes: list[Outcome]) -> Found:
    found = [(row, _of_row(row, outcomes)) for row in rows if row.section == section]
    return [(row, chosen) for row, chosen in found if chosen]


def _of_row(row: Row, outcomes: list[Outcome]) -> dict[int, Outcome]:
    """One outcome a seed, all on the same digits: `{seed: outcome}`."""
    mine = [outcome for outcome in outcomes if outcome.job.trial == row.trial]
    if not mine:
        return {}
    ran = [outcome for outcome in mine if outcome.status != FAILED]
    most = max(
        ran or mine, key=lambda one: (one.job.train_count, one.job.epochs, one.job.digits)
    ).job
    same = [one for one in mine if one.job.digits == most.digits]
    same.sort(key=lambda one: (one.status != FAILED, one.job.epochs))
    return dict(sorted({one.job.seed: one for one in same}.items()))


def _read_section(section: str, found: Found) -> list[Result]:
    epochs = [_last_epoch(row, chosen) for row, chosen in found]
    if section in COMPARED:
        epochs = [min(epochs)] * len(epochs)
    reached = [
        {seed: outcome for seed, outcome in chosen.items() if outcome.job.epochs >= epoch}
        for (_, chosen), epoch in zip(found, epochs, strict=True)
    ]
    shared = set.intersection(*map(set, reached)) if section in PAIRED else set()
    results = []
    for (row, _), epoch, kept in zip(found, epochs, reached, strict=True):
        kept = {seed: kept[seed] for seed in kept if not shared or seed in shared}
        scores = tuple(_score(outcome, epoch) for outcome in kept.values())
        results.append(Result(row, tuple(kept.values()), epoch, scores))
    return results


def _last_epoch(row: Row, chosen: dict[int, Outcome]) -> int:
    ran = [outcome for outcome in chosen.values() if outcome.status != FAILED]
    return min(row.epochs, max(outcome.job.epochs for outcome in ran or chosen.values()))


def _score(outcome: Outcome, epoch: int) -> Score:
    history, seed = outcome.facts["history"], outcome.job.seed
    last = max(epoch, 1)  # methods without epochs have one entry
    if len(history.get("test_accuracy", ())) < last:
        status = outcome.status if outcome.status in (DIVERGED, FAILED) else FAILED
        return Score(seed, status, outcome.message or "it ended before this epoch.")
    test = history["test_accuracy"][last - 1]
    at_chance = test < CHANCE
    return Score(
        seed,
        AT_CHANCE if at_chance else DONE,
        "it answers no better than chance." if at_chance else None,
        test,
        history["train_accuracy"][last - 1],
        history["augmented_accuracy"][last - 1] if "augmented_accuracy" in history else None,
        max(history["test_accuracy"][:last]),
        sum(history["seconds"][:last]),
    )
