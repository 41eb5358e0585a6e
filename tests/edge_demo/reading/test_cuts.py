"""Digits that touch can be cut apart."""

import cv2
import numpy as np

from edge_demo.reading.cuts import possible_cuts


def test_two_rings_that_touch_can_be_cut_between_them():
    ink = np.zeros((100, 150), np.uint8)
    cv2.ellipse(ink, (38, 50), (30, 42), 0, 0, 360, 255, 8)
    cv2.ellipse(ink, (106, 50), (34, 42), 0, 0, 360, 255, 8)
    edges = [np.flatnonzero(left.any(axis=0))[-1] for left, _ in possible_cuts(ink)]
    assert min(abs(edge - 70) for edge in edges) <= 6


def test_no_ink_is_lost_or_doubled():
    ink = np.random.default_rng(0).integers(0, 256, (60, 90)).astype(np.uint8)
    for left, right in possible_cuts(ink):
        np.testing.assert_array_equal(np.maximum(left, right), ink)
        assert not np.logical_and(left, right).any()


def test_what_is_too_small_is_not_cut():
    assert list(possible_cuts(np.full((4, 4), 255, np.uint8))) == []
