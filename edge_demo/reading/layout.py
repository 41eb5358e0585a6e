"""Reading order: lines from the top, digits from the left, on slanted baselines too."""

from collections.abc import Sequence

import numpy as np

LINE_STEP = 0.6  # of the median digit's height: a centre further below a line starts the next one


def reading_order(boxes: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """Returns the indices of boxes (x, y, width, height) in reading order.

    The page's slant is the median slope between neighbours on a line; with the slant taken out, a
    new line starts where a centre lies more than `LINE_STEP` of a digit's height below the mean of
    the line's centres.

    Example:
        >>> reading_order([(50, 2, 10, 20), (0, 40, 10, 20), (0, 0, 10, 20)])
        [2, 0, 1]
    """
    if len(boxes) == 0:
        return []
    places = np.asarray(boxes, float)
    centres = places[:, :2] + places[:, 2:] / 2
    level = centres[:, 1] - _slope(centres, places[:, 3]) * centres[:, 0]
    step = LINE_STEP * float(np.median(places[:, 3]))
    lines: list[list[int]] = []
    for index in np.argsort(level, kind="stable"):
        if lines and level[index] - np.mean(level[lines[-1]]) <= step:
            lines[-1].append(index)
        else:
            lines.append([index])
    return [int(i) for line in lines for i in sorted(line, key=lambda i: centres[i, 0])]


def _slope(centres: np.ndarray, heights: np.ndarray) -> float:
    """Returns the median slope (dy/dx) from each digit to its nearest neighbour on the right."""
    slopes = []
    for centre, height in zip(centres, heights, strict=True):
        dx, dy = (centres - centre).T
        beside = np.flatnonzero((dx > 0) & (np.abs(dy) < 0.6 * dx))
        if beside.size:
            nearest = beside[np.argmin(np.hypot(dx[beside], 2 * dy[beside]))]
            if dx[nearest] < 6 * height:
                slopes.append(dy[nearest] / dx[nearest])
    return float(np.median(slopes)) if len(slopes) >= 2 else 0.0
