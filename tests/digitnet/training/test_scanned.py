"""Many steps a call on JAX: what `fit` learns is what it learns batch by batch."""

import dataclasses
import itertools

import keras
import numpy as np
import pytest

from digitnet import models, recipe
from digitnet.training import on_device
from digitnet.training.compiling import compile_for_training
from digitnet.training.epochs import Shuffled
from digitnet.training.feed import Feed
from tests.digitnet.conftest import drawn_digits

pytestmark = pytest.mark.skipif(keras.backend.backend() != "jax", reason="it is JAX' own path")


def one_layer():
    """A network with a random state that compiles in a moment."""
    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    logits = keras.layers.Dense(10, name="logits")(keras.layers.Dropout(0.2)(x))
    return keras.Model(image, keras.layers.Softmax(name="probabilities")(logits))


@pytest.fixture
def small(tiny, monkeypatch):
    """The recipe `tiny` with a network of one layer."""
    monkeypatch.setitem(models.MODELS, "one_layer", one_layer)
    return dataclasses.replace(tiny, model="one_layer")


def fitted(small, digits, steps_a_call=None, plain=False, history=None):
    """Weights after two epochs; of `plain`, fed batch by batch."""
    model = models.build(small.model, 0)
    feed = Feed.of(small, Shuffled(digits.x_train, digits.y_train, 0), num_classes=10)
    training_model = compile_for_training(model, small, feed.steps_per_epoch)
    training_model.steps_per_execution = steps_a_call or training_model.steps_per_execution
    arguments = feed.fit_arguments(model=training_model)
    if plain:
        loss, optimizer = training_model.loss, training_model.optimizer
        training_model = keras.Model(training_model.input, training_model.output)
        metrics = [keras.metrics.CategoricalAccuracy("accuracy")]
        training_model.compile(optimizer, loss, metrics=metrics)
        arguments = feed.fit_arguments()
    done = training_model.fit(**arguments, epochs=2, verbose=0, callbacks=[feed])
    if history is not None:
        history.append(done.history)
    return model.get_weights()


def test_steps_of_one_call_learn_what_keras_own_steps_learn(small, digits):
    histories = []
    ours = fitted(small, digits, history=histories)
    keras_own = fitted(small, digits, plain=True, history=histories)
    for one, other in zip(ours, keras_own, strict=True):
        # Sums are added up in another order, and a unit at its ReLU's bend may go either way.
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert histories[0]["loss"] == pytest.approx(histories[1]["loss"], rel=1e-5)
    assert histories[0]["accuracy"] == pytest.approx(histories[1]["accuracy"])


def test_weights_do_not_depend_on_the_steps_of_a_call(small, digits):
    whole, parts = fitted(small, digits), fitted(small, digits, steps_a_call=3)
    assert all((one == other).all() for one, other in zip(whole, parts, strict=True))


def test_every_step_of_an_epoch_has_its_turn_once(small, digits):
    feed = Feed.of(small, Shuffled(digits.x_train, digits.y_train, 0), num_classes=10)
    training_model = compile_for_training(models.build(small.model, 0), small, 4)
    training_model.steps_per_execution = 3
    shown = itertools.islice(feed.fit_arguments(1, training_model)["x"], 4)
    turns = [(int(s["epoch"]), int(first), int(count)) for s, first, count in shown]
    assert turns == [(1, 0, 3), (1, 3, 1), (2, 0, 3), (2, 3, 1)]


def test_an_epoch_s_order_shows_every_image_once_and_depends_on_seed_and_epoch():
    orders = [np.asarray(on_device.order(*two, 50)) for two in ((0, 0), (0, 1), (1, 0))]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert not any((a == b).all() for a, b in itertools.combinations(orders, 2))


def test_scores_of_many_batches_in_a_call_are_those_of_one_after_the_other(
    small, digits, monkeypatch
):
    from digitnet.training import scanned

    images, targets = digits.x_test[:25], np.eye(10, dtype=np.float32)[digits.y_test[:25]]
    scores, logits = [], []
    for on_cpu in (True, False):
        monkeypatch.setattr(scanned, "on_cpu", lambda answer=on_cpu: answer)
        model = compile_for_training(models.build(small.model, 0), small, 4)
        scores.append(model.evaluate(images, targets, 10, verbose=0))
        logits.append(model.predict(images, 10, verbose=0))
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)
    np.testing.assert_allclose(logits[0], logits[1], rtol=1e-5, atol=1e-6)


def test_a_distribution_is_left_to_keras(small, monkeypatch):
    monkeypatch.setattr(keras.distribution, "distribution", lambda: object())
    model = compile_for_training(models.build(small.model, 0), small, 4)
    assert type(model).__name__ != "ScannedModel"


def test_a_network_whose_convolutions_are_slow_in_a_loop_is_left_to_keras_on_a_cpu(monkeypatch):
    from digitnet.training import compiling

    monkeypatch.setattr(compiling, "on_cpu", lambda: True)
    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = keras.layers.Conv2D(4, 3, strides=2)(keras.layers.Rescaling(1 / 255)(image))
    logits = keras.layers.Dense(10, name="logits")(keras.layers.Flatten()(x))
    model = keras.Model(image, logits)
    for needed, kind in ((False, "Functional"), (True, "ScannedModel")):
        compiled = compile_for_training(model, recipe.paper(), 4, side_by_side=needed)
        assert type(compiled).__name__ == kind


def test_digits_drawn_anew_every_epoch_are_shown_in_their_own_order(small):
    class Drawn:
        fixed, epoch_size = None, 40

        def epoch(self, number):
            return drawn_digits(40, seed=number)

    model = compile_for_training(models.build(small.model, 0), small, 2)
    feed = Feed(Drawn(), model.batches.augmentation, 20, 10)
    shown = [call[0] for call in itertools.islice(feed.fit_arguments(0, model)["x"], 2)]
    for number, epoch in enumerate(shown):
        np.testing.assert_array_equal(epoch["images"], drawn_digits(40, seed=number)[0])
        np.testing.assert_array_equal(epoch["order"], np.arange(40))
