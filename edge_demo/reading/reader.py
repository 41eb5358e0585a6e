"""A picture as digits: the page reader looks, the classifier reads, evidence decides."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.contract import THRESHOLD
from edge_demo.reading.classify import DigitClassifier
from edge_demo.reading.evidence import gather, load_weights, sure
from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.readings import Reading
from edge_demo.reading.seen import RULES, View, best_view, tell
from edge_demo.reading.slant import slant_box

# A page is read surely with so much mean confidence in its digits, which are so much of what is
# clearly seen: of one that lies upside down a few digits are, too.
SURELY, MOST = 0.9, 0.7


class Page(NamedTuple):
    """What a frame says.

    readings: in reading order, of the turned page where turning was better. turns: by how many
    quarters, counter-clockwise as `numpy.rot90`, it was turned for that. reads_badly: whether what
    is seen on it is doubtful all the same, so that it may lie upside down or askew. askew: whether
    it was turned by 45° before that, as `slant.slanted` does; boxes have the size then that they
    have on the turned page.
    """

    readings: list[Reading]
    turns: int
    reads_badly: bool
    askew: bool = False


def read_digits(
    frame: np.ndarray,
    classifier: DigitClassifier,
    network: PageNetwork,
    threshold: float = THRESHOLD,
    turn: bool = False,
) -> list[Reading]:
    """Reads the digits of a frame: the readings of `read_page`."""
    return read_page(frame, classifier, network, threshold, turn).readings


def read_page(
    frame: np.ndarray,
    classifier: DigitClassifier,
    network: PageNetwork,
    threshold: float = THRESHOLD,
    turn: bool = False,
) -> Page:
    """Reads a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        classifier: With `predict`, as Classifier has it; says which digit each is.
        network: The page reader, which finds digits and says how the page lies.
        threshold: The least probability with which a digit is reported, 0..1.
        turn: Whether to try the frame on its sides, upside down and between these where it reads
            badly.
    """
    view = best_view(grey(frame), network, turn)
    readings = read_seen(view.seen, view.gray, classifier, threshold)
    told = tell(view.seen)
    well = told.clear >= RULES.fewest and told.mean >= RULES.well
    # Nor is a page flagged on which several digits are read, and read surely.
    certainty = sum(float(one.confidence) for one in readings)
    surely = len(readings) >= RULES.fewest and certainty >= max(
        SURELY * len(readings), MOST * told.clear
    )
    badly = told.peaks >= RULES.fewest and not well and not surely
    return Page(in_frame(readings, view, frame.shape), view.turns, badly, view.askew)


def read_seen(
    seen: Peaks, gray: np.ndarray, classifier: DigitClassifier, threshold: float
) -> list[Reading]:
    """The digits of a grey frame, in reading order, where the page reader sees some."""
    readings = sure(gather(seen, gray, classifier), load_weights(), threshold)
    order = reading_order([reading.box for reading in readings])
    return [readings[index] for index in order]


def in_frame(readings: list[Reading], view: View, shape: tuple[int, ...]) -> list[Reading]:
    """Readings of a view with boxes in the frame of a shape that it is a view of."""
    laid = view.gray.shape if view.turns % 2 == 0 else view.gray.shape[::-1]
    readings = turn_back(readings, view.turns, laid)
    if not view.askew:
        return readings
    return [one._replace(box=slant_box(one.box, shape, True)) for one in readings]


def grey(frame: np.ndarray) -> np.ndarray:
    """A frame uint8 [height, width, 3] BGR or [height, width] as grey."""
    return frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)


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
