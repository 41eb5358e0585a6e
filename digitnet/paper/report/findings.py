"""How much of the paper holds: its figures beside ours."""

import statistics
from collections.abc import Sequence

from digitnet.paper.experiments.rows import TRAIN_IMAGES
from digitnet.paper.report.results import Reading
from digitnet.paper.report.tables import (
    NOTHING,
    interval,
    margin,
    paired,
    percent,
    remarks,
    signed,
    spread,
    table,
)


def what_holds(methods: list[Reading], protocols: Sequence[Reading] = ()) -> str:
    """The paper's claims beside ours, with what our seeds allow to be said.

    Args:
        methods: Those of Table 1.
        protocols: Of the section `protocol`.

    Returns:
        A table with a line for every network that the paper has a figure of, one for what the
        gate adds to LeNet where both ran in full, and one for the best reading of the protocol
        where they all did and it is not the letter's; empty without such a network. A row that
        did not have all epochs and images of the protocol is called that and not compared.
    """
    known = [one for one in methods if one.row.paper_accuracy is not None]
    lines = [_accuracy(one, one.row.label, one.row.paper_accuracy) for one in known]
    named = {one.row.name: one for one in known if _in_full(one)}
    if {"lenet", "lenet_attention"} <= set(named):
        lines.append(_gain(named["lenet"], named["lenet_attention"]))
    if "lenet_attention" in named:
        lines += _best_reading(named["lenet_attention"], protocols)
    return table(["", "the paper", "here", ""], lines) if lines else ""


def _in_full(reading):
    whole = reading.epoch == reading.row.epochs and reading.train_count >= TRAIN_IMAGES
    return whole and bool(reading.values("test"))


def _accuracy(reading, label, paper):
    values = reading.values("test")
    cells = [f"{label}, test %", percent(paper, 1)]
    if not values:
        return [*cells, NOTHING, remarks(reading)]
    if not _in_full(reading):
        had = f"{reading.epoch} of {reading.row.epochs} epochs, {reading.train_count:,} images"
        words = f"not run in full, so not compared: {spread(values)} % after {had}"
        return [*cells, NOTHING, words]
    difference = 100 * (statistics.mean(values) - paper)
    words = f"{abs(difference):.2f} points {'higher' if difference > 0 else 'lower'} here"
    if len(values) < 2:
        words += "; one seed has no spread"
    elif abs(difference) <= 100 * margin(values):
        words = f"the same, as far as {len(values)} seeds can tell (± {100 * margin(values):.2f})"
    else:
        words += f", more than {len(values)} seeds allow for (± {100 * margin(values):.2f})"
    return [*cells, spread(values), words]


def _best_reading(letter, protocols):
    if not protocols or not all(map(_in_full, protocols)):
        return []
    best = max(protocols, key=lambda one: one.mean("test"))
    if best.row.trial == letter.row.trial:
        return []
    *cells, words = _accuracy(
        best, f"{letter.row.label}, {best.row.label}", letter.row.paper_accuracy
    )
    return [[*cells, f"{words}; the best of {len(protocols)} readings, picked on the test images"]]


def _gain(plain, gated):
    paper = gated.row.paper_accuracy - plain.row.paper_accuracy
    values = paired(gated, plain)
    cells = ["what the gate adds to LeNet, points", f"{100 * paper:+.1f}"]
    if len(values) < 2:
        here = signed(values) if values else NOTHING
        return [*cells, here, "fewer than two seeds in common: no spread"]
    middle, half = statistics.mean(values), margin(values)
    gain, none = ("inside" if abs(middle - x) <= half else "outside" for x in (paper, 0))
    return [
        *cells,
        signed(values),
        f"95 % interval {interval(values)}: the paper's gain lies {gain}, none at all lies {none}",
    ]
