"""Written pages: every property comes from the seed, and boxes lie on ink."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn import page_camera, page_papers  # noqa: E402
from digitnet.drawn.page_glyphs import hand_digit  # noqa: E402
from digitnet.drawn.page_ink import Item, put, stamp_of  # noqa: E402
from digitnet.drawn.page_kinds import KINDS  # noqa: E402
from digitnet.drawn.page_letters import LETTER  # noqa: E402
from digitnet.drawn.page_print import printed  # noqa: E402
from digitnet.drawn.page_texts import WORDS  # noqa: E402
from digitnet.drawn.written_pages import draw_written_page  # noqa: E402

SIDE = 192


@pytest.fixture(scope="module")
def mnist():
    """Twenty digits of MNIST's size: a bar as high as MNIST's digits, which any label may have."""
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 11:17] = 255
    return images, np.arange(20) % 10


@pytest.fixture(scope="module", autouse=True)
def small_bank():
    """One small piece of every surface: what is tested is what is written."""
    patch = pytest.MonkeyPatch()
    patch.setattr(page_papers, "BANK_SIDE", 128)
    patch.setattr(page_papers, "EACH", 1)
    page_papers._bank.cache_clear()
    yield
    patch.undo()
    page_papers._bank.cache_clear()


@pytest.fixture(scope="module")
def pages(mnist, small_bank):
    return [draw_written_page((7, number), *mnist, SIDE) for number in range(100)]


CLEAN = {
    "scene": "full",
    "ruling": "",
    "layout": "few",
    "turn": 0.0,
    "contrast": (0.9, 0.95),
    "height": (40, 60),
    "clutter": 0,
    "grainy": False,
    "dark_paper": False,
    "empty": False,
    "style": {"sources": (1, 0, 0, 0), "pen": 5.0, "broken": 0.0, "fade": 1.0, "core": 1.0},
}


@pytest.fixture
def plain_paper(monkeypatch):
    """Even paper in even light, photographed without a fault."""
    monkeypatch.setattr(page_papers, "paper", lambda shape, random: np.ones(shape, np.float32))
    monkeypatch.setattr(page_papers, "light", lambda shape, random: np.ones(shape, np.float32))
    monkeypatch.setattr(
        page_camera,
        "photograph",
        lambda page, smallest, random: np.clip(page, 0, 255).astype(np.uint8),
    )


def test_the_same_seed_draws_the_same_page_to_the_bit(mnist, pages):
    for number in (0, 3, 11):
        again = draw_written_page((7, number), *mnist, SIDE)
        for one, other in zip(again, pages[number], strict=True):
            np.testing.assert_array_equal(one, other)


def test_another_seed_draws_another_page(pages):
    assert len({page.image.tobytes() for page in pages}) == len(pages)


def test_shapes_and_types_are_as_promised(pages):
    for page in pages:
        assert page.image.shape == (SIDE, SIDE) and page.image.dtype == np.uint8
        assert page.digits.dtype == np.uint8 and page.digits.shape == page.boxes.shape[:1]
        assert page.boxes.dtype == page.unsure.dtype == np.float32
        assert page.boxes.shape[1:] == page.unsure.shape[1:] == (4,)


def test_boxes_lie_within_the_page(pages):
    boxes = np.concatenate([b for page in pages for b in (page.boxes, page.unsure)])
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] >= 1).all()
    assert (boxes[:, :2] + boxes[:, 2:] <= SIDE).all()


def test_a_page_may_be_wider_than_high(mnist):
    assert draw_written_page(1, *mnist, (240, 160)).image.shape == (160, 240)


def test_boxes_fit_tightly_around_dark_ink(mnist, plain_paper):
    for seed in range(8):
        page = draw_written_page(seed, *mnist, SIDE, CLEAN)
        dark = page.image < 0.6 * np.median(page.image)
        outside = dark.copy()
        for x, y, width, height in np.concatenate([page.boxes, page.unsure]).astype(int):
            inside = dark[y : y + height, x : x + width]
            # Digits are apart, so the ink in a box is its own: its first and last rows hold some.
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            assert rows[0] <= 1 and rows[-1] >= height - 2
            assert columns[0] <= 1 and columns[-1] >= width - 2
            outside[max(y - 2, 0) : y + height + 2, max(x - 2, 0) : x + width + 2] = False
        # Points and dashes between digits are small.
        assert outside.sum() <= 0.02 * outside.size


def test_a_turned_digits_box_is_that_of_its_ink_and_not_of_a_turned_box():
    random = np.random.default_rng(0)
    glyph = hand_digit(0, random)  # round: its corners are empty
    to_page = np.array([[0.7071, -0.7071, 100], [0.7071, 0.7071, 20], [0, 0, 1]])
    stamp = stamp_of(Item(0, glyph, 0, 0, 60, pen=4), to_page, (200, 200), random)
    share, box = put(stamp, np.zeros((200, 200), np.uint8), None)
    assert share == 1
    corners_box = 0.7071 * (60 + 60 * glyph.width)
    assert box[2] < corners_box and box[3] < corners_box


def test_a_cut_digits_box_is_that_of_what_is_left_of_it():
    random = np.random.default_rng(0)
    item = Item(8, hand_digit(8, random), -20.0, 50.0, 60, pen=4)
    stamp = stamp_of(item, np.eye(3), (200, 200), random)
    share, box = put(stamp, np.zeros((200, 200), np.uint8), None)
    assert 0 < share < 1 and box[0] == 0


def test_a_digit_under_another_sheet_does_not_show():
    random = np.random.default_rng(0)
    stamp = stamp_of(Item(8, hand_digit(8, random), 50, 50, 60), np.eye(3), (200, 200), random)
    covered = np.ones((200, 200), np.uint8)
    covered[:, 60:] = 0
    cover = np.zeros((200, 200), np.uint8)
    share, box = put(stamp, cover, covered)
    assert share < 0.7 and box[0] + box[2] <= 60 and not cover[:, 60:].any()


def test_cut_digits_are_unsure(pages):
    """Less than 70 % of a digit cut by the page's edge is no digit for certain."""
    at_edge = [
        box
        for page in pages
        for box in page.unsure
        if (box[:2] == 0).any() or (box[:2] + box[2:] == SIDE).any()
    ]
    assert at_edge


