"""The reader reports digits over the threshold, in reading order, with the frame's boxes."""

import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.reader import read_digits, turn_box


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


@pytest.mark.parametrize("turns", [1, 3])
def test_boxes_are_turned_back(turns):
    frame = np.zeros((60, 100), np.uint8)
    frame[10:30, 70:75] = 1
    turned = np.rot90(frame, turns)
    rows, columns = np.nonzero(turned)
    box = (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert turn_box(box, turns, frame.shape) == (70, 10, 5, 20)
