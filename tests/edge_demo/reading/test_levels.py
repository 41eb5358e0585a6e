import cv2
import numpy as np
import pytest

from edge_demo.reading import canvas, levels
from edge_demo.reading.levels import LARGEST
from edge_demo.reading.peaks import find_peaks, separate


def page(ink, paper, shape=(160, 200)):
    gray = np.full(shape, paper, np.uint8)
    cv2.line(gray, (60, 30), (60, 120), ink, 3)
    return gray


def test_contrast_is_the_same_in_light_and_in_shadow_and_turns_with_the_polarity():
    bright = levels.contrast(levels.level_zero(page(40, 200))).astype(int)
    dark = levels.contrast(levels.level_zero(page(200, 40))).astype(int)
    assert abs(bright[80, 60] - 128).min() > 60
    assert abs((bright - 128) + (dark - 128)).max() <= 2
    bare = levels.contrast(levels.level_zero(np.full((160, 200), 90, np.uint8)))
    assert (bare == levels.MIDDLE).all()


def test_a_thin_stroke_survives_three_halvings_in_the_darkest_of_its_blocks():
    gray = np.full((256, 256), 220, np.uint8)
    gray[:, 101] = 60  # one pixel wide
    level = levels.level_zero(gray)
    for _ in range(3):
        level = levels.halved(level)
    mean, darkest, lightest = (level.mean[10], level.darkest[10], level.lightest[10])
    assert darkest[12] == 60
    assert mean[12] > 190
    assert lightest[12] == 220


def test_levels_halve_until_they_are_small():
    sizes = [level.shape for level in levels.pyramid(np.zeros((480, 641), np.uint8))]
    assert sizes == [(480, 641, 3), (240, 320, 3), (120, 160, 3), (60, 80, 3), (30, 40, 3)]
    assert len(levels.pyramid(np.zeros((9, 9), np.uint8))) == 1


@pytest.mark.parametrize("shape", [(594, 343), (300, 900), (640, 480), (61, 61)])
def test_a_digit_that_fills_a_picture_has_a_level_on_which_the_page_reader_knows_its_size(shape):
    longest = [max(level.shape[:2]) for level in levels.pyramid(np.zeros(shape, np.uint8))]
    assert LARGEST / 2 < longest[-1] <= LARGEST


def test_a_narrow_strip_does_not_become_a_line():
    assert levels.pyramid(np.zeros((60, 1216), np.uint8))[-1].shape == (15, 304, 3)


def test_a_frame_of_640_by_480_takes_one_canvas():
    sizes = [(640 >> n, 480 >> n) for n in range(5)]
    tiles = canvas.plan(sizes)
    assert {tile.canvas for tile in tiles} == {0}
    assert sorted(tile.level for tile in tiles) == [0, 1, 2, 3, 4]


def test_tiles_cover_every_level_lie_apart_and_begin_on_the_grid():
    sizes = [(1501, 1133), (750, 566), (375, 283)]
    tiles = canvas.plan(sizes)
    for level, (width, height) in enumerate(sizes):
        covered = np.zeros((height, width), int)
        for tile in (one for one in tiles if one.level == level):
            covered[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
        assert covered.min() == 1
    taken = np.zeros((max(t.canvas for t in tiles) + 1, canvas.HEIGHT, canvas.WIDTH), int)
    for tile in tiles:
        assert tile.x % 16 == tile.y % 16 == tile.left % 16 == tile.top % 16 == 0
        taken[tile.canvas, tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    assert taken.max() == 1
    assert taken.sum() == sum(tile.width * tile.height for tile in tiles)


def test_painted_canvases_hold_the_levels():
    pyramid = levels.pyramid(np.random.default_rng(0).integers(0, 256, (900, 700), np.uint8))
    tiles = canvas.plan([level.shape[1::-1] for level in pyramid])
    canvases = canvas.paint(pyramid, tiles)
    for tile in tiles:
        on_canvas = canvases[
            tile.canvas, tile.y : tile.y + tile.height, tile.x : tile.x + tile.width
        ]
        in_level = pyramid[tile.level][
            tile.top : tile.top + tile.height, tile.left : tile.left + tile.width
        ]
        np.testing.assert_array_equal(on_canvas, in_level)


def test_of_peaks_on_one_digit_the_surest_is_kept():
    presence = np.full((10, 10), -9, np.float32)
    presence[4, 4], presence[4, 6] = 3, 1
    boxes = np.zeros((10, 10, 4), np.float32)
    peaks = find_peaks(presence, np.zeros((10, 10, 10), np.float32), boxes, 0.3)
    assert len(peaks.boxes) == 1
    np.testing.assert_allclose(peaks.boxes[0], [6, 6, 24, 24])
    np.testing.assert_allclose(peaks.sureness, 1 / (1 + np.exp(-3)), rtol=1e-6)


def test_a_picture_without_peaks_gives_none():
    empty = find_peaks(
        np.full((4, 4), -9, np.float32),
        np.zeros((4, 4, 10), np.float32),
        np.zeros((4, 4, 4), np.float32),
        0.3,
    )
    assert empty.boxes.shape == (0, 4)
    assert empty.digits.shape == (0, 10)


def test_boxes_that_lie_in_others_are_of_one_digit():
    boxes = np.array([[0, 0, 40, 60], [10, 10, 12, 12], [41, 0, 20, 60]], np.float32)
    assert separate(boxes).tolist() == [0, 2]
