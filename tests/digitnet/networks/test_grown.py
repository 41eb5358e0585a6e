import keras
import numpy as np
import pytest
from keras import layers

from digitnet import models
from digitnet.errors import UserError
from digitnet.networks.grown import grow
from digitnet.networks.page_reader import _residual


def network(*blocks, filters=4, kernel_size=3):
    image = keras.Input((8, 8, 1), name="image")
    x = layers.Conv2D(filters, kernel_size, padding="same", activation="relu", name="first")(image)
    for block in blocks:
        x = _residual(x, name=block)
    return keras.Model(image, layers.Conv2D(2, 1, name="answer")(x))


IMAGES = np.random.default_rng(1).normal(size=(3, 8, 8, 1)).astype("float32")


def test_a_grown_network_answers_as_the_smaller_one_and_its_new_block_learns():
    smaller, larger = network("a"), network("a", "b")
    grow(larger, smaller)
    expected = smaller.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(larger.predict(IMAGES, verbose=0), expected, atol=1e-5)
    larger.compile("sgd", "mse")
    larger.fit(IMAGES, np.zeros_like(expected), epochs=2, verbose=0)
    assert np.abs(larger.get_layer("b_2_norm").get_weights()[0]).max() > 0


@pytest.mark.parametrize(
    ("smaller", "reason"),
    [
        (network("a", "c"), "lacks"),
        (network(filters=6), "other shapes"),
        (network(kernel_size=5), "other shapes"),
    ],
    ids=["a block more", "more filters", "larger kernels"],
)
def test_what_differs_otherwise_is_refused_and_nothing_is_changed(smaller, reason):
    larger = network("a", "b")
    before = larger.get_weights()
    with pytest.raises(ValueError, match=reason):
        grow(larger, smaller)
    for now, then in zip(larger.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_page_reader_begins_with_the_weights_of_one_with_fewer_blocks(tmp_path):
    whole = models.build("page_reader", 1)
    path = tmp_path / "whole.keras"
    whole.save(path)
    again = models.build_from("page_reader", 2, str(path))
    for now, then in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(now, then)
    models.build("lenet", 1).save(tmp_path / "lenet.keras")
    with pytest.raises(UserError, match="of a page_reader, but .* has another network's weights"):
        models.build_from("page_reader", 2, str(tmp_path / "lenet.keras"))
