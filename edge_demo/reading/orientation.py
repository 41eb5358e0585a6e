"""How a page lies: whether what is seen of it one way round says so, or another way says more.

`python -m benchmarks.turning` chooses the numbers of `Rules` on drawn pages, and
`python -m benchmarks.turned_pages` measures what comes of them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np


class Rules(NamedTuple):
    """When a page is looked at another way round, and when it is turned.

    clear: Sureness from which a peak tells how a page lies: grain makes hundreds below.
    power: What a digit's certainty counts with, because many are half a digit upside down and few
        a whole one.
    gain: So much more has to be seen another way round.
    as_sure: Of the mean certainty as the page lies, what has to be had another way round: beside
        words that read as digits upside down, one sure digit says that a page lies well.
    well: The mean certainty from which a page is not tried another way round.
    fewest: Peaks; fewer do not tell how a page lies.
    """

    clear: float = 0.5
    power: float = 4
    gain: float = 1.0
    as_sure: float = 1.0
    well: float = 0.7
    fewest: int = 4


class Told(NamedTuple):
    """What a look tells. weight: how much is seen that is one digit and no other. clear: clear
    peaks. mean: their certainty, 0..1. peaks: all of them, clear or not.
    """

    weight: float
    clear: int
    mean: float
    peaks: int


def told_by(sureness: np.ndarray, certainty: np.ndarray, rules: Rules) -> Told:
    """What peaks tell.

    Args:
        sureness: float [N], 0..1, that there is a digit.
        certainty: float [N], 0..1, that and which digit it is.
        rules: What counts.
    """
    certain = certainty[sureness >= rules.clear]
    mean = float(certain.mean()) if len(certain) else 0.0
    return Told(float((certain**rules.power).sum()), len(certain), mean, len(sureness))


def decide(
    first: Told,
    sides: Callable[[], Sequence[Told]],
    between: Callable[[], Sequence[Told]],
    rules: Rules,
) -> tuple[int, bool]:
    """How a page has to be turned.

    Args:
        first: What it tells as it lies.
        sides: Looks at it from four sides, coarsely; asked where `first` does not settle it.
        between: The same after it was turned by 45°; asked where no side tells much, but for a page
            that shows next to nothing from any.
        rules: What is enough.

    Returns:
        Quarter turns, 0..3, in the order of the looks, and whether after the turn by 45°.
    """
    # Of a page on its side nothing may be seen at all. A few certain digits are a short page.
    if first.clear and first.mean >= rules.well:
        return 0, False
    told = sides()
    turns = _clearest(told, told[0], rules)
    anything = max(one.peaks for one in told) >= rules.fewest
    if anything and not _is_read_well(told[turns], rules):
        askew = _clearest([told[turns], *between()], told[turns], rules)
        if askew:
            return askew - 1, True
    return turns, False


def _is_read_well(told: Told, rules: Rules) -> bool:
    return told.clear >= rules.fewest and told.mean >= rules.well


def _clearest(told: Sequence[Told], now: Told, rules: Rules) -> int:
    """Which of several views tells most, and clearly more than the present one; else the first."""
    index = max(range(len(told)), key=lambda one: told[one].weight)
    best = told[index]
    enough = best.clear >= rules.fewest and best.mean >= rules.as_sure * now.mean
    return index if enough and best.weight > now.weight + rules.gain else 0
