"""What is trained on: the same object for epochs, confidences, int8 ranges and the test."""

import dataclasses
import json

import numpy as np
import pytest

from digitnet import recipe
from digitnet.digits import datasets, mixing
from digitnet.errors import UserError
from digitnet.training import training_set
from digitnet.training.epochs import Shuffled
from tests.digitnet.conftest import drawn_digits


def written(chosen, digits):
    """What config.json says of a run, as far as a training set is concerned."""
    config = {
        "recipe": dataclasses.asdict(chosen),
        "seed": chosen.seed,
        "dataset": digits.name,
        "dataset_source": digits.origin,
        "training_set": training_set.description(training_set.of(chosen, digits)),
        "validation_count": len(digits.x_validation),
    }
    return json.loads(json.dumps(config))


def same_digits(one, other):
    names = [f"{letter}_{part}" for letter in "xy" for part in ("train", "validation", "test")]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_every_epoch_shows_every_image_in_an_order_of_its_own(digits):
    shown = Shuffled(digits.x_train, digits.y_train, seed=0)
    (first, _), (second, _) = shown.epoch(0), shown.epoch(1)
    assert (first != second).any()
    expected = {image.tobytes() for image in digits.x_train}
    assert {image.tobytes() for image in first} == {image.tobytes() for image in second} == expected


def test_plain_recipes_fit_confidences_to_the_validation_images(digits, tiny):
    images, labels = training_set.of(tiny, digits).held_out()
    assert images is digits.x_validation
    assert labels is digits.y_validation


def test_camera_recipes_fit_confidences_to_every_kind_of_picture(digits):
    pytest.importorskip("cv2", reason="the device's normaliser needs OpenCV")
    images, labels = training_set.CameraSet(digits, seed=1, pool_size=30).held_out()
    assert images.dtype == np.uint8
    assert images.shape[1:] == (28, 28, 1)
    assert len(images) == len(labels)
    assert set(labels) == set(range(11))  # 10 is "no digit"


def test_camera_recipes_calibrate_int8_on_drawn_pictures_too_and_draw_no_epoch_for_it(digits):
    pytest.importorskip("cv2", reason="the device's normaliser needs OpenCV")
    shown = training_set.of(recipe.edge_camera(), digits)
    images = shown.calibration_images(60, seed=0)
    of_the_digits = {image.tobytes() for image in digits.x_train}
    from_digits = sum(image.tobytes() in of_the_digits for image in images)
    assert (images.dtype, images.shape[1:]) == (np.uint8, (28, 28, 1))
    assert from_digits == 30
    assert 25 <= len(images) - from_digits <= 30  # a digit that the camera lost is left out
    assert shown._world is None  # the epochs' 160,000 pictures
    np.testing.assert_array_equal(images, shown.calibration_images(60, seed=0))


def test_calibration_images_are_training_digits_each_once(digits, tiny):
    images = training_set.of(tiny, digits).calibration_images(50, seed=3)
    assert len({image.tobytes() for image in images}) == len(images) == 50
    assert {image.tobytes() for image in images} <= {one.tobytes() for one in digits.x_train}
    assert len(training_set.of(tiny, digits).calibration_images(500, seed=3)) == 80


@pytest.mark.parametrize("limit", [None, 60])
def test_training_set_is_rebuilt_from_config_json(npz, tiny, limit):
    digits = datasets.load(str(npz), validation_count=20, limit=limit)
    if limit:
        digits = dataclasses.replace(digits, origin={**digits.origin, "limit": limit})
    rebuilt = training_set.training_set_of(written(tiny, digits))
    assert rebuilt.kind == "digits"
    assert same_digits(rebuilt.digits, digits)


def test_mixed_digits_are_rebuilt_with_what_they_were_mixed_with(npz, tiny, tmp_path):
    x, y = drawn_digits(300, seed=5)
    other = tmp_path / "other.npz"
    np.savez(other, x_train=x[:280], y_train=y[:280], x_test=x[280:], y_test=y[280:])
    own = datasets.load(str(npz), validation_count=20)
    digits = mixing.mix(own, datasets.load(str(other), validation_count=0))
    rebuilt = training_set.training_set_of(written(tiny, digits))
    assert len(rebuilt.digits.x_train) > 280
    assert same_digits(rebuilt.digits, digits)


def test_run_directory_that_is_older_than_training_sets_is_understood(npz):
    pytest.importorskip("cv2", reason="the device's normaliser needs OpenCV")
    config = {"dataset": str(npz), "validation_count": 20, "recipe": {"world": True}, "seed": 4}
    rebuilt = training_set.training_set_of(config)
    assert (rebuilt.kind, len(rebuilt.digits.x_train)) == ("camera", 100)
    plain = training_set.training_set_of({"dataset": str(npz)})
    assert (plain.kind, len(plain.digits.x_test)) == ("digits", 40)


def test_other_digits_take_the_place_of_the_run_s(npz):
    config = {"dataset": "nowhere.npz", "validation_count": 20}
    assert training_set.training_set_of(config, str(npz)).digits.name == str(npz)


def test_arrays_cannot_be_had_again_and_the_sentence_says_what_to_do(digits, tiny):
    arrays = dataclasses.replace(digits, name="arrays", origin={"kind": "arrays"})
    with pytest.raises(UserError, match="numpy.savez"):
        training_set.training_set_of(written(tiny, arrays))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: {"x_train": d.x_train / 255}, "from_arrays"),
        (lambda d: {"x_test": d.x_test[..., 0]}, "from_arrays"),
        (lambda d: {"y_train": d.y_train.astype(float)}, "from_arrays"),
        (lambda d: {"y_train": d.y_train[:-1]}, "from_arrays"),
        (lambda d: {"y_validation": d.y_validation + 9}, "digits 0..9"),
    ],
)
def test_digits_that_break_their_contract_are_refused(digits, tiny, change, words):
    with pytest.raises(UserError, match=words):
        training_set.of(tiny, dataclasses.replace(digits, **change(digits)))
