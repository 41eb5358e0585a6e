import threading

import numpy as np
import pytest

from digitnet.training.ahead import Ahead


def test_every_epoch_is_the_one_that_was_asked_for():
    ahead = Ahead(lambda number: (np.full(3, number), np.arange(number)))
    for number in (4, 5, 6, 2, 3, 3):
        images, labels = ahead.epoch(number)
        assert (images == number).all() and len(labels) == number


def test_the_next_epoch_is_made_before_it_is_asked_for():
    made = {number: threading.Event() for number in range(4)}

    def make(number):
        made[number].set()
        return np.zeros(1), np.zeros(1)

    Ahead(make).epoch(0)
    assert made[1].wait(timeout=5)
    assert not made[2].is_set()


def test_what_goes_wrong_beside_the_training_is_told_in_it():
    def make(number):
        if number:
            raise MemoryError("no room for another epoch")
        return np.zeros(1), np.zeros(1)

    ahead = Ahead(make)
    ahead.epoch(0)
    with pytest.raises(MemoryError, match="no room"):
        ahead.epoch(1)
