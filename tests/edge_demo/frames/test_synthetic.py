"""The drawn page is what it says it is."""

import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page, write_digit


def test_the_truth_is_in_reading_order():
    page = draw_page(["12", "345"], seed=0)
    assert page.digits == (1, 2, 3, 4, 5)
    tops, lefts = [box[1] for box in page.boxes], [box[0] for box in page.boxes]
    assert max(tops[:2]) < min(tops[2:])
    assert lefts[2:] == sorted(lefts[2:])


def test_a_seed_draws_the_same_page():
    first, second = draw_page(["59"], seed=4), draw_page(["59"], seed=4)
    np.testing.assert_array_equal(first.image, second.image)
    assert (first.image != draw_page(["59"], seed=5).image).any()


def test_boxes_hold_the_ink():
    page = draw_page(["808"], seed=1, noise=0, ink=0.0)
    dark = page.image.min(axis=2) < 90
    for x, y, width, height in page.boxes:
        assert dark[y : y + height, x : x + width].any()
        dark[y : y + height, x : x + width] = False
    assert not dark.any()


@pytest.mark.parametrize("digit", range(10))
def test_strokes_stay_near_the_unit_box(digit):
    for seed in range(20):
        points = np.concatenate(write_digit(digit, np.random.default_rng(seed)))
        assert -0.35 < points.min() and points.max() < 1.35


def test_a_digit_is_written_in_several_ways():
    random = np.random.default_rng(0)
    assert {len(write_digit(7, random)) for _ in range(40)} == {1, 2}  # without a bar, and with it
