import dataclasses

import numpy as np
import pytest

from digitnet import recipe
from digitnet.training import epochs


def test_every_epoch_shows_every_image_in_an_order_of_its_own(digits):
    source = epochs.Shuffled(digits.x_train, digits.y_train, seed=0)
    (first, _), (second, _) = source.epoch(0), source.epoch(1)
    assert (first != second).any()
    expected = {image.tobytes() for image in digits.x_train}
    assert {image.tobytes() for image in first} == {image.tobytes() for image in second} == expected


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
