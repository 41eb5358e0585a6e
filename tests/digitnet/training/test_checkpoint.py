"""Checkpoints of models that draw random numbers of their own."""

import keras
import numpy as np
from keras import layers

from digitnet.training import checkpoint


def built():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(3),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), keras.losses.MeanSquaredError())
    return model


def test_dropout_and_batch_norm_go_on_where_they_were(tmp_path):
    # Keras' weight files have no state of dropout's random numbers: a resumed AlexNet or VGG16
    # repeated the masks of its first epochs and ended with other weights than an unbroken one.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 8)), rng.normal(size=(40, 3))

    def fit(model, first, last, folder):
        options = {"batch_size": 10, "shuffle": False, "verbose": 0}
        keeper = checkpoint.Checkpoint(folder)
        model.fit(x, y, initial_epoch=first, epochs=last, callbacks=[keeper], **options)
        return model.get_weights()

    whole = fit(built(), 0, 3, tmp_path / "whole")
    fit(built(), 0, 2, tmp_path / "broken")
    resumed = built()
    assert checkpoint.restore(tmp_path / "broken", resumed)["epoch"] == 2
    for ours, theirs in zip(fit(resumed, 2, 3, tmp_path / "broken"), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
