import cv2
import numpy as np
import pytest

from edge_demo.reading.cutout import contrast, cut_out
from edge_demo.reading.evidence import NAMES, Evidence, gather, load_weights, sure
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.readings import Reading

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
    x, _, width, height = cv2.boundingRect((best.ink > 127).astype(np.uint8))
    assert abs(width - 46) <= 4 and abs(height - 66) <= 4
    assert x + width < best.ink.shape[1] - 3
    np.testing.assert_allclose(best.box, BOX, atol=3)


def test_a_stroke_that_reaches_a_little_out_of_the_box_is_the_digit_s():
    narrow = np.array([50.0, 27, 36, 66])
    dark, *_ = cut_out(drawn_seven(), narrow)
    np.testing.assert_allclose(dark.box, BOX, atol=3)


def test_a_line_that_a_digit_touches_ends_at_its_box():
    gray = drawn_seven()
    cv2.line(gray, (0, 92), (159, 92), 50, 3)
    dark, *_ = cut_out(gray, np.array(BOX, float))
    assert dark.box[2] <= BOX[2] + 14  # of 160


def test_a_box_beyond_the_frame_or_on_bare_paper_has_no_ink():
    bare = np.full((120, 160), 200, np.uint8)
    assert list(cut_out(bare, np.array([400.0, 30, 20, 30]))) == []
    assert list(cut_out(bare, np.array([40.0, 30, 20, 30]))) == []


@pytest.mark.parametrize(
    ("ink", "paper", "expected"), [(50, 200, 191), (225, 60, 216), (200, 200, 1)]
)
def test_contrast_is_the_share_of_the_way_from_paper_to_black_or_to_white(ink, paper, expected):
    assert contrast(drawn_seven(ink, paper), np.array(BOX, float)) == pytest.approx(expected, abs=1)


def test_the_grain_of_white_paper_is_no_contrast():
    gray = np.random.default_rng(1).integers(249, 256, (120, 160)).astype(np.uint8)
    assert contrast(gray, np.array(BOX, float)) < 20


def test_a_box_beyond_the_frame_has_no_contrast():
    assert contrast(drawn_seven(), np.array([400.0, 30, 20, 30])) == 1


def test_what_page_reader_and_classifier_say_is_evidence():
    ((read, evidence),) = gather(peaks(BOX), drawn_seven(), Sevens())
    assert read.digit == 7 and read.image.shape == (28, 28) and read.image.any()
    assert evidence == pytest.approx((0.9, 0.9, 0.82, 0.0, 0.0, 0.0, 0.0, 66 / 160))


@pytest.mark.parametrize(("ink", "paper"), [(50, 210), (230, 40)])
def test_a_digit_is_read_in_its_own_polarity(classifier, ink, paper):
    ((read, _),) = gather(peaks(BOX), drawn_seven(ink, paper), classifier)
    np.testing.assert_allclose(read.box, BOX, atol=3)


class SeesOnes:
    """Sure of a 1 where the page reader sees a 7."""

    def __init__(self, probability):
        self.probability = probability

    def predict(self, image):
        probabilities = np.full(10, (1 - self.probability) / 20, np.float32)
        probabilities[1] = self.probability
        return probabilities, None


@pytest.mark.parametrize(("probability", "digit"), [(0.6, 7), (0.999, 1)])
def test_which_digit_it_is_the_surer_of_both_decides(probability, digit):
    ((read, evidence),) = gather(peaks(BOX), drawn_seven(), SeesOnes(probability))
    assert read.digit == digit
    assert evidence.agreement == pytest.approx(0.82 if digit == 7 else 0.02)


def test_the_box_is_that_of_the_ink_where_all_of_the_digit_is_ink():
    wide = (40, 20, 58, 80)
    ((read, _),) = gather(peaks(wide), drawn_seven(), Sevens())
    np.testing.assert_allclose(read.box, BOX, atol=3)


def test_the_box_is_the_page_reader_s_where_ink_is_a_part_of_the_digit_only():
    gray = drawn_seven()
    gray[45:] = 210  # only the bar of the 7 is left
    ((read, _),) = gather(peaks(BOX), gray, Sevens())
    assert read.box == BOX


def test_a_page_reader_that_names_another_digit_counts_against_it():
    agreeing, disagreeing = (Evidence(0.9, 0.9, share) for share in (0.9, 0.01))
    assert load_weights() @ agreeing.features() > load_weights() @ disagreeing.features()


def test_what_is_fainter_and_smaller_than_the_page_s_digits_counts_less():
    usual, faint = (Evidence(0.9, 0.9, 0.9, less, less) for less in (0, -2))
    assert load_weights() @ usual.features() > load_weights() @ faint.features()


