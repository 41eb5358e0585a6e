import numpy as np

from digitnet.drawn import glyphs, ink


def test_cropping_leaves_the_ink():
    picture = np.zeros((20, 30), np.float32)
    picture[4:9, 7:20] = 0.5
    assert ink.cropped(picture).shape == (5, 13) and ink.cropped(picture).all()


def test_scaled_ink_keeps_sharp_edges():
    picture = np.pad(np.ones((6, 6), np.float32), 4)
    large = ink.scaled(picture, 8)
    assert large.shape == (112, 112) and large.min() == 0 and large.max() == 1
    assert ((large > 0.05) & (large < 0.95)).mean() < 0.06
    assert ink.scaled(picture, 0.5).shape == (7, 7)


def test_ink_is_placed_where_it_fits_and_nowhere_else():
    coverage, square = np.zeros((40, 40), np.float32), np.ones((10, 10), np.float32)
    assert ink.place(coverage, square, 20, 15) == (15, 10, 10, 10)
    assert coverage[10:20, 15:25].all() and coverage.sum() == 100
    for x, y in ((5, 15), (20, 5), (36, 15), (20, 38)):
        assert ink.place(coverage, square, x, y) is None
    assert coverage.sum() == 100


def test_light_falls_from_one_side():
    light = ink.light_from_a_side((30, 40), 0.1, np.random.default_rng(0))
    assert light.shape == (30, 40)
    assert 0.7 < light.min() < light.max() < 1.05


def test_a_table_is_drawn_from_by_its_shares():
    rare, common = glyphs.glyph([(0, 0), (0, 1)]), glyphs.glyph([(0, 0), (1, 0)])
    rng = np.random.default_rng(0)
    chosen = [glyphs.choose([(1, rare), (9, common)], rng) is common for _ in range(200)]
    assert 0.8 < np.mean(chosen) < 0.97
