"""The paper's figures beside ours, and what our seeds allow to be said of the difference."""

import dataclasses
import statistics

from digitnet.paper.experiments.rows import TRAIN_IMAGES
from digitnet.paper.report.markdown import NOTHING
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import margin, signed

NOT_IN_FULL = "not run in full"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Our mean less the paper's figure.

    Attributes:
        difference: Of accuracies, 0..1.
        half: Half the 95 % interval of our mean; `None` of one seed, which has no spread.
    """

    difference: float
    half: float | None

    @property
    def is_beyond(self) -> bool:
        """Whether it is more than our seeds allow for."""
        return self.half is not None and abs(self.difference) > self.half


def ran_in_full(result: Result) -> bool:
    """Whether it had all epochs and images of the protocol, and came to a score."""
    whole = result.epoch == result.row.epochs and result.train_count >= TRAIN_IMAGES
    return whole and bool(result.values("test"))


def compare(result: Result, measure: str) -> Comparison | None:
    """A result beside the paper's figure; `None` where there is none, or a part of it ran.

    Args:
        result: The result.
        measure: `test`, or `train`: on the training images as they are.
    """
    paper, values = result.paper(measure), result.values(measure)
    if paper is None or not values or not ran_in_full(result):
        return None
    half = margin(values) if len(values) > 1 else None
    return Comparison(statistics.mean(values) - paper, half)


def in_points(result: Result, measure: str) -> str:
    """`+0.80, beyond ± 0.20`: the difference, and whether it is more than our seeds allow for."""
    found = compare(result, measure)
    if found is None:
        return NOTHING if result.paper(measure) is None else NOT_IN_FULL
    points = signed([found.difference])
    if found.half is None:
        return f"{points}, one seed"
    return f"{points}, {'beyond' if found.is_beyond else 'within'} ± {100 * found.half:.2f}"
