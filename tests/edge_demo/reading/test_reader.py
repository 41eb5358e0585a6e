"""The reader reports digits over the threshold, in reading order, with the frame's boxes."""

from collections import Counter

import cv2
import numpy as np
import pytest

from digitnet.drawn.pages import draw_empty_page, draw_scene
from edge_demo.frames.synthetic import draw_page
from edge_demo.reading import reader
from edge_demo.reading.reader import read_digits, read_page, turn_box
from edge_demo.reading.writing import find_writing


def test_digits_are_read_in_order(classifier, page):
    assert [reading.digit for reading in read_digits(page.image, classifier)] == list(page.digits)


def test_confidence_is_the_largest_probability(classifier, page):
    for reading in read_digits(page.image, classifier):
        assert reading.confidence == reading.probabilities.max()
        assert reading.digit == reading.probabilities.argmax()


def test_the_threshold_decides_what_is_a_digit(constant_classifier, page):
    unsure = constant_classifier(0.5)
    assert read_digits(page.image, unsure, threshold=0.6) == []
    assert len(read_digits(page.image, unsure, threshold=0.4)) == len(page.digits)


def test_boxes_are_in_pixels_of_a_large_frame(constant_classifier):
    page = draw_page(["507"], seed=3, size=(3200, 1200))
    readings = read_digits(page.image, constant_classifier(0.9))
    for reading, truth in zip(readings, page.boxes, strict=True):
        np.testing.assert_allclose(reading.box, truth, atol=12)
        assert all(type(value) is int for value in reading.box)


def test_a_blank_frame_gives_no_digit(classifier):
    assert read_digits(np.full((480, 640, 3), 190, np.uint8), classifier) == []


@pytest.mark.parametrize("turns", [1, 3])
def test_a_page_on_its_side_is_read(classifier, turns):
    page = draw_page(["23457", "67234", "54326"], seed=1, size=(900, 640))
    turned = np.ascontiguousarray(np.rot90(page.image, turns))
    readings = read_digits(turned, classifier, turn=True)
    assert [reading.digit for reading in readings] == list(page.digits)
    x, y, width, height = readings[0].box
    ink = turned[y : y + height, x : x + width].min()
    assert ink < 100 and height < turned.shape[0] / 4


