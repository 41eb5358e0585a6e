"""Pieces are cut out at the contrast of their own pen."""

import cv2
import numpy as np

from edge_demo.reading.pieces import find_pieces


def test_pencil_and_marker_are_both_cut_out():
    strength = np.zeros((200, 300), np.uint8)
    strength[50:120, 40:50] = 220
    strength[50:120, 200:203] = 40
    boxes = {(p.x, p.y, p.width, p.height) for p in find_pieces(strength, 10)}
    assert boxes == {(40, 50, 10, 70), (200, 50, 3, 70)}


def test_a_marker_loses_its_halo():
    strength = np.zeros((200, 300), np.uint8)
    strength[40:130, 30:60] = 20
    strength[50:120, 40:50] = 220
    (piece,) = find_pieces(strength, 10)
    assert (piece.x, piece.width) == (40, 10)


def test_a_digit_comes_free_of_the_stain_it_lies_in():
    y, x = np.mgrid[:400, :600]
    stain = 60 * np.exp(-((x - 300) ** 2 + (y - 200) ** 2) / 2 / 90**2)
    strength = stain.astype(np.uint8)
    cv2.line(strength, (300, 150), (296, 250), 180, 6)
    box = next((p.x, p.y, p.width, p.height) for p in find_pieces(strength, 10) if p.peak > 150)
    np.testing.assert_allclose(box, (293, 147, 11, 107), atol=3)


def test_what_is_fainter_than_asked_is_left_out():
    strength = np.zeros((100, 100), np.uint8)
    strength[20:60, 20:30] = 30
    assert find_pieces(strength, 10, least_peak=40) == []
    assert len(find_pieces(strength, 10, least_peak=20)) == 1


def test_noise_ends_in_a_bounded_number_of_pieces():
    strength = np.random.default_rng(0).integers(0, 256, (480, 640)).astype(np.uint8)
    assert len(find_pieces(strength, 200)) <= 600
