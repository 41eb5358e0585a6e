"""The gate's variants: accuracy against no gate, seed by seed, and cost."""

import dataclasses
import statistics
from collections.abc import Sequence
from typing import Any

from digitnet.networks.gates import OPEN
from digitnet.paper.experiments.trials import Trial
from digitnet.paper.report import tables
from digitnet.paper.report.markdown import NOTHING, Column, table
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import CONFIDENCE, margin, paired, signed


def of_gates(results: Sequence[Result], costs: dict[str, Any]) -> str:
    """The table of the section `gate`.

    Args:
        results: Of that section.
        costs: As `digitnet.paper.report.cost.costs` gives them.
    """
    plain = without_gate(results)

    def against_none(result: Result) -> str:
        values = against(result, plain)
        return signed(values) if values else NOTHING

    def cost(result: Result) -> dict[str, float]:
        return costs["models"][costs_as(result.row.trial)]

    columns: list[Column[Result]] = [
        tables.LABEL,
        tables.TEST,
        tables.EACH_SEED,
        Column("against no gate, points", against_none),
        tables.EPOCHS,
        Column("parameters", lambda one: f"{cost(one)['parameters']:,}"),
        Column("MACs", lambda one: f"{cost(one)['macs']:,}"),
        Column("µs a call", lambda one: f"{cost(one)['microseconds_single']:,.0f}"),
        Column("µs an image of 256", lambda one: f"{cost(one)['microseconds_in_batch']:.1f}"),
        tables.REMARKS,
    ]
    return table(columns, results)


def costs_as(trial: Trial) -> str:
    """The model that is measured: where a bias starts costs nothing."""
    if trial.gate is None or trial.gate.bias == OPEN:
        return trial.model
    return dataclasses.replace(trial.gate, bias=OPEN).model


def without_gate(results: Sequence[Result]) -> Result | None:
    """The row that the others are set against."""
    return next((one for one in results if one.row.trial.gate is None), None)


def against(result: Result, plain: Result | None) -> list[float]:
    """Its test accuracies less those without a gate, seed by seed; none of the latter itself."""
    return [] if plain is None or result is plain else paired(result, plain)


def differences(results: Sequence[Result]) -> dict[str, list[float]]:
    """`against` no gate of each row that has one, by its label; without those that have nothing."""
    plain = without_gate(results)
    found = {one.row.label: against(one, plain) for one in results}
    return {label: values for label, values in found.items() if values}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How many variants differ from no gate beyond chance, by Student's t, paired by seed."""

    better: int
    worse: int
    variants: int

    @classmethod
    def of(cls, results: Sequence[Result]) -> "Verdict | None":
        """`None` where nothing can be compared, or one seed alone has no spread."""
        found = list(differences(results).values())
        if not found or min(map(len, found)) < 2:
            return None
        means = [(statistics.mean(values), margin(values)) for values in found]
        better = sum(mean > half for mean, half in means)
        return cls(better, sum(mean < -half for mean, half in means), len(found))


def verdict(results: Sequence[Result]) -> str:
    """Does the gate earn its place? What the differences say, and no more."""
    if not differences(results):
        return "The row without a gate, or every row with one, is missing: nothing to compare."
    found = Verdict.of(results)
    if found is None:
        return "One seed has no spread, so these differences say nothing about the gate yet."
    by_chance = (1 - CONFIDENCE) * found.variants
    return (
        f"Of {_variants(found)}: better than no gate beyond chance {found.better}, worse "
        f"{found.worse}, and not to be told from it by these seeds "
        f"{found.variants - found.better - found.worse} (paired by seed, Student's t, "
        f"95 % for each: chance alone calls {by_chance:.2g} of them better or worse)."
    )


def headline(results: Sequence[Result]) -> str | None:
    """`verdict` in a few words, for a picture's title; `None` where there is none."""
    found = Verdict.of(results)
    if found is None:
        return None
    return (
        f"Of {_variants(found)} of the gate, {found.better} end better than no gate beyond chance "
        f"and {found.worse} worse"
    )


def _variants(found: Verdict) -> str:
    return "1 variant" if found.variants == 1 else f"{found.variants} variants"
