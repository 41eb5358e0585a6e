"""The reader reports digits over the threshold, in reading order, with the frame's boxes."""

from collections import Counter

import cv2
import numpy as np
import pytest

from digitnet.drawn.pages import draw_empty_page, draw_scene
from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.reader import read_digits, read_page, turn_box


def test_digits_are_read_in_order(classifier, network, page):
    assert [reading.digit for reading in read_digits(page.image, classifier, network)] == list(
        page.digits
    )


def test_confidence_is_the_largest_probability(classifier, network, page):
    for reading in read_digits(page.image, classifier, network):
        assert reading.confidence == pytest.approx(reading.probabilities.max())
        assert reading.probabilities.sum() <= 1.0001
        assert reading.digit == reading.probabilities.argmax()


def test_the_threshold_decides_what_is_a_digit(classifier, network, page):
    least = min(one.confidence for one in read_digits(page.image, classifier, network))
    assert len(read_digits(page.image, classifier, network, least)) == len(page.digits)
    assert len(read_digits(page.image, classifier, network, least + 1e-6)) < len(page.digits)


def test_boxes_are_in_pixels_of_a_large_frame(classifier, network):
    page = draw_page(["507"], seed=3, size=(3200, 1200))
    readings = read_digits(page.image, classifier, network)
    for reading, truth in zip(readings, page.boxes, strict=True):
        np.testing.assert_allclose(reading.box, truth, atol=12)
        assert all(type(value) is int for value in reading.box)


def test_a_blank_frame_gives_no_digit(classifier, network):
    assert read_digits(np.full((480, 640, 3), 190, np.uint8), classifier, network) == []


@pytest.mark.parametrize("turns", [1, 3])
def test_a_page_on_its_side_is_read(classifier, network, turns):
    page = draw_page(["23457", "67234", "54326"], seed=1, size=(900, 640))
    turned = np.ascontiguousarray(np.rot90(page.image, turns))
    readings = read_digits(turned, classifier, network, turn=True)
    assert [reading.digit for reading in readings] == list(page.digits)
    x, y, width, height = readings[0].box
    ink = turned[y : y + height, x : x + width].min()
    assert ink < 100 and height < turned.shape[0] / 4


