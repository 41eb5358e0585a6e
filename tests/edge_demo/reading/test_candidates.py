"""Loose strokes are joined to their digit, neighbours are not."""

import cv2
import numpy as np

from edge_demo.reading.candidates import from_pieces
from edge_demo.reading.pieces import find_pieces


def candidates_of(*boxes):
    """Candidates of a frame with boxes (x, y, width, height), hollow where they are large."""
    strength = np.zeros((300, 300), np.uint8)
    for x, y, width, height in boxes:
        strength[y : y + height, x : x + width] = 200
        strength[y + 8 : y + height - 8, x + 8 : x + width - 8] = 0
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


def test_a_blot_is_no_candidate():
    strength = np.zeros((300, 300), np.uint8)
    cv2.ellipse(strength, (150, 150), (40, 60), 20, 0, 360, 180, cv2.FILLED)
    assert from_pieces(find_pieces(strength, 10)) == []


def test_a_thick_one_is_a_candidate():
    assert len(candidates_of((50, 60, 14, 80))) == 1
