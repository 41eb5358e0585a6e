"""What one change does, everything else as it was: of the protocol, and of the gate."""

import dataclasses
import statistics
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from digitnet.networks.gates import CHANNELWISE, OPEN, SPATIAL, ZERO, Gate
from digitnet.paper.experiments.trials import LIGHT, SHIFT, Trial
from digitnet.paper.report.gates import without_gate
from digitnet.paper.report.markdown import Column, table
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import by_seed, interval, signed


@dataclasses.dataclass(frozen=True)
class Change:
    """One setting's value before and after a change, and what the change is called."""

    setting: str
    before: Hashable
    after: Hashable
    label: str


@dataclasses.dataclass(frozen=True)
class Protocol:
    """The settings that the section `protocol` varies."""

    momentum: float
    horizontal_flip: bool
    jitter: str | None

    @classmethod
    def of(cls, trial: Trial) -> "Protocol":
        """Those of a network's trial."""
        recipe = trial.recipe
        assert recipe is not None  # every row of the section is a network
        return cls(recipe.momentum, recipe.horizontal_flip, trial.jitter)


PROTOCOL = (
    Change("momentum", 0.0, 0.9, "momentum 0.9 instead of 0"),
    Change("horizontal_flip", True, False, "no flip instead of a flip"),
    Change("jitter", SHIFT, LIGHT, "brightness and contrast instead of shifts"),
)
FIRST, SECOND, BOTH = (1,), (2,), (1, 2)
GATE = (
    Change("mask", SPATIAL, CHANNELWISE, "a mask for each channel instead of one for all"),
    Change("places", FIRST, SECOND, "after the second pooling instead of the first"),
    Change("places", FIRST, BOTH, "after both poolings instead of the first alone"),
    Change("places", SECOND, BOTH, "after both poolings instead of the second alone"),
    Change("bias", OPEN, ZERO, "bias zero instead of open"),
)
ANY_GATE = "a gate, whichever, instead of none"


@dataclasses.dataclass(frozen=True)
class Effect:
    """What a change did.

    Attributes:
        label: The change.
        of_seed: Each seed's mean over the pairs of rows that differ in the change alone.
        of_pair: Each pair's mean over the seeds.
    """

    label: str
    of_seed: list[float]
    of_pair: list[float]


COLUMNS: tuple[Column[Effect], ...] = (
    Column("", lambda one: one.label),
    Column("points, mean", lambda one: signed(one.of_seed)),
    Column("95 % interval", lambda one: interval(one.of_seed)),
    Column("least pair", lambda one: signed([min(one.of_pair)])),
    Column("most", lambda one: signed([max(one.of_pair)])),
    Column("pairs of rows", lambda one: str(len(one.of_pair))),
)


def of_protocol(results: Sequence[Result]) -> str:
    """What each change of the protocol does to the test accuracy.

    Args:
        results: Of the section `protocol`.

    Returns:
        A table, in points of test accuracy. Each seed gives the mean over all pairs of rows that
        differ in this setting alone: their mean, spread and 95 % interval over the seeds that
        all these rows have. Then the least and the most of the pairs. Empty without pairs.
    """
    known = {Protocol.of(one.row.trial): one for one in _scored(results)}
    return _table((change.label, _pairs(known, change)) for change in PROTOCOL)


def of_gate(results: Sequence[Result]) -> str:
    """What a gate does to the test accuracy, and each change of it.

    Args:
        results: Of the section `gate`.

    Returns:
        A table as `of_protocol`'s, whose first line is of all gates against none.
    """
    scored = _scored(results)
    plain = without_gate(scored)
    known: dict[Gate, Result] = {
        one.row.trial.gate: one for one in scored if one.row.trial.gate is not None
    }
    against_none = [by_seed(one, plain) for one in known.values()] if plain else []
    changes = [(change.label, _pairs(known, change)) for change in GATE]
    return _table([(ANY_GATE, against_none), *changes])


def _scored(results: Sequence[Result]) -> list[Result]:
    return [one for one in results if one.values("test")]


def _pairs(known: Mapping[Any, Result], change: Change) -> list[dict[int, float]]:
    """Differences, seed by seed, of all results whose settings differ in this alone."""
    return [
        by_seed(one, known[before])
        for settings, one in known.items()
        if getattr(settings, change.setting) == change.after
        and (before := dataclasses.replace(settings, **{change.setting: change.before})) in known
    ]


def _table(changes: Iterable[tuple[str, list[dict[int, float]]]]) -> str:
    effects = []
    for label, pairs in changes:
        seeds = sorted(set.intersection(*map(set, pairs))) if pairs else []
        if seeds:
            of_seed = [statistics.mean(pair[seed] for pair in pairs) for seed in seeds]
            of_pair = [statistics.mean(pair[seed] for seed in seeds) for pair in pairs]
            effects.append(Effect(label, of_seed, of_pair))
    return table(COLUMNS, effects) if effects else ""
