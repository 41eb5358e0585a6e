"""Digits that stand together are a number; those apart, or on another line, are another one."""

import pytest

from benchmarks import numbers
from digitnet.drawn import number_pages
from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.numbers import group_numbers, numbers_of


@pytest.mark.parametrize("seed", range(6))
def test_a_drawn_row_is_a_number(seed):
    page = draw_page(["31415", "92653"], seed=seed)
    assert numbers_of(page.digits, page.boxes) == ["31415", "92653"]


@pytest.mark.parametrize("gap", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_a_blank_as_wide_as_a_digit_parts_two_numbers(seed, gap):
    page = draw_page(["3" * (5 + gap)], seed=seed, size=(960, 480))
    boxes = [*page.boxes[:3], *page.boxes[3 + gap :]]
    assert numbers_of([3] * 5, boxes) == ["333", "33"]


@pytest.mark.parametrize("seed", range(6))
def test_ones_stand_together_as_wide_digits_do(seed):
    page = draw_page(["1171"], seed=seed)
    assert numbers_of(page.digits, page.boxes) == ["1171"]


def test_a_digit_below_is_another_number():
    assert group_numbers([(0, 0, 12, 20), (13, 25, 12, 20)]) == [[0], [1]]


def test_a_climbing_line_stays_one_number():
    assert group_numbers([(0, 10, 12, 20), (14, 4, 12, 20), (28, 0, 12, 20)]) == [[0, 1, 2]]


def test_no_digits_are_no_numbers():
    assert numbers_of([], []) == []


def test_a_widely_written_row_is_one_number():
    """docs/page.jpg: gaps of 0.69 to 0.89 heights on one row were cut at 0.7, to 9 26 5 3."""
    boxes = [(109, 260, 58, 120), (265, 260, 99, 119), (447, 260, 69, 120), (616, 260, 72, 121)]
    assert numbers_of([9, 2, 6, 5], boxes) == ["9265"]


def test_a_page_of_numbers_and_points_is_put_together_as_it_was_written():
    counts = [numbers.score(number_pages.draw_number_page("pen", seed)) for seed in (100, 101, 102)]
    total = {name: sum(one[name] for one in counts) for name in numbers.NAMES}
    assert total["points"] > 10 and total["found"] >= 0.95 * total["points"]
    assert total["false_points"] == 0 and total["right"] >= 0.95 * total["numbers"]
