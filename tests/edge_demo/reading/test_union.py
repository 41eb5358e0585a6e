import cv2
import numpy as np
import pytest

from edge_demo.reading.cutout import contrast, cut_out
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.union import Evidence, gather, load_weights, united
from edge_demo.reading.writing import Reading

SEVEN = np.eye(10, dtype=np.float32)[7]


class Sevens:
    def predict(self, image):
        return 0.9 * SEVEN, None


def drawn_seven(ink=50, paper=210):
    gray = np.full((120, 160), paper, np.uint8)
    points = np.array([[50, 30], [90, 30], [66, 90]], np.int32)
    cv2.polylines(gray, [points], False, int(ink), 5, cv2.LINE_AA)
    return gray


def peaks(*boxes, sureness=0.9):
    count = len(boxes)
    digits = np.tile(0.8 * SEVEN + 0.02, (count, 1)).astype(np.float32)
    places = np.array(boxes, np.float32).reshape(-1, 4)
    return Peaks(np.full(count, sureness, np.float32), digits, places)


def reading(box, digit=7, confidence=0.9):
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    image = np.zeros((28, 28), np.uint8)
    return Reading(digit, confidence, box, image, probabilities, None)


BOX = (47, 27, 46, 66)


@pytest.mark.parametrize(("ink", "paper"), [(50, 210), (220, 60)])
def test_ink_is_cut_out_in_its_own_polarity_without_what_stands_beside_it(ink, paper):
    gray = drawn_seven(ink, paper)
    cv2.line(gray, (112, 10), (112, 110), int(ink), 4)  # a line outside the box
    cut = list(cut_out(gray, np.array(BOX, float)))
    best = cut[0] if ink < paper else cut[-1]
    x, _, width, height = cv2.boundingRect((best > 127).astype(np.uint8))
    assert abs(width - 46) <= 4 and abs(height - 66) <= 4
    assert x + width < best.shape[1] - 3


def test_a_box_beyond_the_frame_or_on_bare_paper_has_no_ink():
    bare = np.full((120, 160), 200, np.uint8)
    assert list(cut_out(bare, np.array([400.0, 30, 20, 30]))) == []
    assert list(cut_out(bare, np.array([40.0, 30, 20, 30]))) == []


@pytest.mark.parametrize(
    ("ink", "paper", "expected"), [(50, 200, 191), (225, 60, 216), (200, 200, 1)]
)
def test_contrast_is_the_share_of_the_way_from_paper_to_black_or_to_white(ink, paper, expected):
    assert contrast(drawn_seven(ink, paper), np.array(BOX, float)) == pytest.approx(expected, abs=1)


def test_a_box_beyond_the_frame_has_no_contrast():
    assert contrast(drawn_seven(), np.array([400.0, 30, 20, 30])) == 1


def test_who_found_a_digit_and_how_surely_is_evidence():
    gray = drawn_seven()

    def kinds(readings, seen):
        return [evidence.kind for _, evidence in gather(readings, seen, gray, Sevens())]

    assert kinds([reading(BOX)], peaks(BOX)) == ["both"]
    assert kinds([reading(BOX)], peaks()) == ["stages"]
    assert kinds([], peaks(BOX)) == ["network"]


def test_a_bare_stroke_is_matched_with_the_wider_box_that_the_page_reader_gives_it():
    narrow = reading((50, 20, 7, 60), digit=1)
    ((_, evidence),) = gather([narrow], peaks((36, 16, 35, 68)), drawn_seven(), Sevens())
    assert evidence.kind == "both"


def test_a_part_of_a_digit_is_not_matched_with_the_whole():
    part = reading((50, 20, 14, 20), digit=1)
    found = gather([part], peaks((46, 16, 40, 68)), drawn_seven(), Sevens())
    assert [evidence.kind for _, evidence in found] == ["stages", "network"]


