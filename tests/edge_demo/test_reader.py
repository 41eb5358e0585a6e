"""The reader reports digits over the threshold, in reading order, with the frame's boxes."""

import numpy as np

from edge_demo.reader import read_digits
from edge_demo.synthetic import draw_page


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
