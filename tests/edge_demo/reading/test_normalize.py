"""The normaliser makes what MNIST would have made."""

import cv2
import numpy as np
import pytest

from edge_demo.frames.synthetic import write_digit
from edge_demo.reading.normalize import BOX, CENTRE, STROKE_RANGE, normalize, stroke_width


def drawn_digit(digit, side=200, thickness=18, margin=20):
    canvas = np.zeros((side, side), np.uint8)
    for stroke in write_digit(digit, np.random.default_rng(digit)):
        points = np.round(margin + stroke * (side - 2 * margin)).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA)
    return canvas


def centre_of_mass(image):
    moments = cv2.moments(image)
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_fills_mnists_box_and_is_centred_by_mass(digit):
    image = normalize(drawn_digit(digit))
    assert image.shape == (28, 28) and image.dtype == np.uint8
    *_, width, height = cv2.boundingRect((image > 0).astype(np.uint8))
    assert max(width, height) == BOX
    np.testing.assert_allclose(centre_of_mass(image), CENTRE, atol=0.6)
    assert image.max() == 255


def test_position_and_margin_do_not_matter():
    digit = drawn_digit(5)
    moved = np.pad(digit, ((3, 90), (170, 0)))
    np.testing.assert_array_equal(normalize(moved), normalize(digit))


def test_faint_ink_becomes_full_ink():
    digit = drawn_digit(3)
    faint = (digit // 5).astype(np.uint8)
    difference = np.abs(normalize(faint).astype(int) - normalize(digit))
    assert difference.mean() < 2


@pytest.mark.parametrize("thickness", [2, 5, 12, 24, 40])
def test_pens_of_any_width_come_near_mnists_strokes(thickness):
    enlarged = cv2.resize(normalize(drawn_digit(2, thickness=thickness)), (112, 112))
    thinnest, thickest = STROKE_RANGE
    assert 0.7 * thinnest < stroke_width(enlarged) / 4 < 1.3 * thickest


def test_stroke_width_of_a_bar_is_its_width():
    bar = np.zeros((100, 300), np.uint8)
    bar[45:57] = 255
    assert stroke_width(bar) == pytest.approx(12, rel=0.15)


def test_an_image_in_mnists_form_stays_as_it_is():
    image = normalize(drawn_digit(8))
    difference = np.abs(normalize(image).astype(int) - image)
    assert difference.mean() < 3


def test_floats_are_taken_as_0_to_255():
    digit = drawn_digit(6)
    np.testing.assert_array_equal(normalize(digit.astype(np.float64)), normalize(digit))


def test_no_ink_gives_an_empty_image():
    assert not normalize(np.zeros((40, 30), np.uint8)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2)])
def test_degenerate_crops_are_normalised(shape):
    assert normalize(np.full(shape, 255, np.uint8)).max() == 255


@pytest.mark.parametrize("shape", [(0, 5), (4, 4, 3)])
def test_what_is_no_crop_is_refused(shape):
    with pytest.raises(ValueError, match="Received: shape"):
        normalize(np.zeros(shape, np.uint8))
