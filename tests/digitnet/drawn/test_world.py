import numpy as np
import pytest

from digitnet.drawn import camera_effects, nondigits, signs, world
from digitnet.networks.edge import BACKGROUND


def some_digits(count=12):
    pool = world.stroke_digits(count, np.random.default_rng(5))
    return pool.images, pool.labels


@pytest.fixture(scope="module")
def small_world():
    images, labels = some_digits()
    return world.World(images, labels, seed=3, counts=(10, 20, 30), share=0.5)


def test_epoch_holds_every_digit_and_the_share_of_each_pool(small_world):
    images, labels = small_world.epoch(0)
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28, 1)
    assert len(images) == len(labels) == small_world.epoch_size
    assert (labels == BACKGROUND).sum() == 15


def test_epochs_are_repeatable_and_differ_from_each_other(small_world):
    np.testing.assert_array_equal(small_world.epoch(1).images, small_world.epoch(1).images)
    assert not np.array_equal(small_world.epoch(1).images, small_world.epoch(2).images)


def test_training_digits_stay_as_they_were(small_world):
    before = small_world.digits.images.copy()
    small_world.epoch(4)
    np.testing.assert_array_equal(small_world.digits.images, before)


def test_stroke_digits_come_in_all_ten_kinds():
    pool = world.stroke_digits(40, np.random.default_rng(0))
    assert set(pool.labels.tolist()) == set(range(10))
    assert pool.images.any(axis=(1, 2, 3)).all()


def test_stroke_digits_are_centred_as_the_normaliser_centres():
    images = world.stroke_digits(40, np.random.default_rng(0)).images[..., 0].astype(float)
    mass = images.sum(axis=(1, 2))
    across = (images.sum(axis=1) * np.arange(28)).sum(axis=1) / mass
    assert abs(np.median(across) - 14) < 1


def test_cut_digits_lose_one_side():
    rng = np.random.default_rng(0)
    labels = rng.choice(list(nondigits.CUT_SIDES), 30)
    whole = np.ones((30, 40, 40), np.float32)
    cut = nondigits.cut_digits(whole.copy(), labels, rng)
    left, right = cut[:, :, :5].any(axis=(1, 2)), cut[:, :, -5:].any(axis=(1, 2))
    assert (left != right).all()
    assert right[labels == 6].all() and left[labels == 4].all()


@pytest.mark.parametrize(
    "draw",
    [
        nondigits.draw_lines,
        nondigits.draw_scribbles,
        nondigits.draw_blobs,
        nondigits.draw_spots,
        nondigits.draw_discs,
        nondigits.draw_texture,
        nondigits.draw_noise,
        nondigits.draw_edges,
    ],
)
def test_what_is_no_digit_is_drawn_as_coverage(draw):
    drawn = draw(20, np.random.default_rng(0), 40)
    assert drawn.shape == (20, 40, 40)
    assert drawn.min() >= 0 and drawn.max() <= 1
    assert drawn.std() > 0.05


@pytest.mark.parametrize("table", [signs.SIGNS, signs.LINES, signs.LETTERS])
def test_every_sign_of_a_table_leaves_ink(table):
    for share, shape in table:
        assert share > 0
        drawn = nondigits.draw_glyphs(2, np.random.default_rng(1), 40, [(1, shape)])
        assert (drawn.max(axis=(1, 2)) > 0.5).all()


def test_pairs_hold_the_ink_of_both_digits():
    left, right = np.zeros((2, 1, 40, 40), np.float32)
    left[0, 5:35, 10:20], right[0, 5:35, 15:30] = 1, 1
    joined = nondigits.join_pairs(left, right, np.random.default_rng(0))
    columns = np.flatnonzero(joined[0].max(axis=0) > 0.5)
    assert joined.shape == (1, 40, 40)
    assert 10 <= np.ptp(columns) <= 14  # 25 pixels less an overlap of at most 3, halved


def test_warp_without_freedom_only_enlarges():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10:18, 12:16] = 200
    warped = camera_effects.warp(image, np.random.default_rng(0), 28, zoom=1.0, freedom=0.0)
    np.testing.assert_allclose(warped, image, atol=1e-3)


def test_warp_keeps_the_background_empty():
    image = np.zeros((4, 28, 28), np.uint8)
    image[:, 4:24, 4:24] = 255
    warped = camera_effects.warp(image, np.random.default_rng(0), 28, zoom=1.0)
    assert warped.min() >= 0 and warped.max() <= 255.01
    assert warped[:, 0, 0].max() == 0


def test_shrinking_keeps_the_mean():
    ink = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    assert camera_effects.shrink(ink, 15).mean() == pytest.approx(ink.mean(), rel=1e-4)


def test_photograph_stays_in_range_and_keeps_blank_paper_nearly_blank():
    rng = np.random.default_rng(0)
    ink = np.zeros((64, 40, 40), np.float32)
    ink[:, 10:30, 18:23] = 1
    seen = camera_effects.photograph(ink, rng)
    assert seen.dtype == np.float32 and seen.min() >= 0 and seen.max() <= 1
    assert np.median(seen[:, 15:25, 20]) > 0.8
    assert np.median(seen[:, :5, :5]) < 0.05


def test_each_picture_of_a_pool_is_shifted_by_a_draw_of_its_own():
    # A whole pool used to move by one draw an epoch.
    images = np.zeros((200, 28, 28, 1), np.uint8)
    images[:, 14, 14] = 255
    shifted = world._shifted(images, np.random.default_rng(0))
    assert shifted.shape == images.shape and shifted.dtype == np.uint8
    _, down, across, _ = np.nonzero(shifted)
    assert set(zip(down, across, strict=True)) == {
        (y, x) for y in range(13, 16) for x in (13, 14, 15)
    }


def test_a_shift_brings_in_background_and_not_the_other_side_s_ink():
    images = np.full((50, 28, 28, 1), 255, np.uint8)
    shifted = world._shifted(images, np.random.default_rng(0))
    assert (shifted[:, 0].min(axis=(1, 2)) == 0).any()


def test_each_picture_has_a_blur_of_its_own():
    ink = np.zeros((64, 40, 40), np.float32)
    ink[:, 20, 20] = 1
    peaks = camera_effects._blurred(ink, np.random.default_rng(0)).max(axis=(1, 2))
    assert 0.25 < (peaks == 1).mean() < 0.6  # two fifths stay sharp
    assert len(np.unique(peaks[peaks < 1])) == (peaks < 1).sum()


def test_the_pen_thickens_and_thins():
    ink = np.zeros((300, 40, 40), np.float32)
    ink[:, 18:23, 18:23] = 1
    areas = camera_effects.change_pen(ink, np.random.default_rng(0)).sum(axis=(1, 2))
    assert set(areas.tolist()) == {9.0, 25.0, 45.0, 69.0}
