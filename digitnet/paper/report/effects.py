"""What one change does, everything else as it was: of the protocol, and of the gate."""

import operator
import statistics

from digitnet.paper.experiments.trials import LIGHT, SHIFT
from digitnet.paper.report.results import Reading
from digitnet.paper.report.tables import by_seed, interval, signed, table

# A setting's place in a row's key, its value before and after the change, and the change's name.
PROTOCOL = (
    (0, 0.0, 0.9, "momentum 0.9 instead of 0"),
    (1, True, False, "no flip instead of a flip"),
    (2, SHIFT, LIGHT, "brightness and contrast instead of shifts"),
)
GATE = (
    (0, "spatial", "channelwise", "a mask for each channel instead of one for all"),
    (1, "first", "second", "after the second pooling instead of the first"),
    (1, "first", "both", "after both poolings instead of the first alone"),
    (1, "second", "both", "after both poolings instead of the second alone"),
    (2, "open", "zero", "bias zero instead of open"),
)
ANY_GATE = "a gate, whichever, instead of none"


def of_protocol(readings: list[Reading]) -> str:
    """What each change of the protocol does to the test accuracy.

    Args:
        readings: Of the section `protocol`.

    Returns:
        A table, in points of test accuracy. Each seed gives the mean over all pairs of rows that
        differ in this setting alone: their mean, spread and 95 % interval over the seeds that
        all these rows have. Then the least and the most of the pairs. Empty without pairs.
    """
    settings = operator.attrgetter("momentum", "flip", "jitter")
    of_key = {settings(one.row.trial): one for one in _scored(readings)}
    return _table([(label, _pairs(of_key, *change)) for *change, label in PROTOCOL])


def of_gate(readings: list[Reading]) -> str:
    """What a gate does to the test accuracy, and each change of it.

    Args:
        readings: Of the section `gate`.

    Returns:
        A table as `of_protocol`'s, whose first line is of all gates against none.
    """
    of_key = {tuple(one.row.name.split("-")): one for one in _scored(readings)}
    plain = of_key.pop(("none",), None)
    against_none = [by_seed(one, plain) for one in of_key.values()] if plain else []
    changes = [(label, _pairs(of_key, *change)) for *change, label in GATE]
    return _table([(ANY_GATE, against_none), *changes])


def _scored(readings):
    return [one for one in readings if one.values("test")]


def _pairs(of_key, place, before, after):
    """Differences, seed by seed, of all readings whose keys differ in this alone."""
    return [
        by_seed(one, of_key[other])
        for key, one in of_key.items()
        if key[place] == after and (other := (*key[:place], before, *key[place + 1 :])) in of_key
    ]


def _table(changes):
    lines = []
    for label, pairs in changes:
        seeds = sorted(set.intersection(*map(set, pairs))) if pairs else []
        if seeds:
            of_pair = [statistics.mean(pair[seed] for seed in seeds) for pair in pairs]
            of_seed = [statistics.mean(pair[seed] for pair in pairs) for seed in seeds]
            cells = [label, signed(of_seed), interval(of_seed)]
            lines.append([*cells, signed([min(of_pair)]), signed([max(of_pair)]), str(len(pairs))])
    head = ["", "points, mean", "95 % interval", "least pair", "most", "pairs of rows"]
    return table(head, lines) if lines else ""
