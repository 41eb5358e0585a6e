"""Which digits on a drawn page a person could read."""

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn.page_camera import is_readable  # noqa: E402
from digitnet.drawn.page_ink import Stamp  # noqa: E402

SIDE, LEFT, TOP, WIDTH, HEIGHT = 80, 30, 26, 20, 28
BOX = np.array([LEFT, TOP, WIDTH, HEIGHT], np.float32)


def zero():
    ink = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(ink, (40, 40), (9, 13), 0, 0, 360, 255, 2, cv2.LINE_AA)
    return ink


def page(levels, grain=0.0, size=0.0, seed=0):
    """A 0 that is `levels` darker than its paper, whose grain is `size` pixels wide."""
    noise = np.random.default_rng(seed).normal(size=(SIDE, SIDE)).astype(np.float32)
    if size:
        noise = cv2.GaussianBlur(noise, (0, 0), size)
        noise /= noise.std()
    return np.clip(150 - levels * (zero() / 255.0) + grain * noise, 0, 255).astype(np.uint8)


def readable(image):
    return is_readable(image, Stamp(zero(), 0, 0), BOX)


def test_a_digit_on_even_paper_is_readable_down_to_a_few_levels():
    assert readable(page(60)) and readable(page(9))
    assert not readable(page(4))


def test_grain_as_wide_as_the_strokes_hides_what_fine_grain_does_not():
    fine = sum(readable(page(24, 14, 0, seed)) for seed in range(20))
    coarse = sum(readable(page(24, 14, 2.5, seed)) for seed in range(20))
    strong = sum(readable(page(75, 14, 2.5, seed)) for seed in range(20))
    assert fine == strong == 20 and coarse <= 10


def test_rulings_beside_a_digit_do_not_hide_it():
    image = page(70)
    image[::12] = 60
    image[:, 22:24] = image[:, 58:60] = 60
    assert readable(image)
