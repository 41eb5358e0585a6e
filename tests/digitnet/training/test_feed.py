"""What `fit` is fed: on every backend the same pictures, epoch by epoch."""

import itertools

import keras
import numpy as np
import pytest

from digitnet.training.augmentation import Augmentation
from digitnet.training.epochs import Shuffled
from digitnet.training.feed import Feed

SHAKEN = Augmentation(rotation_degrees=10, shift_pixels=2)


def feed_of(digits, augmentation=SHAKEN, batch_size=20, num_classes=10, seed=0):
    source = Shuffled(digits.x_train, digits.y_train, seed)
    return Feed(source, augmentation, batch_size, num_classes, seed)


def stacked(batches):
    images, targets = zip(*batches, strict=True)
    return np.concatenate(images), np.concatenate(targets)


def test_later_start_repeats_what_an_unbroken_run_shows(digits):
    feed = feed_of(digits, batch_size=30, seed=3)
    whole = stacked(itertools.islice(feed.batches(0), 6))
    late = stacked(itertools.islice(feed.batches(1), 4))
    for expected, again in zip(whole, late, strict=True):
        np.testing.assert_array_equal(expected[60:], again)


def test_every_epoch_draws_anew(digits):
    first, second = (stacked(itertools.islice(feed_of(digits).batches(e), 4)) for e in (0, 1))
    assert not set(map(bytes, first[0])) & set(map(bytes, second[0]))


def test_targets_are_as_wide_as_the_model_answers(digits):
    images, targets = next(feed_of(digits, batch_size=8, num_classes=11).batches(0))
    assert images.dtype == np.uint8
    assert images.shape == (8, 28, 28, 1)
    assert targets.shape == (8, 11)
    assert targets.dtype == np.float32
    assert (targets.sum(axis=1) == 1).all()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it is TensorFlow's pipeline")
def test_pipeline_shows_what_the_generator_shows(digits):
    feed = feed_of(digits, batch_size=7)
    pipeline = feed.fit_arguments(first_epoch=2)["x"]
    shown = stacked((images.numpy(), targets.numpy()) for images, targets in pipeline)
    expected = stacked(itertools.islice(feed.batches(2), feed.steps_per_epoch))
    assert len(pipeline) == feed.steps_per_epoch == 11
    for one, other in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it is TensorFlow's pipeline")
def test_pipeline_has_no_tuner_whose_next_look_its_end_would_wait_for(digits):
    assert feed_of(digits).fit_arguments()["x"].options().autotune.enabled is False
