import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from digitnet import recipe
from digitnet.training.augmentation import Augmentation
from tests.digitnet.conftest import drawn_digits

IMAGES, _ = drawn_digits(8)


def augmented(augmentation, images=IMAGES, seed=0):
    draws = augmentation.draw(np.random.default_rng(seed), len(images))
    return ops.convert_to_numpy(augmentation.apply(images, draws))


def test_no_amounts_change_nothing():
    np.testing.assert_array_equal(augmented(Augmentation()), IMAGES)


@pytest.mark.parametrize("amounts", [{"rotation_degrees": 15, "shear": 0.2}, {"contrast": 0.3}])
def test_output_is_a_picture_like_any_other(amounts):
    images = augmented(Augmentation(**amounts))
    assert images.dtype == np.uint8
    assert images.shape == IMAGES.shape
    assert (images != IMAGES).any()


def test_whole_pixel_shifts_move_without_resampling():
    image = np.zeros((64, 28, 28, 1), np.uint8)
    image[:, 14, 14] = 200
    moved = augmented(Augmentation(shift_pixels=2, whole_pixels=True), image)
    assert set(np.unique(moved)) == {0, 200}
    rows, columns = np.nonzero(moved[..., 0])[1:]
    assert set(rows) == set(columns) == set(range(12, 17))


def test_flip_mirrors_about_half_of_the_images():
    flipped = augmented(Augmentation(horizontal_flip=True), np.repeat(IMAGES[:1], 200, 0))
    mirrored = [(image == IMAGES[0, :, ::-1]).all() for image in flipped]
    kept = [(image == IMAGES[0]).all() for image in flipped]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 60 < sum(mirrored) < 140


@pytest.mark.parametrize("amounts", [{"rotation_degrees": 40}, {"shear": 0.5}, {"zoom": 0.4}])
def test_the_centre_stays_where_it_is(amounts):
    image = np.zeros((32, 28, 28, 1), np.uint8)
    image[:, 12:16, 12:16] = 255
    images = augmented(Augmentation(**amounts), image)[..., 0].astype(float)
    for axis in (1, 2):
        weights = images.sum(axis=3 - axis)
        centre = (weights * np.arange(28)).sum(axis=1) / weights.sum(axis=1)
        np.testing.assert_allclose(centre, 13.5, atol=0.1)


def test_brightness_lifts_all_pixels_alike_and_contrast_keeps_the_mean():
    grey = np.full((50, 28, 28, 1), 120, np.uint8)
    grey[:, :, 14:] = 136
    brighter = augmented(Augmentation(brightness=0.2), grey).astype(float)
    np.testing.assert_allclose(brighter[:, 0, 20, 0] - brighter[:, 0, 0, 0], 16, atol=1)
    assert 120 - 51 <= brighter[:, 0, 0, 0].min() < 110 < 130 < brighter[:, 0, 0, 0].max() <= 171
    harder = augmented(Augmentation(contrast=0.5), grey).astype(float)
    np.testing.assert_allclose(harder.mean(axis=(1, 2, 3)), 128, atol=0.5)
    assert (harder[:, 0, 20, 0] - harder[:, 0, 0, 0]).std() > 2


def test_equal_seeds_draw_alike_and_others_do_not():
    shift = Augmentation(shift_pixels=3)
    np.testing.assert_array_equal(augmented(shift, seed=4), augmented(shift, seed=4))
    assert (augmented(shift, seed=4) != augmented(shift, seed=5)).any()


def test_every_field_comes_from_the_recipe_field_of_its_name():
    amounts = {field.name: 1 for field in dataclasses.fields(Augmentation)}
    chosen = dataclasses.replace(recipe.default(), **amounts)
    assert dataclasses.asdict(Augmentation.of(chosen)) == amounts


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="it is JAX' own warp")
def test_the_warp_with_one_look_up_a_pixel_is_keras_own_to_the_bit():
    from digitnet.training.warp import warp

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 28, 28, 1), dtype=np.uint8)
    draws = Augmentation(20, 0.3, 0.2, 3.0, horizontal_flip=True).draw(rng, 6)
    expected = keras.ops.image.affine_transform(
        images.astype(np.float32),
        draws[:, :8],
        interpolation="bilinear",
        fill_mode="constant",
        data_format="channels_last",
    )
    np.testing.assert_array_equal(np.rint(warp(images, draws)), np.rint(expected))
