"""A frame as digits, in the polarity and the way up in which it reads best."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.contract import THRESHOLD
from edge_demo.reading.finder import SMALL_SIDE
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.resolve import DigitClassifier
from edge_demo.reading.seen import best_view, read_with
from edge_demo.reading.slant import slant_box, slanted
from edge_demo.reading.writing import Reading, Writing, find_writing

MOSTLY = 0.5  # of what is written: fewer digits may be grain, more bars may be streaks
BAD_PAGE = 0.9  # mean probability below which a page may lie on its side or upside down
BETTER = 0.1  # by which it has to read better there
MORE = 1.1  # times as much as has to be read there, because signs among digits lower the mean,
PERFECT = 0.97  # or nothing there is doubtful
# Digits that are none upside down; 0 1 2 5 6 8 9 are, and say nothing of which way is up. On 100
# drawn pages that were read both ways this took wrongly turned ones from 2 to 1, and 84 that were
# rightly turned to 82.
RIGHT_WAY_UP = (3, 4, 7)
LEAST_TURNED = 4  # things that may be digits; fewer do not tell how a page lies


class Page(NamedTuple):
    """What a frame says.

    readings: in reading order, of the turned page where turning was better. turns: by how many
    quarters, counter-clockwise as `numpy.rot90`, it was turned for that. light_on_dark: whether the
    ink is lighter than its paper. reads_badly: whether much of it is no digit or doubtful all the
    same, so that it may lie upside down or askew. askew: whether it was turned by 45° before that,
    as `slant.slanted` does; boxes have the size then that they have on the turned page.
    """

    readings: list[Reading]
    turns: int
    light_on_dark: bool
    reads_badly: bool
    askew: bool = False


def read_digits(
    frame: np.ndarray,
    classifier: DigitClassifier,
    threshold: float = THRESHOLD,
    turn: bool = False,
    still: bool = True,
    network: PageNetwork | None = None,
) -> list[Reading]:
    """Reads the digits of a frame: the readings of `read_page`."""
    return read_page(frame, classifier, threshold, turn, still, network).readings


def read_page(
    frame: np.ndarray,
    classifier: DigitClassifier,
    threshold: float = THRESHOLD,
    turn: bool = False,
    still: bool = True,
    network: PageNetwork | None = None,
) -> Page:
    """Reads a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: with `predict`, as Classifier has it.
        threshold: the least probability with which a digit is reported, 0..1.
        turn: whether to try the frame on its sides and upside down where it reads badly.
        still: whether it stands alone, and there is time to enlarge a small one and to read it in
            both polarities. A video's frame is read in the other polarity only where the first
            shows mostly bars.
        network: the page reader, for stills: it finds digits beside the stages, says which of
            theirs are none, and how the page lies.
    """
    if network is not None and still:
        return _read_both_ways(frame, classifier, threshold, turn, network)
    writing = read_upright(frame, classifier, threshold, still)
    turns = 0
    if turn and writing.things >= LEAST_TURNED and writing.quality < BAD_PAGE:
        certainty, best = writing.certainty, writing.quality + BETTER
        for quarters in (1, 3, 2):
            turned = np.ascontiguousarray(np.rot90(frame, quarters))
            other = read_upright(turned, classifier, threshold, still)
            clear = other.certainty > MORE * certainty or other.quality > PERFECT
            if quarters == 2:
                clear = clear and _right_way_up(other.readings) >= _right_way_up(writing.readings)
            if other.things >= LEAST_TURNED and other.quality > best and clear:
                writing, turns, best = other, quarters, other.quality
    badly = writing.things >= LEAST_TURNED and writing.quality < BAD_PAGE
    readings = turn_back(writing.readings, turns, frame.shape)
    return Page(readings, turns, writing.light_on_dark, badly)


def _read_both_ways(
    frame: np.ndarray,
    classifier: DigitClassifier,
    threshold: float,
    turn: bool,
    network: PageNetwork,
) -> Page:
    gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    view = best_view(gray, network, turn)
    laid = slanted(frame) if view.askew else frame
    turned = np.ascontiguousarray(np.rot90(laid, view.turns))
    writing = read_upright(turned, classifier, threshold, True)
    readings = read_with(view, writing.readings, classifier, threshold)
    certainty = sum(reading.confidence for reading in readings)
    things = max(len(readings), writing.things)
    badly = things >= LEAST_TURNED and certainty < BAD_PAGE * things
    readings = turn_back(readings, view.turns, laid.shape)
    if view.askew:
        readings = [one._replace(box=slant_box(one.box, frame.shape, True)) for one in readings]
    return Page(readings, view.turns, writing.light_on_dark, badly, view.askew)


def _right_way_up(readings: list[Reading]) -> float:
    """How surely digits were read that there are only the right way up."""
    return sum(reading.confidence for reading in readings if reading.digit in RIGHT_WAY_UP)


def turn_back(readings: list[Reading], turns: int, shape: tuple[int, ...]) -> list[Reading]:
    """Returns readings of `numpy.rot90(frame, turns)` with boxes in the frame of that shape."""
    return [reading._replace(box=turn_box(reading.box, turns, shape)) for reading in readings]


def turn_box(
    box: tuple[int, int, int, int], turns: int, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Returns a box of `numpy.rot90(frame, turns)` in pixels of the frame of a shape."""
    x, y, width, height = box
    if turns == 1:
        return shape[1] - y - height, x, height, width
    if turns == 2:
        return shape[1] - x - width, shape[0] - y - height, width, height
    if turns == 3:
        return y, shape[0] - x - width, height, width
    return box


def read_upright(
    frame: np.ndarray, classifier: DigitClassifier, threshold: float, still: bool
) -> Writing:
    """Reads a frame as it lies: in the polarity of most of its strokes, or in the other.

    The strokes that decide may be a desk's, whose light streaks beside a sheet read as many a 1.
    Arguments are those of `read_page`.
    """
    best = find_writing(frame, classifier, threshold)
    if still or _is_mostly_bars(best):
        other = find_writing(frame, classifier, threshold, not best.light_on_dark)
        if _is_clear(other) and _telling(other) > _telling(best):
            best = other
    if not still or max(frame.shape[:2]) >= SMALL_SIDE:
        return best
    enlarged = find_writing(frame, classifier, threshold, best.light_on_dark, enlarge=True)
    # On paper that shows nothing, an enlarged grain or a rule may look like a digit.
    return enlarged if best.readings or _is_clear(enlarged) else best


def _is_mostly_bars(writing: Writing) -> bool:
    """Whether 1s, which any streak reads as, are half of what is written, or nothing is."""
    return _telling(writing)[0] <= MOSTLY * writing.certainty


def _is_clear(writing: Writing) -> bool:
    """Whether most of what is written are digits, and one at least is more than a bar."""
    return writing.quality >= MOSTLY and _telling(writing)[0] > 0


def _telling(writing: Writing) -> tuple[float, float]:
    """How much writing says for its polarity: any bar reads as a 1, so those count last."""
    certainty = sum(r.confidence for r in writing.readings if r.digit != 1)
    return certainty, writing.certainty
