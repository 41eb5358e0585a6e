"""Degraded training pictures: the same ones in a run that was resumed, in calibration, anywhere."""

import dataclasses

import keras
import numpy as np
import pytest

pytest.importorskip("cv2", reason="degraded pictures are made with OpenCV")

from digitnet import recipe, train  # noqa: E402
from digitnet.drawn import degradation, world  # noqa: E402
from digitnet.errors import UserError  # noqa: E402
from digitnet.training import training_set  # noqa: E402
from tests.digitnet.training.test_training_set import written  # noqa: E402


@pytest.fixture
def small(digits):
    """The recipe of `edge_small` in two epochs of four steps."""
    return dataclasses.replace(
        recipe.edge_small(), epochs=2, batch_size=20, learning_rate=0.02, validation_count=20
    )


def test_epochs_differ_and_repeat_and_no_images_are_fixed(digits, small):
    shown, again = (training_set.of(small, digits) for _ in range(2))
    assert shown.fixed is None
    for one, other in zip(shown.epoch(1), again.epoch(1), strict=True):
        np.testing.assert_array_equal(one, other)
    (first, labels), (second, _) = shown.epoch(0), shown.epoch(1)
    assert (first.shape, first.dtype) == (digits.x_train.shape, np.uint8)
    assert (first != second).any()
    assert sorted(labels) == sorted(digits.y_train)


def test_confidences_and_int8_ranges_see_degraded_pictures_and_no_others_than_before(digits, small):
    shown = training_set.of(small, digits)
    (images, labels), (again, _) = shown.held_out(), shown.held_out()
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, digits.y_validation)
    clean = (images == digits.x_validation).all(axis=(1, 2, 3))
    assert 0 < clean.sum() < len(images)
    drawn = shown.calibration_images(40, seed=2)
    of_the_digits = {image.tobytes() for image in digits.x_train}
    assert 0 < sum(image.tobytes() in of_the_digits for image in drawn) < 40
    config = written(small, digits)
    config["training_set"]["dataset"] = "optdigits"
    assert isinstance(training_set.training_set_of(config), training_set.DegradedSet)


def test_camera_s_pictures_are_degraded_too(digits, monkeypatch):
    counts = {"counts": (20, 20, 20), "share": 0.5}
    clean, worse = (
        world.World(digits.x_train, digits.y_train, 1, degradation=one, **counts)
        for one in (None, degradation.Degradation(1, 0.9))
    )
    (before, _), (images, labels) = clean.epoch(0), worse.epoch(0)
    assert images.dtype == np.uint8 and len(images) == len(before) == worse.epoch_size
    # Clean pictures have a black corner nearly always; light, bands and noise reach it.
    assert (images[:, 0, 0] > 60).mean() > (before[:, 0, 0] > 60).mean() + 0.2
    np.testing.assert_array_equal(images, worse.epoch(0).images)
    assert set(labels) == set(range(11))


def weights(run_dir):
    return keras.saving.load_model(run_dir / "model.keras", compile=False).get_weights()


@pytest.mark.slow  # three whole runs, with their pictures
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(tmp_path, digits, small):
    train.train(small, digits, tmp_path / "whole")

    class Killed(Exception):
        pass

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise Killed

    with pytest.raises(Killed):
        train.train(small, digits, tmp_path / "broken", callbacks=(Kill(),))
    train.train(small, digits, tmp_path / "broken", resume=True)
    for one, other in zip(weights(tmp_path / "whole"), weights(tmp_path / "broken"), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow  # a whole run, with its pictures
def test_edge_trains_on_digits_drawn_digits_and_no_digits(tmp_path, digits, monkeypatch):
    def few(self):
        arrays = digits.x_train, digits.y_train
        return world.World(*arrays, 1, counts=(20, 20, 20), degradation=self._degradation)

    monkeypatch.setattr(training_set.CameraSet, "_drawn", few)
    chosen = dataclasses.replace(
        recipe.edge(), epochs=1, batch_size=32, validation_count=20, calibrates=False
    )
    metrics = train.train(chosen, digits, tmp_path / "run")
    assert (metrics["model"], metrics["recipe"], metrics["parameters"]) == ("edge", "edge", 58_933)


def test_a_share_that_leaves_no_clean_picture_is_refused():
    for share in (-0.1, 1.0):
        with pytest.raises(UserError, match="must be at least 0 and less than 1"):
            recipe.Recipe(degradation=share)


def test_recipes_from_before_degradation_show_what_they_showed(digits, tiny):
    assert type(training_set.of(tiny, digits)) is training_set.DigitSet
    assert training_set.of(recipe.edge_camera(), digits)._degradation is None


def test_a_run_that_is_older_than_the_field_goes_on(tmp_path, digits, tiny):
    from digitnet import files
    from digitnet.training.run_directory import open_run

    shown = training_set.of(tiny, digits)
    open_run(tmp_path, tiny, shown, False, None)
    config = files.read_record(tmp_path / "config.json")
    del config["recipe"]["degradation"]
    files.write_json(tmp_path / "config.json", config)
    assert open_run(tmp_path, tiny, shown, True, None) == tmp_path
