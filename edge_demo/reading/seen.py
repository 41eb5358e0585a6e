"""A still picture read in both ways: by the stages of `writing`, and by the page reader."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.canvas import OVERLAP, WIDTH
from edge_demo.reading.finder import ENLARGED, SMALL_SIDE
from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork, look
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.resolve import DigitClassifier
from edge_demo.reading.slant import slanted
from edge_demo.reading.union import gather, load_weights, united
from edge_demo.reading.writing import Reading, Writing

# Pixels to which the longest side of a picture is brought: two canvases wide, three at 1600 would
# take twice as long.
LONGEST = 2 * WIDTH - OVERLAP
CLEAR = 0.5  # sureness from which a peak tells how a page lies: grain makes hundreds below
WELL = 0.9  # mean of such peaks, from which a page is not tried another way round
BETTER = 1.2  # times as much has to be seen another way round,
GAIN = 0.5  # and half a certain digit more
# A digit's sureness counts with this power, because many are half a digit upside down and few a
# whole one. `python -m benchmarks.turning` chooses it and `CLEAR`, `BETTER` and `GAIN`, and
# `python -m benchmarks.turned_pages` measures what comes of them.
POWER = 4
FEWEST = 4  # peaks; fewer do not tell how a page lies


class View(NamedTuple):
    """How a picture lies best: quarter turns, counter-clockwise as `numpy.rot90`; what is seen.

    askew: whether it was turned by 45° before that, as `slant.slanted` does.
    """

    turns: int
    gray: np.ndarray
    seen: Peaks
    askew: bool = False


def best_view(gray: np.ndarray, network: PageNetwork, turn: bool) -> View:
    """The view of a grey picture in which the page reader sees most.

    Args:
        gray: uint8 [height, width].
        network: The page reader.
        turn: Whether it is tried on its sides, upside down and between these, where it reads badly.
    """
    best = View(0, gray, look_at(gray, network))
    if not turn:
        return best
    _, count, mean = _telling(best.seen)
    if count >= FEWEST and mean >= WELL:
        return best
    views = _all_round(gray)
    told = [_telling(look_at(view, network, finest=1)) for view in views]
    turns = _clearest(told, told[0])
    if told[turns][1] < FEWEST or told[turns][2] < WELL:  # no way round is read well
        between = _all_round(slanted(gray))
        askew = [_telling(look_at(view, network, finest=1)) for view in between]
        found = _clearest([told[turns], *askew], told[turns]) - 1
        if found >= 0:
            return View(found, between[found], look_at(between[found], network), askew=True)
    return View(turns, views[turns], look_at(views[turns], network)) if turns else best


def _all_round(gray: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(np.rot90(gray, turns)) for turns in range(4)]


def _clearest(told: list[tuple[float, int, float]], now: tuple[float, int, float]) -> int:
    """Which of several views tells most, and clearly more than the present one; else the first."""
    index = max(range(len(told)), key=lambda one: told[one][0])
    least = max(BETTER * now[0], now[0] + GAIN)
    return index if told[index][1] >= FEWEST and told[index][0] > least else 0


def look_at(gray: np.ndarray, network: PageNetwork, finest: int = 0) -> Peaks:
    """What the page reader sees, large pictures made smaller and small ones larger for it.

    `finest` is as `look` takes it; boxes are in pixels of the picture as it was given.
    """
    longest = max(gray.shape)
    scale = min(1.0, LONGEST / longest)
    if longest < SMALL_SIDE:
        scale = min(float(ENLARGED), LONGEST / longest)
    if scale == 1:
        return look(gray, network, finest=finest)
    size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    seen = look(cv2.resize(gray, size, interpolation=way), network, finest=finest)
    return seen._replace(boxes=seen.boxes / np.float32(scale))


def read_with(
    view: View, writing: Writing, classifier: DigitClassifier, threshold: float
) -> list[Reading]:
    """The digits of a view, in reading order: what the stages read of it, and what else is seen."""
    found = gather(writing.readings, view.seen, view.gray, classifier)
    readings = united(found, load_weights(), threshold)
    order = reading_order([reading.box for reading in readings])
    return [readings[index] for index in order]


def _telling(seen: Peaks) -> tuple[float, int, float]:
    """How much is seen that is one digit and no other: a sum, of how many peaks, their mean."""
    clear = seen.sureness >= CLEAR
    certain = seen.sureness[clear] * seen.digits[clear].max(axis=1, initial=0)
    mean = float(certain.mean()) if clear.any() else 0.0
    return float((certain**POWER).sum()), int(clear.sum()), mean
