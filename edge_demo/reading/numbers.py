"""Digits that stand together are a number: 3 1 4 beside each other read as 314."""

from collections.abc import Sequence

import numpy as np

WIDEST_GAP = 0.7  # between two digits of a number, as a share of their height
LEAST_WIDTH = 0.5  # of a digit's height: a 1 takes the room of any other digit
LEAST_OVERLAP = 0.4  # of the lower digit's height, by which two on one line overlap in height


def group_numbers(boxes: Sequence[tuple[int, int, int, int]]) -> list[list[int]]:
    """Groups digits into numbers.

    Two digits that follow each other in reading order belong to one number when they overlap in
    height and the gap between them is at most `WIDEST_GAP` of their height.

    Args:
        boxes: (x, y, width, height) of the digits, in reading order.

    Returns:
        A list for each number, of places in `boxes`.

    Example:

    >>> group_numbers([(0, 0, 12, 20), (14, 1, 12, 20), (90, 0, 12, 20), (0, 40, 12, 20)])
    [[0, 1], [2], [3]]
    """
    groups: list[list[int]] = []
    for place, box in enumerate(boxes):
        if groups and _follows(boxes[groups[-1][-1]], box):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def numbers_of(digits: Sequence[int], boxes: Sequence[tuple[int, int, int, int]]) -> list[str]:
    """The numbers that digits and their boxes, in reading order, make.

    Example:

    >>> numbers_of([4, 2, 7], [(0, 0, 12, 20), (14, 1, 12, 20), (90, 0, 12, 20)])
    ['42', '7']
    """
    return ["".join(str(digits[place]) for place in group) for group in group_numbers(boxes)]


def _follows(left: tuple[int, int, int, int], right: tuple[int, int, int, int]) -> bool:
    height = (left[3] + right[3]) / 2
    top, bottom = max(left[1], right[1]), min(left[1] + left[3], right[1] + right[3])
    if bottom - top < LEAST_OVERLAP * min(left[3], right[3]):
        return False
    distance = (right[0] + right[2] / 2) - (left[0] + left[2] / 2)
    room = float(np.mean([max(box[2], LEAST_WIDTH * box[3]) for box in (left, right)]))
    return 0 < distance <= room + WIDEST_GAP * height