def test_how_faint_and_small_a_digit_is_the_page_s_surer_ones_tell():
    gray = drawn_seven()
    cv2.line(gray, (125, 40), (125, 55), 202, 3)  # as what shows through the paper
    found = gather(peaks(BOX, (118, 37, 15, 22)), gray, Sevens())
    (_, usual), (_, small) = found
    assert small.smallness == pytest.approx(np.log(22 / np.median([66, 22])), abs=0.01)
    assert small.faintness < -0.5 and usual.faintness == 0


def test_pencil_beside_ink_is_not_faint():
    gray = drawn_seven()
    cv2.line(gray, (125, 40), (125, 55), 130, 3)
    assert all(
        not one.faintness for _, one in gather(peaks(BOX, (118, 37, 15, 22)), gray, Sevens())
    )


def test_doubted_digits_are_left_out_and_the_surest_comes_first():
    weights = np.array([0, 1, 1, 0, 0, 0, 0, 0.0])
    found = [
        (reading((10, 80, 20, 30), digit=5), Evidence(0.5, 0.5, 0.9)),
        (reading((60, 80, 20, 30), digit=4), Evidence(0.7, 0.9, 0.9)),
        (reading(BOX, digit=7), Evidence(0.9, 0.9, 0.9)),
    ]
    read = sure(found, weights, 0.6)
    assert [(one.digit, round(float(one.confidence), 2)) for one in read] == [(7, 0.99), (4, 0.95)]


def test_of_two_in_one_place_the_surer_is_kept():
    weights = np.array([0, 1, 1, 0, 0, 0, 0, 0.0])
    found = [
        (reading((48, 28, 20, 30), digit=1), Evidence(0.8, 0.8, 0.9)),
        (reading(BOX, digit=7), Evidence(0.9, 0.9, 0.9)),
    ]
    assert [one.digit for one in sure(found, weights, 0.5)] == [7]


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.6])
def test_confidence_is_the_probability_of_the_digit_and_none_is_more_probable(threshold):
    weights = np.array([0, 0, 1, 0, 0, 0, 0, 0.0])
    for sureness in (0.05, 0.4, 0.7, 0.99):
        found = [(reading(BOX, confidence=0.5), Evidence(0.5, sureness, 0.5))]
        for one in sure(found, weights, threshold):
            assert one.confidence == pytest.approx(sureness)
            assert one.probabilities[7] == pytest.approx(one.confidence)
            assert one.probabilities.argmax() == 7 and one.probabilities.sum() <= 1 + 1e-5


def test_what_stands_on_the_line_beside_a_digit_speaks_for_it():
    row = [(20 + 30 * n, 30, 20, 40) for n in range(4)]
    away = [(20, 100, 20, 18), (150, 75, 20, 40)]  # below and small; on no line
    found = gather(peaks(*row, *away), noise(), Sevens())
    beside = [evidence.neighbours for _, evidence in found]
    certainty = 0.9 * 0.82
    assert beside[1:3] == pytest.approx([np.log1p(3 * certainty)] * 2)
    assert beside[0] == beside[3] == pytest.approx(np.log1p(3 * certainty))
    assert beside[4:] == [0, 0]
    assert load_weights()[NAMES.index("neighbours")] > 0


def test_a_bar_that_goes_on_beyond_its_box_is_doubted_and_a_1_that_ends_there_is_not():
    gray = np.full((120, 160), 210, np.uint8)
    cv2.line(gray, (40, 30), (40, 90), 50, 5)
    cv2.line(gray, (110, 0), (110, 119), 50, 5)
    seen = peaks((33, 27, 14, 66), (103, 27, 14, 66))
    (_, one), (_, ruling) = gather(seen, gray, SeesOnes(0.999))
    assert one.bar_goes_on == pytest.approx(0, abs=0.01) and ruling.bar_goes_on > 0.1
    assert load_weights()[NAMES.index("bar_goes_on")] < 0


@pytest.mark.parametrize(("share", "read"), [(0.3, 0), (0.6, 1)])
def test_of_what_fills_the_frame_the_classifier_is_believed(share, read):
    weights = np.array([-0.5, 0, 0, 0, 0, 0, 0, 0.0])
    found = [(reading(BOX), Evidence(0.9, 0.5, 0.9, share=share))]
    assert len(sure(found, weights, 0.6)) == read
    assert sure(found, weights, 0.95) == []
    goes_on = [(reading(BOX), Evidence(0.9, 0.5, 0.9, bar_goes_on=0.3, share=share))]
    assert sure(goes_on, weights, 0.6) == sure(found, weights - 2, 0.6) == []


def noise():
    return np.random.default_rng(1).integers(0, 255, (200, 240)).astype(np.uint8)
