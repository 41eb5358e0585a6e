import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are cut out with OpenCV")

from digitnet.training.pages import crops
from digitnet.training.pages.scores import score
from digitnet.training.pages.targets import LARGEST, SMALLEST, paint

SIDE = 96
NONE = np.zeros((0, 4), np.float32)


def painted(digit, box, unsure=NONE):
    return paint(SIDE, np.array([digit]), np.array([box], np.float32), unsure)


def as_answers(targets):
    """What a network that has learned the targets by heart would answer."""
    peak = targets.presence[None, :, :, :1].clip(1e-3, 1 - 1e-3)
    return {
        "presence": np.log(peak / (1 - peak)),
        "digits": 9 * targets.digits[None, :, :, :10],
        "boxes": targets.boxes[None, :, :, :4],
    }


def test_targets_answered_by_heart_are_digits_in_their_boxes():
    from edge_demo.reading.peaks import find_peaks

    box = [31, 22, 14, 30]
    answers = as_answers(painted(7, box))
    peaks = find_peaks(
        answers["presence"][0, :, :, 0], answers["digits"][0], answers["boxes"][0], 0.5
    )
    assert peaks.digits.argmax(axis=1).tolist() == [7]
    np.testing.assert_allclose(peaks.boxes, [box], atol=0.01)


def test_score_counts_what_is_found_read_and_false():
    targets = painted(3, [40, 40, 20, 28])
    batch = {name: one[None] for name, one in targets.named().items()}
    right = as_answers(targets)
    assert score(right, batch) == {"held_out_digits": 1, "found": 1, "read": 1, "false": 0}
    elsewhere = as_answers(painted(3, [4, 4, 20, 28]))
    assert score(elsewhere, batch) == {"held_out_digits": 1, "found": 0, "read": 0, "false": 1}


@pytest.mark.parametrize("size", [LARGEST * 1.5, SMALLEST * 0.5])
def test_a_digit_beyond_the_level_s_range_is_background(size):
    targets = painted(3, [20, 20, 0.6 * size, size])
    assert targets.presence[:, :, 0].max() == 0
    assert targets.presence[:, :, 1].min() == 1


def test_nothing_is_asked_of_a_digit_just_beyond_the_range_or_where_none_is_sure():
    targets = painted(3, [20, 20, 30, LARGEST * 1.1])
    assert targets.presence[10, 8].tolist() == [0, 0]
    targets = painted(3, [60, 60, 20, 28], np.array([[8, 8, 16, 16]], np.float32))
    assert targets.presence[2:6, 2:6, 1].max() == 0
    assert targets.presence[20:, 20:, 1].min() == 1


def test_of_two_touching_digits_each_position_answers_for_the_nearer():
    boxes = np.array([[20, 30, 18, 30], [38, 30, 18, 30]], np.float32)
    targets = paint(SIDE, np.array([1, 8]), boxes, NONE)
    assert targets.digits[11, 7, :10].argmax() == 1
    assert targets.digits[11, 11, :10].argmax() == 8
    assert (targets.presence[:, :, 0] >= 1).sum() == 2


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_crop_asks_nothing_of_what_may_be_a_digit_still(turns):
    image = np.zeros((96, 96, 3), np.uint8)
    image[10:30, 50:60] = 255
    boxes = np.array([[50, 10, 10, 20], [5, 70, 12, 18]], np.float32)
    crop = crops.Crop(image, np.array([8, 7]), boxes, np.zeros((0, 4), np.float32))
    found = crops.turned(crop, turns)
    assert len(found.digits) == len(found.boxes) == 0
    ((x, y, width, height),) = found.unsure.astype(int)  # the 8; the 7 is background now
    inked = np.zeros((96, 96), bool)
    inked[y : y + height, x : x + width] = True
    np.testing.assert_array_equal(found.image[..., 0] > 0, inked)


def two_digits():
    """A page with a bar of a 1 and, 50 pixels to its right, another."""
    page = np.full((200, 200), 210, np.uint8)
    boxes = np.array([[60, 80, 8, 40], [110, 80, 8, 40]], np.float32)
    for x, y, width, height in boxes.astype(int):
        page[y : y + height, x : x + width] = 40
    return page, np.array([1, 1]), boxes


@pytest.mark.parametrize("seed", range(8))
def test_a_close_up_shows_a_digit_and_its_canvas_is_empty_beyond_the_picture(seed):
    page, digits, boxes = two_digits()
    rng = np.random.default_rng(seed)
    crop = crops.draw_close_up(page, digits, boxes, NONE, SIDE, rng)
    (digit,), (box,) = crop.digits, crop.boxes
    assert digit == 1 and SMALLEST - 1 <= max(box[2:]) <= LARGEST + 1
    x, y, width, height = box
    assert x >= 0 and y >= 0 and x + width < SIDE and y + height < SIDE
    # At most half of the digit's length is around it, and nothing beyond.
    end_x, end_y = (int(np.ceil(end + 0.5 * height)) + 2 for end in (x + width, y + height))
    assert (crop.image[end_y:] == 128).all() and (crop.image[:, end_x:] == 128).all()
    assert crop.image[:end_y, :end_x].std() > 10


def test_a_neighbour_that_a_close_up_cuts_off_is_not_asked_of_the_empty_canvas():
    page, digits, boxes = two_digits()
    for seed in range(8):
        crop = crops.draw_close_up(page, digits, boxes, NONE, SIDE, np.random.default_rng(seed))
        assert len(crop.digits) + len(crop.unsure) == 2
        targets = paint(SIDE, crop.digits, crop.boxes, crop.unsure)
        assert targets.presence[:, :, 0].max() > 0.9


def test_a_close_up_of_a_page_without_digits_is_refused():
    page = np.full((200, 200), 210, np.uint8)
    with pytest.raises(ValueError, match="needs a digit"):
        crops.draw_close_up(page, np.zeros(0, int), NONE, NONE, SIDE, np.random.default_rng(0))
