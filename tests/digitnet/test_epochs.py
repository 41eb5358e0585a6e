import dataclasses

import numpy as np
import pytest

from digitnet import epochs, recipe


def test_every_epoch_shows_every_image_in_an_order_of_its_own(digits):
    source = epochs.Shuffled(digits.x_train, digits.y_train, seed=0)
    stream = epochs.batches(source, batch_size=20, num_classes=10)
    first, second = ([next(stream) for _ in range(4)] for _ in range(2))
    assert any((a[0] != b[0]).any() for a, b in zip(first, second, strict=True))
    seen = np.concatenate([images for images, _ in first])
    assert {image.tobytes() for image in seen} == {image.tobytes() for image in digits.x_train}


def test_later_start_repeats_what_an_unbroken_run_shows(digits):
    source = epochs.Shuffled(digits.x_train, digits.y_train, seed=3)
    whole = epochs.batches(source, batch_size=30, num_classes=10)
    next(whole), next(whole)
    late = epochs.batches(source, batch_size=30, num_classes=10, first_epoch=1)
    for _ in range(4):
        for expected, again in zip(next(whole), next(late), strict=True):
            np.testing.assert_array_equal(expected, again)


def test_targets_are_as_wide_as_the_model_answers(digits):
    source = epochs.Shuffled(digits.x_train, digits.y_train, seed=0)
    images, targets = next(epochs.batches(source, batch_size=8, num_classes=11))
    assert images.dtype == np.uint8
    assert targets.shape == (8, 11)
    assert targets.dtype == np.float32
    assert (targets.sum(axis=1) == 1).all()


def test_plain_recipes_calibrate_on_the_validation_images(digits, tiny):
    images, labels = epochs.held_out(tiny, digits)
    assert images is digits.x_validation
    assert labels is digits.y_validation


def test_camera_recipes_calibrate_on_every_kind_of_picture(digits):
    pytest.importorskip("cv2", reason="the device's normaliser needs OpenCV")
    camera = dataclasses.replace(recipe.edge(), seed=1)
    images, labels = epochs.held_out(camera, digits, pool_size=30)
    assert images.dtype == np.uint8
    assert images.shape[1:] == (28, 28, 1)
    assert len(images) == len(labels)
    assert set(labels) == set(range(11))  # 10 is "no digit"