def test_an_upright_page_is_not_turned(classifier, network, page):
    straight = read_digits(page.image, classifier, network)
    turned = read_digits(page.image, classifier, network, turn=True)
    assert [r.box for r in turned] == [r.box for r in straight]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_boxes_are_turned_back(turns):
    frame = np.zeros((60, 100), np.uint8)
    frame[10:30, 70:75] = 1
    turned = np.rot90(frame, turns)
    rows, columns = np.nonzero(turned)
    box = (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert turn_box(box, turns, frame.shape) == (70, 10, 5, 20)


def test_a_page_upside_down_is_read(classifier, network):
    page = draw_page(["23457", "67234", "54326"], seed=1)
    turned = np.ascontiguousarray(page.image[::-1, ::-1])
    result = read_page(turned, classifier, network, turn=True)
    assert [reading.digit for reading in result.readings] == list(page.digits)
    assert result.turns == 2 and not result.reads_badly
    x, y, width, height = result.readings[0].box
    expected = turned.shape[1] - page.boxes[0][0] - page.boxes[0][2]
    assert abs(x - expected) <= 3 and y > turned.shape[0] / 2


@pytest.mark.parametrize("turns", [2, 0])
def test_a_page_that_is_left_upside_down_reads_badly(classifier, network, turns):
    page = draw_page(["23457", "67234", "54326"], seed=1)
    frame = np.ascontiguousarray(np.rot90(page.image, turns))
    assert read_page(frame, classifier, network).reads_badly is bool(turns)


def test_a_page_askew_that_is_left_so_reads_badly(classifier, network):
    page = draw_page(["23457", "67234", "54326"], seed=1).image
    askew = cv2.getRotationMatrix2D((320, 240), 45, 0.7)
    frame = cv2.warpAffine(page, askew, (640, 480), borderValue=(200, 205, 210))
    assert read_page(frame, classifier, network).reads_badly


def test_few_things_do_not_tell_how_a_page_lies(classifier, network):
    frame = np.ascontiguousarray(draw_page(["74"], seed=1).image[::-1, ::-1])
    assert not read_page(frame, classifier, network, turn=True).reads_badly


def on_a_streaky_desk(page):
    """A page on a desk of grey 35 with streaks of 75, many of them as long as a digit is high."""
    random = np.random.default_rng(7)
    desk = np.full((720, 960), 35, np.uint8)
    for _ in range(100):
        x, y = int(random.integers(960)), int(random.integers(720))
        end = x + int(random.integers(-6, 7)), y + int(random.integers(30, 100))
        cv2.line(desk, (x, y), end, 75, 4, cv2.LINE_AA)
    frame = cv2.cvtColor(cv2.GaussianBlur(desk, (0, 0), 1), cv2.COLOR_GRAY2BGR)
    top, left = (720 - page.shape[0]) // 2, (960 - page.shape[1]) // 2
    frame[top : top + page.shape[0], left : left + page.shape[1]] = page
    return frame


@pytest.mark.xfail(strict=True, reason="light streaks of a desk, as long as digits, read as 1s")
def test_a_sheet_on_a_dark_streaky_desk_is_read(classifier, network):
    # Most strokes there are the desk's, and light on dark.
    page = draw_page(["2358"], seed=1, size=(400, 200), ink=0.5)
    frame = on_a_streaky_desk(page.image)
    readings = read_digits(frame, classifier, network)
    assert [reading.digit for reading in readings] == list(page.digits)


def test_a_yellow_note_on_a_dark_desk_is_read(classifier, network):
    page = draw_page(["2358", "4670"], seed=1)
    note = (page.image * (0.4, 0.95, 1.0)).astype(np.uint8)
    frame = np.full((720, 960, 3), 40, np.uint8)
    frame[120:600, 160:800] = note
    readings = read_digits(frame, classifier, network)
    assert [reading.digit for reading in readings] == list(page.digits)


def test_chalk_on_a_board_is_read(classifier, network):
    page = draw_page(["2358", "4670"], seed=1, light_on_dark=True)
    readings = read_digits(page.image, classifier, network)
    assert [reading.digit for reading in readings] == list(page.digits)


def test_a_page_of_nothing_but_ones_stays_as_it_is(classifier, network):
    page = draw_page(["1111", "1111"], seed=4)
    assert [reading.digit for reading in read_digits(page.image, classifier, network)] == [1] * 8


def test_small_digits_of_a_small_picture_are_read(classifier, network):
    pages = [draw_page(["0123456789012345"] * 6, seed=s, size=(320, 240)) for s in (3, 4, 5)]
    right, written = 0, sum(len(page.digits) for page in pages)
    for page in pages:
        digits = [one.digit for one in read_digits(page.image, classifier, network)]
        right += sum((Counter(digits) & Counter(page.digits)).values())
    assert right >= 0.95 * written


def test_boxes_of_a_small_picture_are_in_its_own_pixels(classifier, network):
    page = draw_page(["507"], seed=3, size=(320, 240))
    for reading, truth in zip(
        read_digits(page.image, classifier, network), page.boxes, strict=True
    ):
        np.testing.assert_allclose(reading.box, truth, atol=4)


@pytest.mark.parametrize("seed", range(4))
def test_rules_that_look_like_digits_enlarged_are_none(classifier, network, seed):
    frame = draw_empty_page("squared", 1005 + 21 * seed)
    assert read_digits(frame, classifier, network) == []


def test_letters_that_read_better_upside_down_do_not_turn_a_page(classifier, network):
    # Letters lower how well a page reads; upside down this one read as 9729106, and surer.
    scene = draw_scene("letters", 918)
    page = read_page(scene.image, classifier, network, turn=True)
    assert page.turns == 0
    assert not Counter(scene.digits) - Counter(one.digit for one in page.readings)


@pytest.mark.parametrize(
    "radius",
    [
        *(15, 25, 45),
        # Not strict: runtimes and OpenCV's versions differ by more than it is off the threshold.
        pytest.param(35, marks=pytest.mark.xfail(strict=False, reason="reads as a doubtful 0")),
    ],
)
def test_a_blot_is_no_0(classifier, network, radius):
    page = draw_page(["2358"], seed=1)
    blot = cv2.circle(page.image.copy(), (320, 400), radius, (40, 40, 40), cv2.FILLED, cv2.LINE_AA)
    assert [one.digit for one in read_digits(blot, classifier, network)] == list(page.digits)
