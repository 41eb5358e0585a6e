"""Rulings and bars drawn one by one: where they lie and how strong they are."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet.drawn.page_areas import Area  # noqa: E402
from digitnet.drawn.page_bars import bar, edge, table_rulings  # noqa: E402
from digitnet.drawn.page_clutter import clutter  # noqa: E402
from digitnet.drawn.page_forms import table  # noqa: E402
from digitnet.drawn.page_ink import BACKGROUND, put, stamp_of  # noqa: E402
from digitnet.drawn.page_writing import Mnist, random_style  # noqa: E402

NO_DIGITS = Mnist(np.zeros((0, 28, 28), np.uint8), [np.zeros(0, int)] * 10)
LINES = [(20.0, 10.0, 20.0, 190.0), (10.0, 100.0, 190.0, 100.0)]


def rulings(seed):
    random = np.random.default_rng(seed)
    style = random_style(20.0, random, sources=(1, 0, 0, 0))
    return style, table_rulings(LINES, [False, True], style, random)


@pytest.mark.parametrize("seed", range(12))
def test_rulings_lie_where_the_tables_lines_are(seed):
    style, items = rulings(seed)
    for item, line in zip(items, LINES, strict=True):
        points = item.glyph.points * item.height + (item.x, item.y)
        for end, meant in ((points[0], line[:2]), (points[-1], line[2:])):
            assert np.abs(end - meant).max() < style.height
        assert item.digit == BACKGROUND


def test_heavy_rulings_are_drawn_thicker():
    for seed in range(12):
        _, (fine, heavy) = rulings(seed)
        assert heavy.pen > fine.pen


def test_a_ruling_is_inked_from_end_to_end_where_it_has_no_gaps():
    whole = 0
    for seed in range(12):
        _, items = rulings(seed)
        cover = np.zeros((200, 200), np.uint8)
        stamp = stamp_of(items[0], np.eye(3), cover.shape, np.random.default_rng(0))
        put(stamp, cover, None)
        whole += (cover[20:180].max(axis=1) > 100).all()
    assert 6 <= whole < 12


def test_a_bar_is_much_longer_than_digits_are_high():
    random = np.random.default_rng(0)
    style = random_style(20.0, random, sources=(1, 0, 0, 0))
    for _ in range(30):
        item, width, height = bar(style, random)
        points = item.glyph.points * item.height
        assert np.ptp(points[:, 1]) >= 2.7 * style.height and item.digit == BACKGROUND
        assert np.ptp(points[:, 1]) == pytest.approx(height, rel=0.15)
        assert np.ptp(points[:, 0]) <= width + 0.15 * height


def test_some_tables_are_ruled_by_hand_and_some_are_printed():
    kinds = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        style = random_style(20.0, random, sources=(1, 0, 0, 0))
        layout = table(Area(0, 0, 600, 400), style, NO_DIGITS, random)
        long = [one for one in layout.items if one.height == 1]
        assert bool(layout.lines) is not bool(long)
        kinds.append(bool(layout.lines))
    assert 10 < sum(kinds) < 30


@pytest.mark.parametrize("seed", range(12))
def test_an_edge_leaves_the_area_at_both_its_ends(seed):
    random = np.random.default_rng(seed)
    area = Area(40, 30, 300, 200)
    item, covered = edge(area, random_style(20.0, random), random)
    points = item.glyph.points + (item.x, item.y)
    upright = np.ptp(points[:, 1]) > np.ptp(points[:, 0])
    low, size = (area.top, area.height) if upright else (area.left, area.width)
    along = points[:, 1 if upright else 0]
    assert along.min() < low and along.max() > low + size
    assert item.digit == BACKGROUND
    assert (points.min(axis=0) >= (covered.left - 3, covered.top - 3)).all()


def test_no_bar_that_could_be_a_1_stands_on_a_sheet_without_digits():
    for seed in range(60):
        random = np.random.default_rng(seed)
        style, area = random_style(20.0, random), Area(0, 0, 400, 400)
        for item in clutter(area, style, random, [], digits=False).items:
            if item.height == 1:  # a line in the sheet's own units
                assert np.ptp(item.glyph.points, axis=0).max() > 400
