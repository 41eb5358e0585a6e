"""What the rows say: how much of the paper holds, and what each reading of its protocol does."""

import statistics

from digitnet.paper.readings import Reading
from digitnet.paper.rows import TRAIN_IMAGES
from digitnet.paper.tables import (
    NOTHING,
    margin,
    paired,
    percent,
    remarks,
    signed,
    spread,
    table,
)
from digitnet.paper.trials import LIGHT

# A change of one setting, from the letter of the paper to its other reading, and its name.
CHANGES = (
    ("momentum", 0.9, "momentum 0.9 instead of 0"),
    ("flip", False, "no flip instead of a flip"),
    ("jitter", LIGHT, "brightness and contrast instead of shifts"),
)


def what_holds(readings: list[Reading]) -> str:
    """The paper's claims beside ours, with what our seeds allow to be said.

    Args:
        readings: Those of Table 1.

    Returns:
        A table with a line for every network that the paper has a figure of, and one for what the
        gate adds to LeNet where both ran in full; empty without such a network. A row that did
        not have all epochs and images of the protocol is called that and not compared.
    """
    lines = [_accuracy(one) for one in readings if one.row.paper_accuracy is not None]
    if not lines:
        return ""
    named = {one.row.name: one for one in readings if _in_full(one)}
    if {"lenet", "lenet_attention"} <= set(named):
        lines.append(_gain(named["lenet"], named["lenet_attention"]))
    return table(["", "the paper", "here", ""], lines)


def effects(readings: list[Reading]) -> str:
    """What each change of the protocol does to the accuracy, everything else as it was.

    Args:
        readings: Of the section `protocol`.

    Returns:
        A table, in points of test accuracy: the mean over all pairs of rows that differ in this
        setting alone, and the least and the most of them; empty where there are no pairs.
    """
    mean_of = {one.row.trial: one.mean("test") for one in readings if one.values("test")}
    lines = []
    for setting, other, label in CHANGES:
        found = [
            mean_of[trial] - mean_of[before]
            for trial in mean_of
            for before in mean_of
            if getattr(trial, setting) == other and _differ_in(trial, before) == [setting]
        ]
        if found:
            cells = [label, signed([statistics.mean(found)]), signed([min(found)])]
            lines.append([*cells, signed([max(found)]), str(len(found))])
    return table(["", "points, mean", "least", "most", "pairs of rows"], lines) if lines else ""


def _differ_in(trial, before):
    settings = [setting for setting, _, _ in CHANGES]
    return [name for name in settings if getattr(trial, name) != getattr(before, name)]


def _in_full(reading):
    whole = reading.epoch == reading.row.epochs and reading.train_count >= TRAIN_IMAGES
    return whole and bool(reading.values("test"))


def _accuracy(reading):
    paper, values = reading.row.paper_accuracy, reading.values("test")
    cells = [f"{reading.row.label}, test %", percent(paper, 1)]
    if not values:
        return [*cells, NOTHING, remarks(reading)]
    if not _in_full(reading):
        had = f"{reading.epoch} of {reading.row.epochs} epochs, {reading.train_count:,} images"
        return [*cells, NOTHING, f"not run in full ({had}), so not compared"]
    difference = 100 * (statistics.mean(values) - paper)
    words = f"{abs(difference):.2f} points {'higher' if difference > 0 else 'lower'} here"
    if len(values) < 2:
        words += "; one seed has no spread"
    elif abs(difference) <= 100 * margin(values):
        words = f"the same, as far as {len(values)} seeds can tell (± {100 * margin(values):.2f})"
    else:
        words += f", more than {len(values)} seeds allow for (± {100 * margin(values):.2f})"
    return [*cells, spread(values), words]


def _gain(plain, gated):
    paper = gated.row.paper_accuracy - plain.row.paper_accuracy
    values = paired(gated, plain)
    cells = ["what the gate adds to LeNet, points", f"{100 * paper:+.1f}"]
    if len(values) < 2:
        here = signed(values) if values else NOTHING
        return [*cells, here, "fewer than two seeds in common: no spread"]
    middle, half = statistics.mean(values), margin(values)
    low, high = middle - half, middle + half
    gain = "inside" if low <= paper <= high else "outside"
    none = "inside" if low <= 0 <= high else "outside"
    return [
        *cells,
        signed(values),
        f"95 % interval {100 * low:+.2f} to {100 * high:+.2f}: the paper's gain lies {gain}, "
        f"none at all lies {none}",
    ]
