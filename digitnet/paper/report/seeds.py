"""What several seeds say together: spread, differences seed by seed, and how far chance reaches."""

import statistics
from collections.abc import Sequence

from scipy import stats

from digitnet.paper.report.markdown import NOTHING, percent
from digitnet.paper.report.results import Result

CONFIDENCE = 0.95


def spread(values: Sequence[float]) -> str:
    """Mean ± sample standard deviation, in percent; the mean alone of one value."""
    if not values:
        return NOTHING
    deviation = f" ± {100 * statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return percent(statistics.mean(values)) + deviation


def by_seed(result: Result, other: Result, measure: str = "test") -> dict[int, float]:
    """One result's accuracies less another's, for each seed that both have.

    Args:
        result, other: The two.
        measure: `test` or `train`, as `Score` has them.
    """
    its = {score.seed: getattr(score, measure) for score in other.scores}
    pairs = {score.seed: (getattr(score, measure), its.get(score.seed)) for score in result.scores}
    return {seed: pair[0] - pair[1] for seed, pair in pairs.items() if None not in pair}


def paired(result: Result, other: Result, measure: str = "test") -> list[float]:
    """As `by_seed`, without the seeds."""
    return list(by_seed(result, other, measure).values())


def margin(values: Sequence[float]) -> float:
    """Half the width of the 95 % interval of the mean, by Student's t; of two values or more."""
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)
    return float(quantile * statistics.stdev(values) / len(values) ** 0.5)


def interval(values: Sequence[float]) -> str:
    """The 95 % interval of a mean difference of accuracies, in points; a dash of one value."""
    if len(values) < 2:
        return NOTHING
    middle, half = statistics.mean(values), margin(values)
    return f"{signed([middle - half])} to {signed([middle + half])}"


def signed(values: Sequence[float]) -> str:
    """A difference of accuracies in points, `+0.12 ± 0.03`; without ± of one value."""
    deviation = f" ± {100 * statistics.stdev(values):.2f}" if len(values) > 1 else ""
    mean = round(100 * statistics.mean(values), 2) + 0.0  # no -0.00
    return f"{mean:+.2f}{deviation}"
