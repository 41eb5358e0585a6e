"""What stands where on a sheet."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn.page_areas import Area  # noqa: E402
from digitnet.drawn.page_layouts import few  # noqa: E402
from digitnet.drawn.page_writing import Mnist, random_style  # noqa: E402

NO_DIGITS = Mnist(np.zeros((0, 28, 28), np.uint8), [np.zeros(0, int)] * 10)


def test_where_few_digits_stand_many_are_1s_and_some_of_those_are_long():
    digits, longer = [], 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        style = random_style(60.0, random, sources=(1, 0, 0, 0))
        for item in few(Area(0, 0, 600, 600), style, NO_DIGITS, random).items:
            digits.append(item.digit)
            longer += item.digit == 1 and item.height > 1.35 * style.height
    ones = digits.count(1) / len(digits)
    assert 0.15 < ones < 0.4
    assert longer >= 10
