import ast
import pathlib

import numpy as np
import pytest

pytest.importorskip("cv2", reason="degraded pictures are made with OpenCV")

from digitnet.drawn import degradation, degraded_camera, degraded_ink  # noqa: E402
from digitnet.drawn.deformation import USUAL, WIDE, Freedom, deformed  # noqa: E402
from digitnet.drawn.degradation import Degradation  # noqa: E402
from digitnet.drawn.sheets import Sheets  # noqa: E402
from tests.digitnet.conftest import drawn_digits  # noqa: E402

DIGITNET = pathlib.Path(__file__).resolve().parents[3] / "digitnet"
STILL = Freedom(degrees=0, shear=0, zoom=0, stretch=0, shift=0, bend=0)


@pytest.fixture(scope="module")
def sheets():
    return Sheets(seed=7)


@pytest.fixture(scope="module")
def images():
    return drawn_digits(600)[0]


def random():
    return np.random.default_rng(5)


def ink(images):
    return images[..., 0].astype(np.float32) / 255


def test_seed_and_key_decide_every_picture(images):
    once, again, other = (Degradation(seed, 0.7) for seed in (3, 3, 4))
    for method in ("digits", "pictures"):
        first = getattr(once, method)(images, 1, 2)
        np.testing.assert_array_equal(first, getattr(again, method)(images, 1, 2))
        assert (first != getattr(once, method)(images, 1, 3)).any()
        assert (first != getattr(other, method)(images, 1, 2)).any()


def test_pictures_stay_uint8_and_those_that_were_given_stay_as_they_were(images):
    before = images.copy()
    for result in (Degradation(0, 0.9).pictures(images, 0), Degradation(0, 0.9).digits(images, 0)):
        assert (result.shape, result.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(images, before)


def test_what_is_not_of_the_share_stays_clean(images):
    same = (Degradation(1, 0.25).pictures(images, 0) == images).all(axis=(1, 2, 3))
    # Of the degraded ones a few have nothing that befalls them.
    assert 0.7 < same.mean() < 0.85


def test_one_digit_in_eight_is_shown_as_it_is(images):
    same = (Degradation(1, 0.5).digits(images, 0) == images).all(axis=(1, 2, 3))
    assert 0.07 < same.mean() < 0.19


@pytest.mark.parametrize("befall", [kind for _, kind in degradation.KINDS])
def test_every_kind_changes_pictures_each_in_its_own_way(befall, sheets):
    same = np.repeat(ink(drawn_digits(6)[0])[4:5], 64, axis=0)
    result = befall(same.copy(), random(), sheets)
    assert (result.shape, result.dtype) == (same.shape, np.float32)
    assert np.isfinite(result).all()
    changed = (result != same).any(axis=(1, 2))
    assert changed.mean() > 0.8
    if befall.__name__ != "inverted":
        assert len(np.unique(result.reshape(64, -1), axis=0)) > 4


def test_kinds_befall_a_degraded_picture_about_twice():
    shares = sum(share for share, _ in degradation.KINDS)
    assert 1.5 < shares + degradation.WIDELY < 2.5


def test_digits_without_freedom_stay_where_they_are(sheets, images):
    np.testing.assert_allclose(
        deformed(images[:5, ..., 0], STILL, random(), sheets)[2], images[2, ..., 0]
    )


@pytest.mark.parametrize("freedom", [USUAL, WIDE])
def test_no_picture_shines_into_its_neighbour(freedom, sheets):
    pictures = np.zeros((40, 28, 28), np.uint8)
    pictures[::2] = 255
    result = deformed(pictures, freedom, random(), sheets)
    assert result[1::2].max() == 0
    assert 0 <= result.min() and result.max() <= 255
    assert result[::2].mean() > 100


def test_more_pictures_than_a_map_can_hold_are_deformed(sheets, images):
    many = np.concatenate([images[..., 0]] * 3)
    assert deformed(many, USUAL, random(), sheets).shape == many.shape


def test_a_blur_keeps_an_even_picture_even_up_to_its_border(sheets):
    even = np.full((20, 28, 28), 0.6, np.float32)
    np.testing.assert_allclose(degraded_camera.blurred(even, random(), sheets), even, atol=1e-5)


def test_an_outline_leaves_the_ink_s_middle_empty():
    block = np.zeros((1, 28, 28), np.float32)
    block[0, 8:20, 8:20] = 1
    for kind in (5, 6):
        outline = degraded_ink._with_pen(kind, block)[0]
        assert outline[14, 14] == 0
        assert outline.sum() > 40


def test_strokes_cross_most_windows_and_fill_few(sheets):
    cover = sheets.windows("strokes", 300, random())
    assert 0 <= cover.min() and cover.max() <= 1
    assert (cover.max(axis=(1, 2)) > 0.4).mean() > 0.8
    assert cover.mean() < 0.25


def test_training_knows_nothing_of_the_corruptions_that_networks_are_chosen_by():
    for path in DIGITNET.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "benchmarks" for name in names), path
