"""In a moving picture the page reader looks now and then; its digits are followed in between."""

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from edge_demo.reading import following  # noqa: E402
from edge_demo.reading.following import AGAIN_SECONDS, LOOK_SECONDS, Follower  # noqa: E402
from edge_demo.reading.peaks import Peaks  # noqa: E402

BOXES = np.array([[100, 80, 40, 60], [300, 200, 30, 44], [420, 90, 36, 50]], np.float32)
FRAME_SECONDS = 1 / 15


@pytest.fixture
def looks(monkeypatch):
    """The sizes of what was looked at; each look shows digits in `BOXES`."""
    taken = []

    def look_at(sight, network):
        taken.append(sight.levels[0].shape[:2])
        count = len(BOXES)
        return Peaks(np.full(count, 0.9, np.float32), np.eye(10, dtype=np.float32)[:count], BOXES)

    monkeypatch.setattr(following, "look_at", look_at)
    return taken


@pytest.fixture
def page():
    """A page with something to follow in each of the boxes."""
    picture = np.full((480, 640), 210, np.uint8)
    for x, y, width, height in BOXES.astype(int).tolist():
        cv2.ellipse(
            picture, (x + width // 2, y + height // 2), (width // 3, height // 2), 20, 0, 300, 40, 5
        )
    return picture


def moved(page, motion):
    return cv2.warpAffine(page, np.array(motion, float), page.shape[::-1], borderValue=210)


def test_between_two_looks_there_is_none(looks, page):
    follower = Follower(None)
    count = round(3 * LOOK_SECONDS / FRAME_SECONDS)
    for number in range(count):
        follower.see(page, number * FRAME_SECONDS)
    assert len(looks) == 3


def test_digits_are_followed_where_a_page_is_shifted_turned_and_comes_nearer(looks, page):
    follower = Follower(None)
    follower.see(page, 0.0)
    for number in range(1, 7):
        motion = cv2.getRotationMatrix2D((320, 240), 0.5 * number, 1 + 0.005 * number)
        motion[:, 2] += 3 * number, -2 * number
        seen, _ = follower.see(moved(page, motion), number * FRAME_SECONDS)
    assert len(looks) == 1
    centres = (BOXES[:, :2] + BOXES[:, 2:] / 2) @ motion[:, :2].T + motion[:, 2]
    np.testing.assert_allclose(seen.boxes[:, :2] + seen.boxes[:, 2:] / 2, centres, atol=1.5)
    np.testing.assert_allclose(seen.boxes[:, 2:], 1.03 * BOXES[:, 2:], rtol=0.02)
    np.testing.assert_array_equal(seen.digits, np.eye(10)[:3])


def test_another_page_is_looked_at_once_it_is_seen_that_the_digits_are_gone(looks, page):
    follower = Follower(None)
    follower.see(page, 0.0)
    bare = np.full_like(page, 210)
    assert len(follower.see(bare, 0.5 * AGAIN_SECONDS)[0].boxes) == 0
    assert len(looks) == 1
    assert len(follower.see(bare, 1.5 * AGAIN_SECONDS)[0].boxes) == 3
    assert len(looks) == 2


def test_a_stream_that_begins_anew_and_frames_of_another_size_are_looked_at(looks, page):
    follower = Follower(None)
    for frame, time in ((page, 5.0), (page, 0.0), (page[:, :600], 0.01)):
        follower.see(frame, time)
    assert len(looks) == 3


def test_a_page_without_a_digit_costs_one_look_at_a_time(monkeypatch, page):
    taken = []
    monkeypatch.setattr(following, "look_at", lambda *_: taken.append(1) or following.NONE)
    follower = Follower(None)
    for number in range(6):
        assert not len(follower.see(page, number * FRAME_SECONDS)[0].boxes)
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("size", "looked_at"),
    [((640, 480), (480, 640)), ((1280, 720), (360, 640)), ((320, 240), (480, 640))],
)
def test_a_frame_is_brought_to_the_size_of_one_canvas(looks, size, looked_at):
    Follower(None).see(np.full(size[::-1], 200, np.uint8), 0.0)
    assert looks == [looked_at]


@pytest.mark.parametrize("size", [(480, 640), (720, 1280), (500, 500), (1920, 300), (64, 48)])
def test_a_look_at_a_frame_of_any_shape_takes_one_canvas(size, monkeypatch):
    painted = []

    class Network:
        def maps(self, image):
            painted.append(image.shape)
            height, width = (side // 4 for side in image.shape[:2])
            presence = np.full((height, width), -9, np.float32)
            return presence, *(np.zeros((height, width, n), np.float32) for n in (10, 4))

    Follower(Network()).see(np.full(size[::-1], 200, np.uint8), 0.0)
    assert len(painted) == 1
