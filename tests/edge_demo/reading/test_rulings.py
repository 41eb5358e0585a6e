"""Ruled lines and grids go, strokes stay."""

import cv2
import numpy as np

from edge_demo.reading.rulings import without_rulings


def ruled(slope=0.0):
    ink = np.zeros((200, 600), np.uint8)
    cv2.line(ink, (0, 100), (599, round(100 + 599 * slope)), 255, 3)
    ink_with_stroke = ink.copy()
    cv2.line(ink_with_stroke, (300, 20), (290, 180), 255, 9)
    return ink, ink_with_stroke


def test_a_ruled_line_goes_and_the_stroke_across_it_stays_whole():
    for slope in (0.0, 0.02, -0.03):
        line, both = ruled(slope)
        rest = without_rulings(both, (300, 600))
        assert (rest[line > 0] > 0).mean() < 0.06
        stroke = (both > 0) & (line == 0)
        assert (rest[stroke] > 0).mean() > 0.99
        assert (rest[90:130, 294:298] > 0).mean() > 0.95  # nor is it cut where the line was


def test_a_grid_goes_and_the_digit_in_it_stays():
    grid = np.zeros((400, 400), np.uint8)
    for position in range(10, 400, 60):
        grid[position : position + 2] = 255
        grid[:, position : position + 2] = 255
    grid[80:120, 95:100] = 255
    rest = without_rulings(grid, grid.shape)
    assert (rest[80:120, 95:100] > 0).all()
    assert (rest > 0).sum() < 2 * 40 * 5


def test_a_large_digit_keeps_its_bars():
    seven = np.zeros((300, 220), np.uint8)
    cv2.polylines(seven, [np.array([(5, 10), (210, 10), (90, 295)])], False, 255, 8)
    assert without_rulings(seven, (320, 300)) is None


def test_a_tall_thin_one_stays():
    one = np.zeros((300, 12), np.uint8)
    cv2.line(one, (8, 0), (3, 299), 255, 4)
    assert without_rulings(one, (480, 640)) is None


def test_a_line_that_leaves_the_frame_goes_and_the_digit_on_it_stays():
    ink = np.zeros((480, 40), np.uint8)
    cv2.line(ink, (18, 0), (20, 479), 255, 2)
    cv2.circle(ink, (20, 240), 16, 255, 6)
    rest = without_rulings(ink, (480, 640), (300, 0))
    assert (rest[:200] > 0).sum() < 20 and (rest[300:] > 0).sum() < 20
    assert (rest[224:257] > 0).sum() > 400


def test_a_line_that_goes_on_beyond_a_digit_goes():
    ink = np.zeros((40, 300), np.uint8)
    ink[19:21] = 255
    cv2.circle(ink, (150, 20), 16, 255, 6)
    wide = np.pad(ink, ((30, 30), (0, 0)))
    cv2.line(wide, (150, 0), (150, 99), 255, 6)
    rest = without_rulings(wide, (480, 640), (200, 200))
    assert (rest[49:51, :100] > 0).sum() == 0 and (rest[:, 140:160] > 0).sum() > 500


def test_a_one_with_a_flag_and_a_foot_keeps_its_stem():
    one = np.zeros((200, 90), np.uint8)
    cv2.polylines(one, [np.array([(10, 60), (45, 5), (45, 195)])], False, 255, 4)
    cv2.line(one, (15, 195), (80, 195), 255, 4)
    assert without_rulings(one, (480, 640), (200, 100)) is None
