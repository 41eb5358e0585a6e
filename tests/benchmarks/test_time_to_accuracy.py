"""The watch of `benchmarks.time_to_accuracy`: when it starts, and what it leaves as it was."""

import dataclasses

import numpy as np
import pytest

from benchmarks import time_to_accuracy
from benchmarks.time_to_accuracy import Stopwatch, measure
from digitnet import models, recipe
from digitnet.digits import datasets
from digitnet.training import training_set
from digitnet.training.compiling import compile_for_training
from digitnet.training.feed import Feed

SMALL = dataclasses.replace(recipe.default(), epochs=2, batch_size=16)


@pytest.fixture(scope="module")
def digits():
    return datasets.load("optdigits", validation_count=0, limit=64)


def test_warming_up_leaves_weights_and_slots_as_they_were(digits):
    model = compile_for_training(models.build(SMALL.model, 0), SMALL, steps_per_epoch=4)
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    before = [np.array(variable) for variable in variables]
    time_to_accuracy._compile(model, SMALL, digits)
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(np.array(variable), value)


def test_a_watched_run_learns_what_an_unwatched_one_does(digits):
    watch = measure(SMALL, digits)
    feed = Feed.of(SMALL, training_set.of(SMALL, digits), 10)
    model = compile_for_training(models.build(SMALL.model, 0), SMALL, feed.steps_per_epoch)
    model.fit(**feed.fit_arguments(model=model), epochs=2, verbose=0, callbacks=[feed])
    answers = model.predict(digits.x_test, verbose=0).argmax(axis=1)
    assert watch.accuracies[-1] == float((answers == digits.y_test).mean())
    assert len(watch.seconds) == 2
    assert 0 < watch.seconds[0] < watch.seconds[1]


def test_goal_is_reached_at_the_end_of_the_first_epoch_that_is_good_enough():
    watch = Stopwatch(None, None)
    watch.seconds, watch.accuracies = [1.0, 2.5, 4.0], [0.9, 0.99, 0.98]
    assert watch.reached(0.99) == 2.5
    assert watch.reached(0.995) is None


def test_a_goal_above_100_is_one_sentence(capsys):
    assert time_to_accuracy.main(["--goal", "101"]) == 2
    assert "--goal must lie above 0 and at most at 100" in capsys.readouterr().err
