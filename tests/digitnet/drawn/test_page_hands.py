"""Pages in the hands of fonts. Matplotlib's own fonts stand for handwriting here."""

import pathlib

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")
pytest.importorskip("PIL", reason="fonts are read with Pillow")
matplotlib = pytest.importorskip("matplotlib", reason="it brings fonts")

from digitnet import recipe  # noqa: E402
from digitnet.drawn import page_hands, page_pool, page_writing, written_pages  # noqa: E402
from digitnet.errors import UserError  # noqa: E402

FONTS = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf"
HANDS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono")


@pytest.fixture
def hands(tmp_path):
    """Four fonts in use, and nobody's afterwards."""
    folder = tmp_path / "hands"
    folder.mkdir()
    for name in HANDS:
        (folder / f"{name}.ttf").write_bytes((FONTS / f"{name}.ttf").read_bytes())
    page_hands.use(folder)
    yield folder
    page_hands.use("")


@pytest.fixture
def mnist():
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 6:22, 10:18] = 255
    return images, np.arange(10, dtype=np.uint8)


def width_of_a_stroke(ink):
    """Ink of an upright stroke, a row on average, in pixels."""
    rows = ink[len(ink) // 4 : -len(ink) // 4].astype(float) / 255
    return np.median(rows.sum(axis=1))


@pytest.mark.parametrize("pen", [0.05, 0.1, 0.15])
def test_a_pen_is_as_wide_as_it_was_asked_for(hands, pen):
    for hand in range(page_hands.count()):
        glyph = page_hands.written("I", hand, pen, np.random.default_rng(0))
        width = width_of_a_stroke(glyph.ink) - 1.5  # the middle of a stroke is a pixel or two wide
        assert width == pytest.approx(pen * page_hands.CAPITAL, abs=2)


def test_a_small_letter_hangs_where_the_capital_s_top_is(hands):
    random = np.random.default_rng(0)
    capital, small = (page_hands.written(letter, 0, 0.08, random) for letter in "Hx")
    assert abs(capital.top) < 8
    assert small.top < -10
    assert capital.ink.shape[0] > 1.05 * small.ink.shape[0]


def test_no_two_writings_are_alike_and_each_comes_again_with_its_seed(hands):
    one, same, other = (
        page_hands.written("Total", 1, 0.08, np.random.default_rng(seed)).ink for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert one.shape != other.shape or (one != other).mean() > 0.01


def test_digits_have_their_own_height_as_unit(hands):
    for digit in range(10):
        glyph = page_hands.written_digit(digit, 2, 0.1, np.random.default_rng(0))
        assert glyph.unit == glyph.ink.shape[0] > 40
        assert glyph.top == 0


def test_every_eighth_font_is_held_out_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(page_hands, "_is_whole", lambda path: True)
    for number in range(20):
        (tmp_path / f"{number:02}.woff").write_bytes(b"")
    page_hands.use(tmp_path)
    shown = set(page_hands._fonts)
    page_hands.use(tmp_path, held_out=True)
    held_out = {pathlib.Path(path).stem for path in page_hands._fonts}
    page_hands.use("")
    assert held_out == {"07", "15"} and len(shown) == 18
    assert not held_out & {pathlib.Path(path).stem for path in shown}


def test_words_letters_and_digits_are_written_in_the_hand_of_a_style(hands, mnist):
    random = np.random.default_rng(3)
    styles = [page_writing.random_style(40.0, random, sources=(1, 0, 0, 0)) for _ in range(60)]
    assert 15 < sum(style.hand >= 0 for style in styles) < 50
    style = next(one for one in styles if one.hand_digits)._replace(letters="hand")
    by_label = [np.array([digit]) for digit in range(10)]
    digits = page_writing.Mnist(mnist[0], by_label)
    pictures = [
        page_writing.digit_item(style, digits, random, 4),
        page_writing.letter_item(style, random, "b", 1.0),
        *page_writing.word_items(style, random, 1.0)[0],
    ]
    assert all(isinstance(item.glyph, page_hands.Picture) for item in pictures)
    assert [item.digit for item in pictures] == [4, -1, -1]


def test_pools_with_and_without_hands_are_told_apart(hands, tmp_path, mnist):
    def pool():
        return page_pool.page_pool(tmp_path / "pool", 2, 5, *mnist, side=128)

    with_hands = np.array(pool().images)
    stored = (tmp_path / "pool" / "manifest.json").read_text()
    assert page_hands.fingerprint() in stored
    page_hands.use("")
    without = np.array(pool().images)
    assert (tmp_path / "pool" / "manifest.json").read_text() != stored
    assert (with_hands != without).any()


def test_pages_are_as_they_were_where_no_fonts_are_given(mnist):
    style = page_writing.random_style(40.0, np.random.default_rng(0))
    assert style.hand == -1
    page = written_pages.draw_written_page((1, 2), *mnist, 96)
    assert page.image.shape == (96, 96)


def test_workers_write_in_the_same_hands(hands, tmp_path, mnist):
    alone = page_pool.page_pool(tmp_path / "alone", 3, 6, *mnist, side=128)
    both = page_pool.page_pool(tmp_path / "both", 3, 6, *mnist, side=128, processes=2)
    np.testing.assert_array_equal(alone.images, both.images)


def test_folders_without_fonts_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(UserError, match="--hands takes a folder"):
        page_hands.use(tmp_path / "none")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(UserError, match="holds no font"):
        page_hands.use(tmp_path)
    assert page_hands.chosen() == ("", False)  # what was refused is not handed on to workers
    with pytest.raises(UserError, match="--hands goes with"):
        recipe.Recipe(hands=str(tmp_path))
