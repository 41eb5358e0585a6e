"""Tables of the report, in Markdown."""

import statistics

from digitnet.paper.report.results import Reading
from digitnet.paper.runners.store import AT_CHANCE, DIVERGED, DONE, FAILED

NOTHING = "–"
# Student's t, two-sided 95 %, by number of seeds: two standard errors are too few for three seeds.
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}


def percent(value: float | None, digits: int = 2) -> str:
    """An accuracy of 0..1 in percent, or a dash."""
    return NOTHING if value is None else f"{100 * value:.{digits}f}"


def spread(values: list[float]) -> str:
    """Mean ± sample standard deviation, in percent; the mean alone of one value."""
    if not values:
        return NOTHING
    deviation = f" ± {100 * statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return percent(statistics.mean(values)) + deviation


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def of_readings(readings: list[Reading], with_paper: bool, with_best: bool = False) -> str:
    """A table of rows: the paper's figure, ours, each seed, and what was spent on it."""
    head = ["", *(["paper, test %"] if with_paper else []), "test %", "each seed"]
    head += [*(["best epoch, test %"] if with_best else []), "training %", "augmented %"]
    head += ["epochs", "images", "parameters", "seconds", ""]
    rows = []
    for reading in readings:
        paper = reading.row.paper_accuracy
        cells = [reading.row.label]
        cells += [percent(paper, 1)] if with_paper else []
        cells += [spread(reading.values("test")), _each(reading)]
        cells += [spread(reading.values("best_test")) if reading.epoch else NOTHING][:with_best]
        cells += [percent(reading.mean("train")), percent(reading.mean("augmented"))]
        cells += [_epochs(reading), f"{reading.train_count:,}", _parameters(reading)]
        seconds = reading.mean("seconds")
        cells += [NOTHING if seconds is None else f"{seconds:,.0f}", remarks(reading)]
        rows.append(cells)
    return table(head, rows)


def remarks(reading: Reading) -> str:
    """What did not go well, in words: `diverged (1 of 3): the loss was nan in epoch 2.`"""
    said = []
    for status in (DIVERGED, AT_CHANCE, FAILED):
        those = [score for score in reading.scores if score.status == status]
        if those:
            count = f" ({len(those)} of {len(reading.scores)})" if len(reading.scores) > 1 else ""
            said.append(f"{status}{count}: {those[0].message}")
    return " ".join(said)


def _each(reading):
    return ", ".join(
        percent(score.test) if score.status in (DONE, AT_CHANCE) else score.status
        for score in reading.scores
    )


def _epochs(reading):
    if not reading.epoch:
        return NOTHING
    protocol = reading.row.epochs
    return str(reading.epoch) if reading.epoch == protocol else f"{reading.epoch} of {protocol}"


def _parameters(reading):
    found = [outcome.facts.get("parameters") for outcome in reading.outcomes]
    return next((f"{one:,}" for one in found if one), NOTHING)


def of_gates(readings: list[Reading], costs: dict) -> str:
    """The gate's variants: accuracy against no gate, seed by seed, and cost."""
    head = ["", "test %", "each seed", "against no gate, points", "epochs", "parameters", "MACs"]
    head += ["µs a call", "µs an image of 256", ""]
    rows = []
    for reading, difference in zip(readings, differences(readings), strict=True):
        cost = costs["models"][costs_as(reading.row.trial.model)]
        rows.append(
            [
                reading.row.label,
                spread(reading.values("test")),
                _each(reading),
                signed(difference) if difference else NOTHING,
                _epochs(reading),
                f"{cost['parameters']:,}",
                f"{cost['macs']:,}",
                f"{cost['microseconds_single']:,.0f}",
                f"{cost['microseconds_in_batch']:.1f}",
                remarks(reading),
            ]
        )
    return table(head, rows)


def costs_as(model: str) -> str:
    """The variant that is measured: where a bias starts costs nothing."""
    return model.replace("_zero", "_open")


def differences(readings: list[Reading]) -> list[list[float]]:
    """For each reading, its test accuracy less that of the row `none`, seed by seed."""
    plain = next((one for one in readings if one.row.name == "none"), None)
    return [[] if plain is None or one is plain else paired(one, plain) for one in readings]


def paired(reading: Reading, other: Reading) -> list[float]:
    """One reading's test accuracies less another's, for each seed that both have."""
    return list(by_seed(reading, other).values())


def by_seed(reading: Reading, other: Reading) -> dict[int, float]:
    """As `paired`, with the seeds."""
    its = {score.seed: score.test for score in other.scores}
    pairs = {score.seed: (score.test, its.get(score.seed)) for score in reading.scores}
    return {seed: pair[0] - pair[1] for seed, pair in pairs.items() if None not in pair}


def margin(values: list[float]) -> float:
    """Half the width of the 95 % interval of the mean, by Student's t; of two values or more."""
    error = statistics.stdev(values) / len(values) ** 0.5
    return STUDENT.get(len(values), STUDENT[10]) * error


def interval(values: list[float]) -> str:
    """The 95 % interval of a mean difference of accuracies, in points; a dash of one value."""
    if len(values) < 2:
        return NOTHING
    middle, half = statistics.mean(values), margin(values)
    return f"{signed([middle - half])} to {signed([middle + half])}"


def signed(values: list[float]) -> str:
    """A difference of accuracies in points, `+0.12 ± 0.03`; without ± of one value."""
    deviation = f" ± {100 * statistics.stdev(values):.2f}" if len(values) > 1 else ""
    mean = round(100 * statistics.mean(values), 2) + 0.0  # no -0.00
    return f"{mean:+.2f}{deviation}"


def verdict(readings: list[Reading]) -> str:
    """Does the gate earn its place? What the differences say, and no more."""
    found = [one for one in differences(readings) if one]
    if not found:
        return "The row without a gate, or every row with one, is missing: nothing to compare."
    if min(map(len, found)) < 2:
        return "One seed has no spread, so these differences say nothing about the gate yet."
    better = worse = 0
    for values in found:
        better += statistics.mean(values) > margin(values)
        worse += statistics.mean(values) < -margin(values)
    count = "1 variant" if len(found) == 1 else f"{len(found)} variants"
    return (
        f"Of {count}: better than no gate beyond chance {better}, worse {worse}, and not to be "
        f"told from it by these seeds {len(found) - better - worse} (paired by seed, Student's t, "
        f"95 % for each: chance alone calls {0.05 * len(found):.2g} of them better or worse)."
    )