def test_an_upright_page_is_not_turned(classifier, page):
    straight = read_digits(page.image, classifier)
    turned = read_digits(page.image, classifier, turn=True)
    assert [r.box for r in turned] == [r.box for r in straight]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_boxes_are_turned_back(turns):
    frame = np.zeros((60, 100), np.uint8)
    frame[10:30, 70:75] = 1
    turned = np.rot90(frame, turns)
    rows, columns = np.nonzero(turned)
    box = (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert turn_box(box, turns, frame.shape) == (70, 10, 5, 20)


def test_a_page_upside_down_is_read(classifier):
    page = draw_page(["23457", "67234", "54326"], seed=1)
    turned = np.ascontiguousarray(page.image[::-1, ::-1])
    result = read_page(turned, classifier, turn=True)
    assert [reading.digit for reading in result.readings] == list(page.digits)
    assert result.turns == 2 and not result.reads_badly
    x, y, width, height = result.readings[0].box
    expected = turned.shape[1] - page.boxes[0][0] - page.boxes[0][2]
    assert abs(x - expected) <= 3 and y > turned.shape[0] / 2


@pytest.mark.parametrize("turns", [2, 0])
def test_a_page_that_is_left_upside_down_reads_badly(classifier, turns):
    page = draw_page(["23457", "67234", "54326"], seed=1)
    frame = np.ascontiguousarray(np.rot90(page.image, turns))
    assert read_page(frame, classifier).reads_badly is bool(turns)


def test_a_page_askew_reads_badly(classifier):
    page = draw_page(["23457", "67234", "54326"], seed=1).image
    askew = cv2.getRotationMatrix2D((320, 240), 45, 0.7)
    frame = cv2.warpAffine(page, askew, (640, 480), borderValue=(200, 205, 210))
    assert read_page(frame, classifier, turn=True).reads_badly


def test_few_things_do_not_tell_how_a_page_lies(classifier):
    frame = np.ascontiguousarray(draw_page(["74"], seed=1).image[::-1, ::-1])
    assert not read_page(frame, classifier, turn=True).reads_badly


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


@pytest.mark.parametrize("still", [True, False], ids=["picture", "video"])
def test_a_sheet_on_a_dark_streaky_desk_is_read(classifier, still):
    # Most strokes there are the desk's. Read light on dark, the frame is dozens of times a 1, whose
    # sum of confidences is far above that of the four digits on the sheet.
    page = draw_page(["2358"], seed=1, size=(400, 200), ink=0.5)
    frame = on_a_streaky_desk(page.image)
    lost = find_writing(frame, classifier, 0.4)
    assert lost.light_on_dark and {reading.digit for reading in lost.readings} == {1}
    assert lost.certainty > 20
    readings = read_digits(frame, classifier, still=still)
    assert [reading.digit for reading in readings] == list(page.digits)


def test_a_yellow_note_on_a_dark_desk_is_read(classifier):
    page = draw_page(["2358", "4670"], seed=1)
    note = (page.image * (0.4, 0.95, 1.0)).astype(np.uint8)
    frame = np.full((720, 960, 3), 40, np.uint8)
    frame[120:600, 160:800] = note
    readings = read_digits(frame, classifier)
    assert [reading.digit for reading in readings] == list(page.digits)


@pytest.mark.parametrize("still", [True, False], ids=["picture", "video"])
def test_chalk_on_a_board_is_read(classifier, still):
    page = draw_page(["2358", "4670"], seed=1, light_on_dark=True)
    readings = read_digits(page.image, classifier, still=still)
    assert [reading.digit for reading in readings] == list(page.digits)


def test_a_page_of_nothing_but_ones_stays_as_it_is(classifier):
    page = draw_page(["1111", "1111"], seed=4)
    assert [reading.digit for reading in read_digits(page.image, classifier)] == [1] * 8


def test_a_video_s_clear_frame_is_searched_once(classifier, page, monkeypatch):
    calls = []

    def counted(*arguments, **options):
        calls.append(arguments)
        return find_writing(*arguments, **options)

    monkeypatch.setattr(reader, "find_writing", counted)
    read_digits(page.image, classifier, still=False)
    assert len(calls) == 1


def test_small_digits_of_a_small_picture_are_read_enlarged(classifier):
    pages = [draw_page(["0123456789012345"] * 6, seed=s, size=(320, 240)) for s in (3, 4, 5)]
    right = {True: 0, False: 0}
    for page in pages:
        for still in right:
            digits = [r.digit for r in read_digits(page.image, classifier, still=still)]
            right[still] += sum((Counter(digits) & Counter(page.digits)).values())
    written = sum(len(page.digits) for page in pages)
    assert right[True] >= 0.95 * written and right[True] > right[False] + 10


def test_boxes_of_a_small_picture_are_in_its_own_pixels(classifier):
    page = draw_page(["507"], seed=3, size=(320, 240))
    for reading, truth in zip(read_digits(page.image, classifier), page.boxes, strict=True):
        np.testing.assert_allclose(reading.box, truth, atol=4)


@pytest.mark.parametrize("seed", range(4))
def test_rules_that_look_like_digits_enlarged_are_none(classifier, seed):
    frame = draw_empty_page("squared", 1005 + 21 * seed)
    assert read_digits(frame, classifier) == []


def test_letters_that_read_better_upside_down_do_not_turn_a_page(classifier):
    # Letters lower how well a page reads; upside down this one read as 9729106, and surer.
    scene = draw_scene("letters", 918)
    page = read_page(scene.image, classifier, turn=True)
    assert page.turns == 0
    assert [one.digit for one in page.readings] == scene.digits
