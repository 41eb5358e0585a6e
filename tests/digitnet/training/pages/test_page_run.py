import dataclasses
import itertools
import json

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet import train as training
from digitnet.digits import datasets
from digitnet.errors import UserError
from digitnet.recipe import RECIPES, Recipe
from digitnet.training.pages import page_set, run
from digitnet.training.pages.page_set import PageSet, beside

QUICK = dataclasses.replace(
    RECIPES["page"](), pages=6, batch_size=2, epochs=2, validation_count=200, ema_momentum=0.5
)


@pytest.fixture(scope="module")
def digits():
    rng = np.random.default_rng(0)
    images = np.zeros((600, 28, 28, 1), np.uint8)
    images[:, 5:23, 10:18] = rng.integers(120, 255, (600, 18, 8, 1))
    return datasets.from_arrays(images, np.arange(600) % 10, validation_count=100)


@pytest.fixture
def quick(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "POOLS", tmp_path / "pools")
    monkeypatch.setattr(run, "HELD_OUT_PAGES", 4)
    monkeypatch.setattr(run, "HELD_OUT_BATCHES", 1)
    for module in (run, page_set):
        monkeypatch.setattr(module, "STEPS", 2)


def test_equal_seeds_and_epochs_give_equal_crops(digits, quick):
    shown, _ = run.page_sets(QUICK, digits)
    (one, targets), (other, _) = (next(shown.batches(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert one.shape == (2, 192, 192, 3)
    assert targets["presence"].shape == (2, 48, 48, 2)
    assert not np.array_equal(one, next(shown.batches(4))[0])
    other_seed = PageSet(shown.pool, digits, 2, seed=1)
    assert not np.array_equal(one, next(other_seed.batches(3))[0])


def test_batches_made_beside_the_training_are_the_same_and_errors_reach_it():
    assert list(beside(iter(range(20)))) == list(range(20))
    assert list(itertools.islice(beside(itertools.count()), 3)) == [0, 1, 2]

    def broken():
        yield 1
        raise ValueError("torn page")

    with pytest.raises(ValueError, match="torn page"):
        list(beside(broken()))


@pytest.mark.slow
def test_a_run_that_was_stopped_ends_as_one_that_was_not(digits, quick, tmp_path):
    metrics = training.train(QUICK, digits, tmp_path / "whole")
    assert metrics["parameters"] <= 200_000
    assert {"found", "read", "false"} <= metrics.keys()
    for name in ("model.keras", "curves.png", "pages.png", "report.md", "history.csv"):
        assert (tmp_path / "whole" / name).stat().st_size > 100

    class Stop(Exception):
        pass

    class Killer(__import__("keras").callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise Stop

    with pytest.raises(Stop):
        training.train(QUICK, digits, tmp_path / "parts", callbacks=(Killer(),))
    training.train(QUICK, digits, tmp_path / "parts", resume=True)
    one, other = (
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("whole", "parts")
    )
    assert one["loss"] == other["loss"]
    assert one["validation_loss"] == other["validation_loss"]


def test_pages_go_with_page_readers_and_nothing_else():
    with pytest.raises(UserError, match="--recipe page"):
        Recipe(model="page_reader")
    with pytest.raises(UserError, match="page_reader"):
        dataclasses.replace(RECIPES["page"](), model="lenet")
