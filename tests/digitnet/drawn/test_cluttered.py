"""Digits on clutter are those digits still."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="clutter is drawn with OpenCV")

from digitnet.drawn.allographs import choose_allograph  # noqa: E402
from digitnet.drawn.cluttered import cluttered_digits  # noqa: E402
from digitnet.drawn.strokes import draw  # noqa: E402


@pytest.fixture(scope="module")
def digits():
    """Twenty stroke digits as MNIST has them: 20 of 28 pixels, in the middle."""
    rng = np.random.default_rng(0)
    images = [draw(choose_allograph(i % 10, rng)[0], 1, rng, 28)[0] for i in range(20)]
    return (255 * np.stack(images)).astype(np.uint8)[..., None]


def test_shape_and_type_stay(digits):
    result = cluttered_digits(digits, 1)
    assert result.shape == digits.shape and result.dtype == np.uint8


def test_the_same_seed_lays_the_same_clutter(digits):
    np.testing.assert_array_equal(cluttered_digits(digits, 1), cluttered_digits(digits, 1))
    assert (cluttered_digits(digits, 1) != cluttered_digits(digits, 2)).any()


def test_the_digits_own_ink_is_kept(digits):
    result = cluttered_digits(digits, 1).astype(int)
    ink = digits > 220
    assert np.median(result[ink]) > 220 and result[ink].mean() > 210


def test_there_is_clutter_around_every_digit(digits):
    result = cluttered_digits(digits, 1)
    background = digits == 0
    for before, after, empty in zip(digits, result, background, strict=True):
        assert after[empty].astype(int).sum() > before[empty].astype(int).sum() + 500


def test_the_digits_given_are_not_changed(digits):
    before = digits.copy()
    cluttered_digits(digits, 1)
    np.testing.assert_array_equal(digits, before)
