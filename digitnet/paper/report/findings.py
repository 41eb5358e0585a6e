"""How much of the paper holds: its figures beside ours."""

import collections
import dataclasses
import statistics
from collections.abc import Mapping, Sequence

from digitnet.paper.report.comparison import NOT_IN_FULL, Comparison, compare, ran_in_full
from digitnet.paper.report.markdown import NOTHING, Column, percent, table
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import interval, margin, paired, signed, spread
from digitnet.paper.report.tables import remarks

Sections = Mapping[str, Sequence[Result]]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One claim of the paper.

    Attributes:
        label: What is compared.
        paper: Its figure.
        here: Ours.
        words: What our seeds allow to be said.
    """

    label: str
    paper: str
    here: str
    words: str


COLUMNS: tuple[Column[Finding], ...] = (
    Column("", lambda one: one.label),
    Column("the paper", lambda one: one.paper),
    Column("here", lambda one: one.here),
    Column("", lambda one: one.words),
)


@dataclasses.dataclass(frozen=True)
class Step:
    """A difference between two cells of the paper's tables, which it draws a conclusion from.

    Attributes:
        label: What changes.
        after, before: Full names of the two rows.
        measure: Which of the rows' accuracies, `test` or `train`.
    """

    label: str
    after: str
    before: str
    measure: str = "test"


GATE = Step("what the gate adds to LeNet", "table1/lenet_attention", "table1/lenet")
STEPS = (
    Step("learning rate 0.1 instead of 0.01, test", "table2/0.1", "table2/0.01"),
    Step("learning rate 0.001 instead of 0.01, test", "table2/0.001", "table2/0.01"),
    Step("batch 48 instead of 96, training", "table3/48", "table3/96", "train"),
    Step("batch 256 instead of 96, training", "table3/256", "table3/96", "train"),
    Step("100 epochs instead of 50, test", "table4/100", "table4/50"),
    Step("150 epochs instead of 100, test", "table4/150", "table4/100"),
)


def what_holds(sections: Sections) -> str:
    """The paper's claims beside ours, with what our seeds allow to be said.

    Args:
        sections: The results of each.

    Returns:
        A table with a line for every network of Table 1 that the paper has a figure of, one for
        what the gate adds to LeNet, one for the best reading of the protocol where all ran and it
        is not the letter's, and one for each of `STEPS`; empty without any of these. Of a row that
        did not have all epochs and images of the protocol that is said, and no more.
    """
    known = [one for one in sections.get("table1", ()) if one.paper("test") is not None]
    findings = [_accuracy(one, one.row.label, one.paper("test")) for one in known]
    full = {
        one.row.full_name: one for each in sections.values() for one in each if ran_in_full(one)
    }
    findings += _step(GATE, full)
    if GATE.after in full:
        findings += _best_reading(full[GATE.after], sections.get("protocol", ()))
    for step in STEPS:
        findings += _step(step, full)
    return table(COLUMNS, findings) if findings else ""


def cells(sections: Sections) -> str:
    """How many of the accuracies in Tables 2 to 4 are ours, too, as a sentence; empty without any.

    A run that several of the tables read is counted once.
    """
    found: dict[object, Comparison] = {}
    for section in ("table2", "table3", "table4"):
        for one in sections.get(section, ()):
            for measure in ("test", "train"):
                comparison = compare(one, measure)
                if comparison is not None and comparison.half is not None:
                    found[one.row.trial, one.epoch, measure] = comparison
    if not found:
        return ""
    counts = collections.Counter(
        (comparison.difference > 0) - (comparison.difference < 0) if comparison.is_beyond else 0
        for comparison in found.values()
    )
    return (
        f"Of the {len(found)} accuracies in its Tables 2 to 4, {counts[0]} are the same here as "
        f"far as our seeds can tell, {counts[1]} are higher here and {counts[-1]} lower."
    )


def _accuracy(result: Result, label: str, paper: float | None) -> Finding:
    values = result.values("test")
    label, figure = f"{label}, test %", percent(paper, 1)
    if not values or paper is None:
        return Finding(label, figure, NOTHING, remarks(result))
    if not ran_in_full(result):
        had = f"{result.epoch} of {result.row.epochs} epochs, {result.train_count:,} images"
        words = f"{NOT_IN_FULL}, so not compared: {spread(values)} % after {had}"
        return Finding(label, figure, NOTHING, words + _never_so_low(result, paper))
    difference = 100 * (statistics.mean(values) - paper)
    words = f"{abs(difference):.2f} points {'higher' if difference > 0 else 'lower'} here"
    if len(values) < 2:
        words += "; one seed has no spread"
    elif abs(difference) <= 100 * margin(values):
        words = f"the same, as far as {len(values)} seeds can tell (± {100 * margin(values):.2f})"
    else:
        words += f", more than {len(values)} seeds allow for (± {100 * margin(values):.2f})"
    return Finding(label, figure, spread(values), words)


def _never_so_low(result: Result, paper: float) -> str:
    """That a part of the protocol is above the paper's figure already, after each epoch it had."""
    histories = [outcome.facts["history"]["test_accuracy"] for outcome in result.outcomes]
    reached = [accuracy for history in histories for accuracy in history[: result.epoch]]
    if len(reached) < 2 or min(reached) <= paper:
        return ""
    return f"; no epoch was below {percent(min(reached))} %"


def _best_reading(letter: Result, protocols: Sequence[Result]) -> list[Finding]:
    if not protocols or not all(map(ran_in_full, protocols)):
        return []
    best = max(protocols, key=lambda one: one.mean("test") or 0.0)
    if best.row.trial == letter.row.trial:
        return []
    found = _accuracy(best, f"{letter.row.label}, {best.row.label}", letter.paper("test"))
    how = f"the best of {len(protocols)} readings, picked on the test images"
    return [dataclasses.replace(found, words=f"{found.words}; {how}")]


def _step(step: Step, full: Mapping[str, Result]) -> list[Finding]:
    if not {step.after, step.before} <= set(full):
        return []
    after, before = full[step.after], full[step.before]
    figures = after.paper(step.measure), before.paper(step.measure)
    if figures[0] is None or figures[1] is None:
        return []
    paper = figures[0] - figures[1]
    values = paired(after, before, step.measure)
    label, figure = f"{step.label}, points", f"{100 * paper:+.1f}"
    if len(values) < 2:
        here = signed(values) if values else NOTHING
        return [Finding(label, figure, here, "fewer than two seeds in common: no spread")]
    middle, half = statistics.mean(values), margin(values)
    its, none = ("inside" if abs(middle - x) <= half else "outside" for x in (paper, 0))
    words = (
        f"95 % interval {interval(values)}: the paper's difference lies {its}, none at all lies "
        f"{none}"
    )
    return [Finding(label, figure, signed(values), words)]
