"""What is both small and faint beside the page's writing is not writing."""

from typing import NamedTuple

from edge_demo.reading.candidates import Candidate
from edge_demo.reading.consensus import is_of_kind, page_kind


class Answer(NamedTuple):
    candidate: Candidate
    confidence: float


def writing(peak, height, confidence=0.9):
    candidate = Candidate(0, 0, height // 2, height, None, peak, peak * height * 10)
    return Answer(candidate, confidence)


def kept(*answers):
    kind = page_kind(answers)
    return [is_of_kind(answer.candidate, kind) for answer in answers]


def test_specks_do_not_outvote_digits():
    digits = [writing(180, 100), writing(170, 90), writing(175, 110)]
    assert kept(*digits, *[writing(40, 14)] * 40) == 3 * [True] + 40 * [False]


def test_one_large_stain_does_not_outvote_digits():
    assert kept(*[writing(100, 60)] * 5, writing(30, 440)) == 5 * [True] + [False]


def test_pencil_beside_marker_stays():
    assert all(kept(writing(220, 100), writing(70, 95)))


def test_small_digits_in_full_ink_stay():
    assert all(kept(writing(200, 100), writing(190, 40)))


def test_a_line_as_tall_as_the_page_goes():
    assert kept(writing(200, 50), writing(200, 50), writing(190, 50), writing(60, 400))[3] is False
