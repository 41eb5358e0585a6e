import numpy as np
import pytest

from digitnet.drawn.allographs import ALLOGRAPHS, choose_allograph
from digitnet.drawn.glyphs import arc, glyph
from digitnet.drawn.strokes import Hand, render, write

STILL = Hand(jitter=0, drift=0, slant=(0, 0), turn_degrees=0, stretch=0, break_share=0)


def test_curve_passes_through_its_ends():
    shape = glyph([(0, 0), (0.5, 0.7), (1, 1)])
    points = shape.curve @ shape.controls
    np.testing.assert_allclose(points[[0, -1]], [(0, 0), (1, 1)], atol=1e-6)


def test_straight_stroke_stays_straight():
    shape = glyph([(0, 0), (0.5, 0.5), (1, 1)])
    points = shape.curve @ shape.controls
    np.testing.assert_allclose(points[:, 0], points[:, 1], atol=1e-6)


def test_point_given_twice_is_a_corner():
    shape = glyph([(0, 0), (1, 0), (1, 0), (1, 1)])
    points = shape.curve @ shape.controls
    off_the_square = np.minimum(np.abs(points[:, 1]), np.abs(points[:, 0] - 1))
    np.testing.assert_allclose(off_the_square, 0, atol=1e-6)


def test_pen_is_lifted_between_strokes():
    shape = glyph([(0, 0), (0, 1)], [(1, 0), (1, 1)])
    points = shape.curve @ shape.controls
    between = points[:-1, 0] != points[1:, 0]
    assert between.sum() == 1
    np.testing.assert_array_equal(shape.pen_down, ~between)


def test_arc_closes_after_a_full_turn():
    circle = arc(0.5, 0.5, 0.4, 0.4, 0, 360)
    np.testing.assert_allclose(circle[0], circle[-1], atol=1e-9)


def test_upright_bar_is_drawn_in_the_middle_with_the_pen_s_width():
    hand = STILL._replace(pen=(0.2, 0.2001))
    drawn = render(write(glyph([(0, 0), (0, 1)]), 8, np.random.default_rng(0), 40, hand), 40)
    rows = np.flatnonzero((drawn > 0.5).any(axis=(0, 2)))
    columns = np.flatnonzero((drawn > 0.5).any(axis=(0, 1)))
    assert abs(rows.mean() - 19.5) <= 0.5 and abs(columns.mean() - 19.5) <= 0.5
    assert np.ptp(rows) > 3 * np.ptp(columns)


@pytest.mark.parametrize("digit", range(10))
def test_every_way_to_write_a_digit_leaves_ink_inside_the_canvas(digit):
    rng = np.random.default_rng(digit)
    for _, shape in ALLOGRAPHS[digit]:
        drawn = render(write(shape, 4, rng, 40), 40)
        assert drawn.dtype == np.float32 and drawn.min() >= 0 and drawn.max() <= 1
        assert (drawn.max(axis=(1, 2)) > 0.9).all()
        border = np.concatenate([drawn[:, [0, -1]].ravel(), drawn[:, :, [0, -1]].ravel()])
        assert (border > 0.5).mean() < 0.02


def test_equal_seeds_write_equally():
    drawn = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        shape, hand = choose_allograph(4, rng)
        drawn.append(render(write(shape, 3, rng, 40, hand), 40))
    np.testing.assert_array_equal(*drawn)


def test_breaks_lift_the_pen():
    shape = glyph([(0, 0), (0, 1)])
    whole = write(shape, 50, np.random.default_rng(0), 40, STILL)
    broken = write(shape, 50, np.random.default_rng(0), 40, STILL._replace(break_share=1.0))
    assert whole.pen_down.all()
    assert (~broken.pen_down).any(axis=1).mean() > 0.5
