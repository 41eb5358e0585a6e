"""What lies around a candidate tells a pen's stroke from a stain, a texture and a grid."""

import cv2
import numpy as np
import pytest

from edge_demo.reading import evidence
from edge_demo.reading.candidates import Candidate
from edge_demo.reading.resolve import Answer

PAPER, PEN = 200, 60


def candidate(gray):
    """All that is clearly darker than paper, as one Candidate."""
    ink = cv2.subtract(np.full_like(gray, PAPER), gray)
    ink[ink < 60] = 0
    x, y, width, height = cv2.boundingRect(cv2.findNonZero(ink))
    crop = np.minimum(ink[y : y + height, x : x + width] * np.float32(255 / ink.max()), 255)
    return Candidate(x, y, width, height, crop.astype(np.uint8), float(ink.max()), 1e4)


def paper():
    return np.full((240, 320), PAPER, np.uint8)


def bar(top=80, bottom=150):
    gray = paper()
    cv2.line(gray, (160, top), (156, bottom), PEN, 7, cv2.LINE_AA)
    return gray


def answer(of, digit=1, confidence=0.99):
    image = np.zeros((28, 28), np.uint8)
    return Answer(of, image, np.zeros(10, np.float32), None, digit, confidence)


def is_kept(of, gray, **options):
    return len(evidence.written([answer(of, **options)], gray, 0.4)) == 1


def test_a_lone_stroke_on_paper_is_written():
    gray = bar()
    measured = evidence.measure(candidate(gray), gray)
    assert measured.crowding < 0.1 and measured.softness < 0.6 and not measured.bound
    assert is_kept(candidate(gray), gray)


def test_a_stroke_on_the_soft_edge_of_a_shadow_is_written():
    # One side of it is darker than the other. That had counted as texture, and every 1 that stood
    # where a shadow begins was left out.
    of, gray = candidate(bar()), bar()
    shade = 1 - 0.5 / (1 + np.exp((np.arange(320) - 160) / 25))
    shaded = (gray * shade).astype(np.uint8)
    assert evidence.measure(of, shaded).crowding < 0.1
    assert is_kept(of, shaded)


def test_a_stroke_on_the_sharp_edge_of_a_page_is_not():
    of, gray = candidate(bar()), bar()
    gray[:, :156] //= 3
    assert evidence.measure(of, gray).crowding > 0.3
    assert not is_kept(of, gray)


def test_a_stroke_out_of_a_larger_line_is_not():
    gray = bar(0, 239)
    whole = candidate(gray)
    part = Candidate(
        whole.x, 80, whole.width, 70, np.ascontiguousarray(whole.ink[80:150]), whole.peak, 1e4
    )
    assert evidence.measure(part, gray).bound
    assert not is_kept(part, gray)


def test_a_bar_between_two_rules_is_not_written():
    gray = bar()
    of = candidate(gray)
    gray[78:81] = gray[149:152] = PEN
    assert evidence.measure(of, gray).bound


def test_a_1_that_stands_on_a_rule_is_written():
    gray = bar()
    of = candidate(gray)
    gray[150:152] = PEN
    assert is_kept(of, gray)


def test_a_soft_stain_is_not_written():
    y, x = np.mgrid[:240, :320]
    spot = np.exp(-(((x - 160) / 14) ** 2) - ((y - 120) / 45) ** 2)
    gray = (PAPER * (1 - 0.6 * spot)).astype(np.uint8)
    assert not is_kept(candidate(gray), gray)


def test_the_edge_of_a_page_is_not_written():
    gray = bar()
    of = candidate(gray)
    gray[:, 160:] = PEN
    assert not is_kept(of, gray)


def test_one_likeness_among_many_grains_is_a_grain():
    gray = bar()
    clear = answer(candidate(gray), confidence=0.6)
    wall = np.random.default_rng(0).integers(60, 200, gray.shape).astype(np.uint8)
    wall[60:170, 130:190] = gray[60:170, 130:190]
    box = (10, 10, 12, 20)
    grains = [answer(Candidate(*box, np.full((20, 12), 255, np.uint8), 100.0, 1e3))] * 9
    assert evidence.written([clear], wall, 0.4)
    assert not evidence.written([clear, *grains], wall, 0.4)


@pytest.mark.parametrize("corner", [(0, 0), (300, 0), (0, 220), (300, 220)])
def test_candidates_at_the_frames_edge_are_measured(corner):
    ink = np.full((20, 20), 255, np.uint8)
    measured = evidence.measure(Candidate(*corner, 20, 20, ink, 100.0, 1e3), paper())
    assert np.isfinite(measured.softness)


def test_a_huge_digit_is_measured_as_a_small_one_is():
    small = bar()
    large = cv2.resize(small, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    assert is_kept(candidate(large), large)