def test_tiny_digits_are_unsure(pages):
    assert min(page.boxes[:, 3].min() for page in pages if len(page.boxes)) >= 9


def test_invisible_digits_are_unsure(mnist):
    wish = {**CLEAN, "contrast": (0.003, 0.004)}
    page = draw_written_page(3, *mnist, SIDE, wish)
    assert not len(page.digits) and len(page.unsure)


def test_every_digit_occurs(pages):
    assert set(np.concatenate([page.digits for page in pages])) == set(range(10))


def test_empty_pages_and_full_ones_occur(pages):
    counts = np.array([len(page.digits) for page in pages])
    assert 0.05 < (counts == 0).mean() < 0.4
    assert counts.max() > 15


def test_both_polarities_occur(pages):
    darker = []
    for page in pages:
        for x, y, width, height in page.boxes.astype(int):
            region = page.image[y : y + height, x : x + width].astype(float)
            middle = np.median(region)  # ink is the smaller part of a box
            darker.append(middle - region.min() > region.max() - middle)
    assert 0.4 < np.mean(darker) < 0.95


def test_heights_span_more_than_a_decade(mnist, pages):
    heights = np.concatenate([page.boxes[:, 3] for page in pages])
    assert heights.max() > 8 * heights.min()


def test_a_page_wished_empty_has_no_digit(mnist):
    for seed in range(12):
        page = draw_written_page((seed, 2), *mnist, SIDE, {"empty": True})
        assert not len(page.digits) and not len(page.unsure)


def test_every_kind_can_be_drawn(mnist):
    for kind, wish in KINDS.items():
        pages = [draw_written_page((1, s), *mnist, SIDE, {"empty": False, **wish}) for s in (0, 1)]
        assert kind == "empty" or any(len(p.digits) + len(p.unsure) for p in pages), kind


def test_printed_words_stand_on_one_line():
    """The feet of "one" are where those of "One" are, and a "p" hangs below."""
    random, feet = np.random.default_rng(0), {}
    for word in ("one", "One", "top"):
        item = Item(-1, printed(word, 0, 60, 0.06), 20, 30, 60)
        stamp = stamp_of(item, np.eye(3), (200, 400), random)
        _, box = put(stamp, np.zeros((200, 400), np.uint8), None)
        feet[word] = box[1] + box[3]
    assert abs(feet["one"] - feet["One"]) <= 2
    assert feet["top"] > feet["one"] + 8


def test_every_letter_of_the_words_can_be_written():
    assert set("".join(WORDS)) <= set(LETTER)


def test_what_shows_through_from_the_back_is_paler_than_the_front_and_no_digit(mnist):
    fronts = [draw_written_page(seed, *mnist, SIDE, {"show_through": False}) for seed in range(6)]
    both = [draw_written_page(seed, *mnist, SIDE, {"show_through": True}) for seed in range(6)]

    changed = 0
    for front, page in zip(fronts, both, strict=True):
        known = [tuple(box) for box in [*front.boxes, *front.unsure]]
        assert all(tuple(box) in known for box in [*page.boxes, *page.unsure])
        changed += not np.array_equal(front.image, page.image)
    assert changed >= 4
