"""The benchmark of drawn pages counts what a person would count."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from benchmarks import drawn_pages  # noqa: E402
from digitnet.drawn.page_kinds import KINDS  # noqa: E402
from digitnet.drawn.written_pages import WrittenPage  # noqa: E402
from edge_demo.reading.reader import Reading  # noqa: E402

PAGE = WrittenPage(
    np.zeros((100, 100), np.uint8),
    np.array([3, 7], np.uint8),
    np.array([(10, 10, 10, 20), (40, 10, 10, 20)], np.float32),
    np.array([(70, 10, 10, 20)], np.float32),
)


def reading(digit, x):
    """A reading of a digit in a box 10 wide and 20 high at (x, 10)."""
    values = dict.fromkeys(Reading._fields)
    return Reading(**{**values, "digit": digit, "box": (x, 10, 10, 20)})


def test_digits_in_their_boxes_are_read():
    assert drawn_pages.score(PAGE, [reading(3, 11), reading(7, 40)]) == (1, 2, 2, 2, 0, 1)


def test_a_wrong_digit_is_found_and_false():
    assert drawn_pages.score(PAGE, [reading(3, 10), reading(1, 40)]) == (1, 2, 1, 2, 1, 0)


def test_a_missing_digit_is_neither():
    assert drawn_pages.score(PAGE, [reading(3, 10)]) == (1, 2, 1, 1, 0, 0)


def test_a_reading_where_nothing_is_written_is_false():
    readings = [reading(3, 10), reading(7, 40), reading(1, 88)]
    assert drawn_pages.score(PAGE, readings) == (1, 2, 2, 2, 1, 0)


def test_an_unsure_digit_is_neither_missed_nor_false():
    readings = [reading(3, 10), reading(7, 40), reading(5, 70)]
    assert drawn_pages.score(PAGE, readings) == (1, 2, 2, 2, 0, 1)


def test_one_digit_read_twice_is_false_once():
    readings = [reading(3, 10), reading(3, 10), reading(7, 40)]
    assert drawn_pages.score(PAGE, readings) == (1, 2, 2, 2, 1, 0)


def test_the_benchmark_has_five_hundred_pages_and_more():
    assert 20 * len(KINDS) >= 500


def test_a_page_is_the_same_every_time_and_640_by_480():
    digits, labels = np.full((20, 28, 28), 200, np.uint8), np.arange(20) % 10
    one, two = (drawn_pages.benchmark_page("sums", 3, digits, labels) for _ in range(2))
    assert one.image.shape == (480, 640)
    np.testing.assert_array_equal(one.image, two.image)


@pytest.mark.parametrize("options", [["--pages", "0"], ["--only", "no such kind"]])
def test_bad_options_end_in_a_sentence(capsys, options):
    assert drawn_pages.main(options) == 2
    assert options[0] in capsys.readouterr().err


def test_kinds_without_a_digit_have_no_share():
    counts = dict.fromkeys(drawn_pages.NAMES, 0)
    assert "| empty | 0 | 0 of 0 | – |" in drawn_pages.markdown({"empty": counts})
