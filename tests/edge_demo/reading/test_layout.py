"""Reading order on straight, slanted and uneven lines."""

import numpy as np
import pytest

from edge_demo.reading.layout import reading_order


def grid(rows, columns, slope=0.0, jitter=0.0):
    random = np.random.default_rng(0)
    boxes = []
    for row in range(rows):
        for column in range(columns):
            x, y = 100 * column, 120 * row + slope * 100 * column
            boxes.append((x, y + random.uniform(-jitter, jitter), 40, 60))
    return boxes


@pytest.mark.parametrize("slope", [-0.3, -0.1, 0.0, 0.1, 0.3])
@pytest.mark.parametrize("jitter", [0, 12])
def test_lines_are_read_from_the_top_and_the_left(slope, jitter):
    boxes = grid(3, 8, slope, jitter)
    shuffled = np.random.default_rng(1).permutation(len(boxes))
    order = reading_order([boxes[i] for i in shuffled])
    assert [int(shuffled[i]) for i in order] == list(range(len(boxes)))


def test_no_box_and_one_box():
    assert reading_order([]) == []
    assert reading_order([(5, 5, 10, 20)]) == [0]