@pytest.mark.parametrize(("confidence", "digit"), [(0.6, 7), (0.99, 1)])
def test_which_digit_it_is_the_surer_of_both_decides(confidence, digit):
    one = reading(BOX, digit=1, confidence=confidence)
    one.probabilities[7] += 0.3 * (1 - confidence)
    ((read, evidence),) = gather([one], peaks(BOX), drawn_seven(), Sevens())
    assert (read.digit, evidence.kind) == (digit, "both")
    assert read.confidence <= 0.99
    assert evidence.agreement == pytest.approx(0.82 if digit == 7 else 0.02)


def test_what_both_doubt_stays_below_the_threshold():
    doubted = (reading(BOX, confidence=0.4), Evidence("both", 0.4, 0.4, 0.5))
    assert united([doubted], load_weights(), 0.5) == []


def test_a_page_reader_that_names_another_digit_counts_against_it():
    weights = load_weights()
    agreeing, disagreeing = (Evidence("network", 0.9, 0.9, share) for share in (0.9, 0.01))
    assert weights @ agreeing.features() > weights @ disagreeing.features()


def test_one_way_alone_has_to_be_sure_and_of_two_in_one_place_that_of_both_stays():
    weights = np.array([0, 0, 0, 1, 1, 1, 1, 0, 0, 0.0])
    found = [
        (reading(BOX, confidence=0.95), Evidence("both", 0.9, 0.6, 0.9)),
        (reading((48, 28, 20, 30), digit=1), Evidence("network", 0.9, 0.9, 0.9)),
        (reading((120, 20, 20, 30), digit=4), Evidence("network", 0.9, 0.9, 0.9)),
        (reading((10, 80, 20, 30), digit=5), Evidence("network", 0.5, 0.5, 0.9)),
    ]
    read = united(found, weights, 0.9)
    assert [(one.digit, round(one.confidence, 2)) for one in read] == [(7, 0.93), (4, 0.99)]


@pytest.mark.parametrize("threshold", [0.4, 0.9])
def test_what_the_stages_alone_see_is_no_digit(threshold):
    letter = (reading(BOX, confidence=0.99), Evidence("stages", 0.99, 0.1, 0.1, share=0.3))
    assert united([letter], load_weights(), threshold) == []


@pytest.mark.parametrize("kind", ["stages", "both"])
def test_a_digit_that_fills_the_frame_is_what_the_stages_read(kind):
    doubted = Evidence(kind, 0.9, 0.1, 0.1, share=0.9)
    (read,) = united([(reading(BOX, confidence=0.9), doubted)], load_weights(), 0.4)
    assert (read.digit, read.confidence) == (7, 0.9)
    assert united([(reading(BOX, confidence=0.3), doubted)], load_weights(), 0.4) == []


def test_how_much_of_the_frame_a_digit_takes_is_known():
    ((_, evidence),) = gather([reading(BOX)], peaks(), drawn_seven(), Sevens())
    assert evidence.share == pytest.approx(max(BOX[2:]) / max(drawn_seven().shape))


def test_a_digit_that_the_page_reader_takes_for_another_is_doubted_and_far_from_it_left_out():
    kinds = [(0.9, 0.9), (0.9, 0.9), (0.9, 0.9), (0.6, 0.3), (0.4, 0.01)]
    found = [
        (reading((40 * n, 20, 20, 30), digit=n), Evidence("both", 0.97, sureness, agreement))
        for n, (sureness, agreement) in enumerate(kinds)
    ]
    read = united(found, load_weights(), 0.5)
    assert [one.digit for one in read] == [0, 1, 2, 3]
    assert 0.5 <= read[3].confidence < read[0].confidence <= reading(BOX).confidence


def test_what_is_fainter_and_smaller_than_the_page_s_digits_counts_less():
    weights = load_weights()
    usual, faint = (Evidence("network", 0.9, 0.9, 0.9, less, less) for less in (0, -2))
    assert weights @ usual.features() > weights @ faint.features()


def test_a_digit_that_only_the_page_reader_sees_is_read_by_the_classifier():
    ((read, evidence),) = gather([], peaks(BOX), drawn_seven(230, 40), Sevens())
    assert read.digit == 7
    assert read.box == BOX
    assert evidence.kind == "network"
    assert read.image.shape == (28, 28) and read.image.any()
