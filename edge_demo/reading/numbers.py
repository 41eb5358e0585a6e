"""Digits that stand together are a number: 3 1 4 beside each other read as 314, 67.5 as 67.5."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edge_demo.reading.marks import Box, Mark, mark_between
from edge_demo.reading.reader import Page, turn_box
from edge_demo.reading.slant import slant_box, slanted

LEAST_WIDTH = 0.5  # of a digit's height: a 1 takes the room of any other digit
LEAST_OVERLAP = 0.4  # of the lower digit's height, by which two on one line overlap in height
# Gaps between two digits of a number, as shares of their height. `python -m benchmarks.numbers`
# measures what these do on drawn pages, on which they were chosen.
WIDEST_GAP = 0.7  # where the page has too few gaps to tell how widely it is written
BEYOND = 0.4  # beyond the page's usual gap
FARTHEST = 1.25  # on the most widely written page
USUAL = 0.25  # the share of a page's gaps that are no wider than its usual one: blanks are wider
LEAST_GAPS = 3  # on a page, to tell its usual one
POINT_ROOM = 0.35  # that a decimal point takes


class Number(NamedTuple):
    """Digits that stand together.

    places: of its digits among those of the page. text: digits, and a point where a point or a
    comma stands between two. points: their boxes in pixels, as those of the digits.
    """

    places: list[int]
    text: str
    points: list[Box]


def find_numbers(frame: np.ndarray, page: Page) -> list[list[Number]]:
    """The numbers of a page, line by line.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey, as the page's boxes have it.
        page: What `read_page` or a `SourceReader` says of it.
    """
    laid = slanted(frame) if page.askew else frame
    upright = np.rot90(laid, page.turns)
    back = -page.turns % 4
    given = [reading.box for reading in page.readings]
    if page.askew:
        given = [slant_box(box, frame.shape) for box in given]
    boxes = [turn_box(box, back, upright.shape) for box in given]
    marks = [
        mark_between(upright, left, right) if _may_be_one_number(left, right) else None
        for left, right in zip(boxes, boxes[1:], strict=False)
    ]
    lines: list[list[Number]] = []
    for line in group_lines(boxes, marks):
        lines.append([])
        for places in line:
            text, points = str(page.readings[places[0]].digit), []
            for place in places[1:]:
                mark = marks[place - 1]
                if mark is not None and mark.is_point:
                    text += "."
                    point = turn_box(mark.box, page.turns, laid.shape)
                    points.append(slant_box(point, frame.shape, True) if page.askew else point)
                text += str(page.readings[place].digit)
            lines[-1].append(Number(places, text, points))
    return lines


def texts(lines: Sequence[Sequence[Number]]) -> dict[str, list]:
    """Numbers as `--json` has them: `numbers`, all of them in reading order, and `lines`."""
    as_text = [[number.text for number in line] for line in lines]
    return {"numbers": [text for line in as_text for text in line], "lines": as_text}


def group_numbers(boxes: Sequence[Box]) -> list[list[int]]:
    """Groups digits into numbers by their boxes alone, as `group_lines` does.

    Example:

    >>> group_numbers([(0, 0, 12, 20), (14, 1, 12, 20), (90, 0, 12, 20), (0, 40, 12, 20)])
    [[0, 1], [2], [3]]
    """
    return [number for line in group_lines(boxes) for number in line]


def group_lines(
    boxes: Sequence[Box], marks: Sequence[Mark | None] | None = None
) -> list[list[list[int]]]:
    """Groups digits into lines of numbers.

    Two digits that follow each other on a line belong to one number when the gap between them is
    not much wider than the gaps within numbers are on this page, and no sign stands in it.

    Args:
        boxes: (x, y, width, height) of the digits, in reading order.
        marks: What stands between each and the next, if that is known.

    Returns:
        For each line a list of numbers, each a list of places in `boxes`.
    """
    marks = [None] * len(boxes) if marks is None else marks
    gaps = [
        _gap(left, right, mark) if _on_one_line(left, right) else None
        for left, right, mark in zip(boxes, boxes[1:], marks, strict=False)
    ]
    widest = _widest_gap([gap for gap in gaps if gap is not None])
    lines: list[list[list[int]]] = []
    for place in range(len(boxes)):
        gap = gaps[place - 1] if place else None
        if gap is None:
            lines.append([[place]])
        elif gap <= widest:
            lines[-1][-1].append(place)
        else:
            lines[-1].append([place])
    return lines


def numbers_of(digits: Sequence[int], boxes: Sequence[Box]) -> list[str]:
    """The numbers that digits and their boxes, in reading order, make.

    Example:

    >>> numbers_of([4, 2, 7], [(0, 0, 12, 20), (14, 1, 12, 20), (90, 0, 12, 20)])
    ['42', '7']
    """
    return ["".join(str(digits[place]) for place in group) for group in group_numbers(boxes)]


def _on_one_line(left: Box, right: Box) -> bool:
    """Whether the second of two boxes stands to the right of the first, on its line."""
    top, bottom = max(left[1], right[1]), min(left[1] + left[3], right[1] + right[3])
    follows = right[0] + right[2] / 2 > left[0] + left[2] / 2
    return follows and bottom - top >= LEAST_OVERLAP * min(left[3], right[3])


def _may_be_one_number(left: Box, right: Box) -> bool:
    """Whether two boxes stand as near as two digits of a number can, a point between them."""
    return _on_one_line(left, right) and _gap(left, right, None) <= FARTHEST + POINT_ROOM


def _gap(left: Box, right: Box, mark: Mark | None) -> float:
    """The gap between two digits of a line as a share of their height; infinite with a sign."""
    if mark is not None and not mark.is_point:
        return float("inf")
    distance = (right[0] + right[2] / 2) - (left[0] + left[2] / 2)
    room = float(np.mean([max(box[2], LEAST_WIDTH * box[3]) for box in (left, right)]))
    gap = (distance - room) / ((left[3] + right[3]) / 2)
    return gap if mark is None else gap - POINT_ROOM


def _widest_gap(gaps: Sequence[float]) -> float:
    """The widest gap within a number on a page with these gaps."""
    near = sorted(gap for gap in gaps if gap <= FARTHEST)
    if len(near) < LEAST_GAPS:
        return WIDEST_GAP
    return min(near[int(USUAL * len(near))] + BEYOND, FARTHEST)
