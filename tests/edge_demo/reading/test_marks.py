"""A decimal point between two digits is kept where it is seen; what is none is none."""

import json

import cv2
import numpy as np
import pytest

from edge_demo.__main__ import main
from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.marks import mark_between
from edge_demo.reading.numbers import find_numbers
from edge_demo.reading.reader import Page, Reading, turn_box

LEFT, RIGHT = (100, 100, 30, 50), (160, 100, 30, 50)
DARK, LIGHT = ((220, 60)), ((40, 200))  # paper and ink


def two_digits(marks, colours=DARK, scale=1.0):
    """uint8 grey: two digits, drawn as ovals, and what `marks` draws with (picture, ink)."""
    paper, ink = colours
    gray = np.full((240, 320), paper, np.uint8)
    for x, y, width, height in (LEFT, RIGHT):
        centre, axes = (x + width // 2, y + height // 2), (width // 2 - 3, height // 2 - 3)
        cv2.ellipse(gray, centre, axes, 0, 0, 360, (ink,), 5, cv2.LINE_AA)
    marks(gray, ink)
    gray = cv2.GaussianBlur(gray, (0, 0), 0.7)
    gray = gray + np.random.default_rng(0).normal(0, 2, gray.shape)
    gray = np.clip(gray, 0, 255).astype(np.uint8)
    return cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def point(gray, ink):
    cv2.circle(gray, (145, 146), 4, (ink,), cv2.FILLED, cv2.LINE_AA)


def comma(gray, ink):
    cv2.line(gray, (146, 145), (142, 158), (ink,), 5, cv2.LINE_AA)


def dot(x, y, radius=4):
    return lambda gray, ink: cv2.circle(gray, (x, y), radius, (ink,), cv2.FILLED, cv2.LINE_AA)


def line(*ends):
    return lambda gray, ink: cv2.line(gray, *ends, (ink,), 5, cv2.LINE_AA)


def colon(gray, ink):
    dot(145, 146)(gray, ink)
    dot(145, 115)(gray, ink)


def grain(gray, ink):
    noise = np.random.default_rng(1).normal(0, 60, gray.shape)
    gray[:] = np.clip(gray + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("mark", [point, comma])
@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["pen", "chalk"])
@pytest.mark.parametrize("scale", [1.0, 0.4, 3.0])
def test_a_point_or_a_comma_is_seen_at_its_place(mark, colours, scale):
    boxes = [tuple(round(scale * side) for side in box) for box in (LEFT, RIGHT)]
    found = mark_between(two_digits(mark, colours, scale), *boxes)
    assert found is not None and found.is_point
    x, y, width, height = (side / scale for side in found.box)
    assert 130 < x < x + width < 160 and 135 < y < y + height < 165


@pytest.mark.parametrize(
    "mark",
    [
        lambda gray, ink: None,
        dot(145, 125),  # a multiplication dot
        dot(145, 104),
        dot(145, 175),  # of the line below
        dot(145, 140, 1),  # a speck
        dot(145, 135, 11),  # a blot
        line((135, 147), (156, 147)),  # a dash on the line
        line((0, 148), (319, 148)),  # a ruling
        colon,
        grain,
    ],
    ids=[
        "nothing",
        "middle",
        "above",
        "below",
        "speck",
        "blot",
        "dash",
        "ruling",
        "colon",
        "grain",
    ],
)
def test_what_is_no_point_gives_none(mark):
    found = mark_between(two_digits(mark), LEFT, RIGHT)
    assert found is None or not found.is_point


def test_a_sign_between_two_digits_is_told():
    def plus(gray, ink):
        line((138, 125), (152, 125))(gray, ink)
        line((145, 118), (145, 132))(gray, ink)

    found = mark_between(two_digits(plus), LEFT, RIGHT)
    assert found is not None and not found.is_point


def test_boxes_at_the_frame_s_edge_are_looked_at():
    gray = np.full((50, 60), 200, np.uint8)
    assert mark_between(gray, (0, 0, 20, 50), (40, 0, 20, 50)) is None
    assert mark_between(gray, (-5, -5, 20, 60), (50, 0, 20, 70)) is None
    assert mark_between(gray[:1, :1], (0, 0, 1, 1), (0, 0, 1, 1)) is None


def as_page(digits, boxes, turns=0):
    readings = [
        Reading(digit, 1.0, box, None, None, None) for digit, box in zip(digits, boxes, strict=True)
    ]
    return Page(readings, turns, False, False)


@pytest.mark.parametrize("turns", range(4))
def test_a_number_has_its_point_however_the_page_lies(turns):
    upright = two_digits(point)
    frame = np.ascontiguousarray(np.rot90(upright, -turns))
    boxes = [turn_box(box, turns, frame.shape) for box in (LEFT, RIGHT)]
    ((number,),) = find_numbers(frame, as_page([6, 7], boxes, turns))
    assert (number.text, number.places) == ("6.7", [0, 1])
    x, y, width, height = number.points[0]
    inside = frame[y : y + height, x : x + width]
    assert inside.min() < 80 and frame.shape[0] > y > 0 and frame.shape[1] > x > 0


def test_a_sign_parts_two_numbers_that_stand_close():
    minus = line((138, 125), (152, 125))
    with_sign = find_numbers(two_digits(minus), as_page([6, 7], [LEFT, RIGHT]))
    without = find_numbers(two_digits(lambda gray, ink: None), as_page([6, 7], [LEFT, RIGHT]))
    assert [[n.text for n in row] for row in with_sign] == [["6", "7"]]
    assert [[n.text for n in row] for row in without] == [["67"]]


def test_the_command_line_keeps_a_decimal_point(tmp_path, capsys):
    """67.5 was read as 6 7 5: the point was seen by nobody."""
    page = draw_page(["675", "823"], seed=2, size=(480, 480))
    left, right = page.boxes[1], page.boxes[2]
    x, y = (left[0] + left[2] + right[0]) // 2, left[1] + left[3] - 4
    cv2.circle(page.image, (x, y), 4, (60, 60, 60), cv2.FILLED, cv2.LINE_AA)
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), page.image)
    assert main([str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [one["digit"] for one in answer["digits"]] == [6, 7, 5, 8, 2, 3]
    assert answer["numbers"] == ["67.5", "823"]
    assert answer["lines"] == [["67.5"], ["823"]]
