"""Loose strokes are joined to their digit, neighbours are not."""

import numpy as np

from edge_demo.candidates import from_pieces
from edge_demo.pieces import find_pieces


def candidates_of(*boxes):
    """Candidates of a frame with filled boxes (x, y, width, height)."""
    strength = np.zeros((300, 300), np.uint8)
    for x, y, width, height in boxes:
        strength[y : y + height, x : x + width] = 200
    return from_pieces(find_pieces(strength, 10))


def test_a_bar_above_its_digit_is_joined_to_it():
    (candidate,) = candidates_of((50, 60, 40, 80), (55, 46, 45, 8))
    assert candidate[:4] == (50, 46, 50, 94)
    assert len(candidate.parts) == 2


def test_neighbours_on_a_line_stay_apart():
    assert len(candidates_of((50, 60, 40, 80), (96, 60, 40, 80))) == 2


def test_digits_of_two_lines_stay_apart():
    assert len(candidates_of((50, 40, 40, 80), (50, 150, 40, 80))) == 2


def test_a_minus_is_no_candidate():
    assert candidates_of((50, 60, 60, 8)) == []


def test_a_speck_is_no_candidate():
    assert candidates_of((50, 60, 5, 5)) == []
