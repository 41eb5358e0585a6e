"""Digits that stand together are a number; those apart, or on another line, are another one."""

import pytest

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
