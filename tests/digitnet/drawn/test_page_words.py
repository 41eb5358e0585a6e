"""Words on drawn pages: the letters' forms, joined writing, and what heads a table."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn.page_areas import Area  # noqa: E402
from digitnet.drawn.page_forms import table  # noqa: E402
from digitnet.drawn.page_glyphs import hand_glyph  # noqa: E402
from digitnet.drawn.page_ink import BACKGROUND  # noqa: E402
from digitnet.drawn.page_joined import LONGEST, joined  # noqa: E402
from digitnet.drawn.page_letter_forms import OTHER_FORMS  # noqa: E402
from digitnet.drawn.page_letters import LETTER  # noqa: E402
from digitnet.drawn.page_writing import Mnist, random_style, word_items  # noqa: E402

NO_DIGITS = Mnist(np.zeros((0, 28, 28), np.uint8), [np.zeros(0, int)] * 10)


def letters(word, random):
    return [hand_glyph([(1, LETTER[letter])], 900 + ord(letter), random) for letter in word]


@pytest.mark.parametrize("letter", OTHER_FORMS)
def test_other_forms_of_a_letter_stand_where_the_letter_stands(letter):
    def span(shape):
        heights = (shape.curve @ shape.controls)[:, 1]
        return heights.min(), heights.max()

    top, _ = span(LETTER[letter])
    for form in OTHER_FORMS[letter]:
        assert span(form)[0] == pytest.approx(top, abs=0.2)
        assert span(form)[1] < 1.45


def test_joined_letters_keep_their_order_and_are_mostly_one_line():
    random = np.random.default_rng(0)
    apart = letters("minimum", random)
    word = joined(apart, 0.1, random)
    assert len(word.points) == sum(len(letter.points) for letter in apart)
    assert len(word.pen_down) == len(word.points) - 1
    ends = np.cumsum([len(letter.points) for letter in apart])[:-1]
    assert (np.diff(word.points[np.concatenate([[0], ends]), 0]) > 0).all()
    assert word.pen_down[ends - 1].sum() >= 2


def test_letters_far_apart_are_not_joined():
    random = np.random.default_rng(0)
    apart = letters("minimum", random)
    word = joined(apart, 10 * LONGEST, random)
    ends = np.cumsum([len(letter.points) for letter in apart])[:-1]
    assert not word.pen_down[ends - 1].any()


def test_a_word_in_joined_writing_is_background():
    random = np.random.default_rng(3)
    style = random_style(50.0, random, letters="joined", sources=(1, 0, 0, 0))
    items, width = word_items(style, random, 1.0)
    assert [item.digit for item in items] == [BACKGROUND]
    assert width == pytest.approx(items[0].glyph.width * 50.0)


def test_the_first_row_and_column_of_many_tables_hold_words_alone():
    headed = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        style = random_style(20.0, random, sources=(1, 0, 0, 0))
        layout = table(Area(0, 0, 600, 400), style, NO_DIGITS, random)
        if not layout.lines:  # its rulings are items
            continue
        rows = sorted({y for _, y, _, other in layout.lines if other == y})
        first = [item for item in layout.items if rows[0] - 10 <= item.y < rows[1] - 10]
        later = [item for item in layout.items if item.y >= rows[1]]
        words = [item for item in first if item.digit == BACKGROUND]
        headed += len(words) > 0.8 * len(first) > 0 and any(item.digit >= 0 for item in later)
    assert headed >= 8
