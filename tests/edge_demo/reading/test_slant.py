"""Frames turned by 45° and boxes brought there and back."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from edge_demo.reading.slant import slant_box, slanted  # noqa: E402

SHAPE = (60, 100)


def spot(box):
    """A light frame with a dark spot."""
    frame = np.full((*SHAPE, 3), 200, np.uint8)
    x, y, width, height = box
    frame[y : y + height, x : x + width] = 20
    return frame


@pytest.mark.parametrize("box", [(0, 0, 5, 5), (94, 53, 5, 5), (70, 10, 5, 5)])
def test_a_box_lies_where_its_ink_is_and_comes_back(box):
    turned = slanted(spot(box))
    assert turned.shape == (114, 114, 3)
    y, x = np.argwhere(turned[..., 0] < 110).mean(axis=0)
    moved = slant_box(box, SHAPE)
    assert abs(moved[0] + 2 - x) <= 1 and abs(moved[1] + 2 - y) <= 1
    back = slant_box(moved, SHAPE, back=True)
    assert np.abs(np.subtract(back, box)).max() <= 1


def test_around_a_slanted_frame_lies_the_shade_of_its_edges():
    assert (slanted(spot((40, 20, 9, 9)))[[0, 0, -1, -1], [0, -1, 0, -1]] == 200).all()


def test_a_quarter_turn_and_45_degrees_may_be_swapped():
    frame = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
    frame = np.kron(frame[::4, ::4], np.ones((4, 4), np.uint8))
    one, other = slanted(np.rot90(frame).copy()), np.rot90(slanted(frame))
    inside = (slice(30, 84), slice(30, 84))
    assert np.abs(one[inside].astype(int) - other[inside]).mean() < 2
