import keras
import numpy as np
import pytest
from keras import ops

from digitnet.augment import RandomAffine, RandomLight
from tests.digitnet.conftest import drawn_digits

IMAGES, _ = drawn_digits(8)


def augmented(layer, images=IMAGES):
    return ops.convert_to_numpy(layer(images, training=True))


def test_images_pass_unchanged_outside_training():
    layer = RandomAffine(rotation_degrees=30, shift_pixels=3, seed=0)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(IMAGES)), IMAGES)


def test_no_amounts_change_nothing_in_training():
    np.testing.assert_array_equal(augmented(RandomAffine(seed=0)), IMAGES)


def test_output_is_a_picture_like_any_other():
    images = augmented(RandomAffine(15, 0.2, 0.1, 2, seed=0))
    assert images.dtype == np.uint8
    assert images.shape == IMAGES.shape
    assert (images != IMAGES).any()


def test_whole_pixel_shifts_move_without_resampling():
    image = np.zeros((64, 28, 28, 1), np.uint8)
    image[:, 14, 14] = 200
    moved = augmented(RandomAffine(shift_pixels=2, whole_pixels=True, seed=0), image)
    assert set(np.unique(moved)) == {0, 200}
    rows, columns = np.nonzero(moved[..., 0])[1:]
    assert set(rows) == set(columns) == set(range(12, 17))


def test_flip_mirrors_about_half_of_the_images():
    flipped = augmented(RandomAffine(horizontal_flip=True, seed=0), np.repeat(IMAGES[:1], 200, 0))
    mirrored = [(image == IMAGES[0, :, ::-1]).all() for image in flipped]
    kept = [(image == IMAGES[0]).all() for image in flipped]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 60 < sum(mirrored) < 140


@pytest.mark.parametrize(
    ("amounts", "point"),
    [({"rotation_degrees": 40}, "turns"), ({"shear": 0.5}, "slants"), ({"zoom": 0.4}, "stretches")],
)
def test_the_centre_stays_where_it_is(amounts, point):
    image = np.zeros((32, 28, 28, 1), np.uint8)
    image[:, 12:16, 12:16] = 255
    images = augmented(RandomAffine(**amounts, seed=0), image)[..., 0].astype(float)
    for axis in (1, 2):
        weights = images.sum(axis=3 - axis)
        centre = (weights * np.arange(28)).sum(axis=1) / weights.sum(axis=1)
        np.testing.assert_allclose(centre, 13.5, atol=0.1)


def test_equal_seeds_draw_alike_and_every_call_draws_anew():
    first, second = RandomAffine(shift_pixels=3, seed=4), RandomAffine(shift_pixels=3, seed=4)
    one = augmented(first)
    np.testing.assert_array_equal(one, augmented(second))
    assert (augmented(first) != one).any()


def test_config_round_trip_keeps_every_argument():
    layer = RandomAffine(1.0, 0.2, 0.3, 4.0, True, True, seed=7)
    assert RandomAffine.from_config(layer.get_config()).get_config() == layer.get_config()


def test_state_of_the_draws_is_saved_with_the_weights(tmp_path):
    def model():
        return keras.Sequential([keras.Input((28, 28, 1), dtype="uint8"), RandomAffine(9, seed=1)])

    first, second = model(), model()
    first(IMAGES, training=True)
    first.save_weights(tmp_path / "state.weights.h5")
    second.load_weights(tmp_path / "state.weights.h5")
    np.testing.assert_array_equal(
        ops.convert_to_numpy(first(IMAGES, training=True)),
        ops.convert_to_numpy(second(IMAGES, training=True)),
    )


def test_light_passes_unchanged_outside_training_and_without_amounts():
    layer = RandomLight(brightness=0.2, contrast=0.2, seed=0)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(IMAGES)), IMAGES)
    np.testing.assert_array_equal(augmented(RandomLight(seed=0)), IMAGES)


def test_brightness_adds_one_number_to_all_pixels_of_an_image():
    grey = np.full((50, 28, 28, 1), 100, np.uint8)
    grey[:, 5, 5] = 120
    bright = augmented(RandomLight(brightness=0.2, seed=0), grey).astype(int)
    offsets = bright - grey
    assert all(len(np.unique(offset)) == 1 for offset in offsets)
    assert len(np.unique(offsets)) > 20
    assert -51 <= offsets.min() < -30
    assert 30 < offsets.max() <= 51


def test_contrast_keeps_an_image_s_mean_and_stretches_what_differs_from_it():
    image = np.full((50, 28, 28, 1), 100, np.uint8)
    image[:, 14:] = 150
    changed = augmented(RandomLight(contrast=0.2, seed=0), image).astype(float)
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), 125, atol=0.51)
    differences = changed[:, 20, 0, 0] - changed[:, 5, 0, 0]
    assert 39 <= differences.min() < 45
    assert 55 < differences.max() <= 61


def test_light_comes_back_from_its_config_and_goes_on_with_its_draws(tmp_path):
    layer = RandomLight(brightness=0.1, contrast=0.3, seed=5)
    again = RandomLight.from_config(layer.get_config())
    np.testing.assert_array_equal(augmented(layer), augmented(again))
    model = keras.Sequential([keras.Input((28, 28, 1), dtype="uint8"), layer])
    model.save_weights(tmp_path / "draws.weights.h5")
    twin = keras.Sequential([keras.Input((28, 28, 1), dtype="uint8"), again])
    augmented(again)  # is one draw ahead now
    twin.load_weights(tmp_path / "draws.weights.h5")
    np.testing.assert_array_equal(augmented(layer), augmented(again))
