"""The pool of written pages is drawn once, whole or not at all."""

import json

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn import page_pool  # noqa: E402
from digitnet.drawn.page_pool import page_pool as pool_of  # noqa: E402
from digitnet.drawn.written_pages import WrittenPage  # noqa: E402

SIDE = 16
DIGITS = np.zeros((4, 28, 28), np.uint8), np.arange(4)


class Drawer:
    """Draws pages that are told apart by a look, and fails when it is told to."""

    def __init__(self):
        self.drawn = []
        self.fails_at = None

    def __call__(self, seed, digits, labels, side):
        number = seed[1]
        if number == self.fails_at:
            raise KeyboardInterrupt
        self.drawn.append(number)
        boxes = np.full((number % 3, 4), number, np.float32)
        unsure = np.full((number % 2, 4), 1, np.float32)
        image = np.full((side, side), (seed[0] + number) % 256, np.uint8)
        return WrittenPage(image, np.arange(number % 3, dtype=np.uint8), boxes, unsure)


@pytest.fixture
def drawer(monkeypatch):
    result = Drawer()
    monkeypatch.setattr(page_pool, "draw_written_page", result)
    monkeypatch.setattr(page_pool, "CHUNK", 4)
    return result


def test_pages_come_back_as_they_were_drawn(drawer, tmp_path):
    pool = pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    assert pool.images.shape == (10, SIDE, SIDE) and pool.images.dtype == np.uint8
    assert pool.table.dtype == np.float32 and pool.offsets[-1] == len(pool.table)
    for number in range(10):
        one, other = pool.page(number), drawer((3, number), None, None, SIDE)
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_a_pool_is_drawn_once(drawer, tmp_path):
    pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    assert drawer.drawn == list(range(10))


@pytest.mark.parametrize("change", ["count", "seed", "digits", "side", "version"])
def test_another_pool_is_drawn_anew(drawer, tmp_path, monkeypatch, change):
    asked = {"count": 10, "seed": 3, "digits": DIGITS[0], "side": SIDE}
    pool_of(tmp_path / "pool", labels=DIGITS[1], **asked)
    if change == "version":
        monkeypatch.setattr(page_pool, "VERSION", -1)
    else:
        others = {"count": 5, "seed": 4, "digits": DIGITS[0] + 1, "side": 8}
        asked[change] = others[change]
    pool = pool_of(tmp_path / "pool", labels=DIGITS[1], **asked)
    assert pool.images.shape == (asked["count"], asked["side"], asked["side"])
    assert pool.images[0, 0, 0] == asked["seed"]
    assert len(drawer.drawn) == 10 + asked["count"]


def test_a_killed_pool_is_not_read_and_goes_on_where_it_stopped(drawer, tmp_path):
    drawer.fails_at = 9
    with pytest.raises(KeyboardInterrupt):
        pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    assert not (tmp_path / "pool").exists()
    drawer.fails_at, drawer.drawn = None, []
    pool = pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    assert drawer.drawn == [8, 9]
    assert pool.images[:, 0, 0].tolist() == list(range(3, 13))
    assert not list(tmp_path.glob("*.partial"))


def test_what_was_left_of_another_pool_is_not_gone_on_with(drawer, tmp_path):
    drawer.fails_at = 9
    with pytest.raises(KeyboardInterrupt):
        pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    drawer.fails_at, drawer.drawn = None, []
    pool = pool_of(tmp_path / "pool", 10, 5, *DIGITS, SIDE)
    assert len(drawer.drawn) == 10 and pool.images[0, 0, 0] == 5


def test_a_folder_without_its_manifest_is_drawn_anew(drawer, tmp_path):
    pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    (tmp_path / "pool" / "manifest.json").write_text(json.dumps({"version": 0}))
    pool_of(tmp_path / "pool", 10, 3, *DIGITS, SIDE)
    assert len(drawer.drawn) == 20


@pytest.mark.slow
def test_two_processes_draw_the_same_pool_as_one(tmp_path):
    asked = (2 * page_pool.CHUNK - 190, 3, *DIGITS, 48)
    one = pool_of(tmp_path / "one", *asked, processes=1)
    two = pool_of(tmp_path / "two", *asked, processes=2)
    np.testing.assert_array_equal(one.images, two.images)
    np.testing.assert_array_equal(one.table, two.table)
