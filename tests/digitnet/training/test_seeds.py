"""--seeds: runs side by side, each the one it would be alone."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from digitnet import models, train
from digitnet.errors import UserError
from digitnet.training import memory, seeds
from tests.digitnet.training.test_scanned import one_layer

on_jax = pytest.mark.skipif(keras.backend.backend() != "jax", reason="it is JAX' own path")


@pytest.fixture
def small(tiny, monkeypatch):
    """The recipe `tiny` with a network of one layer, and no pictures of it."""
    from digitnet.training import plots

    monkeypatch.setitem(models.MODELS, "one_layer", one_layer)
    monkeypatch.setattr(plots, "write_all", lambda *arguments: None)
    return dataclasses.replace(tiny, model="one_layer")


def weights(run_dir):
    return keras.models.load_model(run_dir / "model.keras").get_weights()


def train_two(small, digits, run_dir, resume=False):
    return seeds.train_seeds(small, digits, run_dir, 2, resume=resume, command=None)


@on_jax
def test_each_seed_gets_the_model_and_the_history_it_has_alone(tmp_path, digits, small):
    summary = train_two(small, digits, tmp_path / "two")
    for seed in (0, 1):
        alone = dataclasses.replace(small, seed=seed)
        metrics = train.train(alone, digits, tmp_path / f"alone-{seed}")
        together = tmp_path / "two" / f"seed-{seed}"
        for one, other in zip(weights(together), weights(tmp_path / f"alone-{seed}"), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
        assert summary["test_accuracies"][seed] == pytest.approx(metrics["test_accuracy"], abs=0.03)
        config = json.loads((together / "config.json").read_text())
        assert (config["seed"], config["recipe"]["seed"]) == (seed, seed)
        assert len((together / "history.csv").read_text().splitlines()) == 1 + small.epochs
    assert json.loads((tmp_path / "two" / "metrics.json").read_text()) == summary
    assert summary["seeds"] == 2


@on_jax
@pytest.mark.parametrize("stop_at", ["between the seeds' checkpoints", "after one is finished"])
def test_seeds_stopped_at_any_moment_go_on_to_the_bit(
    tmp_path, digits, small, monkeypatch, stop_at
):
    monkeypatch.setattr(seeds, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    train_two(small, digits, tmp_path / "whole")
    with monkeypatch.context() as patch:
        done, (place, name) = (
            [],
            {
                "between the seeds' checkpoints": (seeds.checkpoint.Checkpoint, "save"),
                "after one is finished": (seeds, "finish"),
            }[stop_at],
        )
        original = getattr(place, name)

        def stop(*arguments):
            if len(done) == (3 if name == "save" else 1):  # an epoch is two checkpoints
                raise KeyboardInterrupt
            done.append(original(*arguments))
            return done[-1]

        patch.setattr(place, name, stop)
        with pytest.raises(KeyboardInterrupt):
            train_two(small, digits, tmp_path / "broken")
    train_two(small, digits, tmp_path / "broken", resume=True)
    for seed in ("seed-0", "seed-1"):
        whole, broken = (weights(tmp_path / name / seed) for name in ("whole", "broken"))
        assert all((a == b).all() for a, b in zip(whole, broken, strict=True))


@on_jax
def test_a_seed_that_diverges_is_named_and_the_others_are_finished(
    tmp_path, digits, small, monkeypatch
):
    original = seeds.SideBySide.train_epoch

    def second_diverges(side, *arguments):
        logs = original(side, *arguments)
        return {**logs, "loss": np.array([logs["loss"][0], np.nan])}

    monkeypatch.setattr(seeds.SideBySide, "train_epoch", second_diverges)
    with pytest.raises(UserError, match=r"no number in seed-1 of .*--learning-rate"):
        train_two(small, digits, tmp_path / "two")
    assert (tmp_path / "two" / "seed-0" / "metrics.json").exists()
    assert not (tmp_path / "two" / "seed-1" / "metrics.json").exists()
    assert not (tmp_path / "two" / "metrics.json").exists()


@on_jax
def test_more_seeds_than_memory_are_refused_with_the_number_that_fits(
    tmp_path, digits, small, monkeypatch
):
    monkeypatch.setattr(memory, "free_bytes", lambda: 1_000_000)
    with pytest.raises(UserError, match=r"about (\d+) do; give --seeds \1\."):
        seeds.train_seeds(small, digits, tmp_path / "run", 5000, resume=False, command=None)
    assert not list(tmp_path.glob("run/seed-*"))


@on_jax
def test_a_resumed_folder_of_seeds_knows_how_many_they_were(tmp_path):
    from digitnet.training import options

    recipe = dataclasses.asdict(options.recipe_named("paper"))
    record = {"recipe": recipe, "seeds": 7, "dataset": "x.npz"}
    (tmp_path / "config.json").write_text(json.dumps(record))
    arguments = options.parser().parse_args(["--resume", str(tmp_path)])
    options.complete(arguments)
    assert arguments.seeds == 7


def test_a_recipe_that_draws_pictures_for_every_seed_is_refused(tmp_path, digits, tiny):
    recipe = dataclasses.replace(tiny, world=True)
    with pytest.raises(UserError, match="draws pictures of its own"):
        seeds.train_together({tmp_path / "seed-0": recipe}, digits)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--seeds", "0"], "--seeds must be at least 1, but it is 0."),
        (["--seeds", "-3"], "--seeds must be at least 1, but it is -3."),
        (["--seeds", "2", "--data-parallel"], "--seeds and --data-parallel cannot be had together"),
    ],
)
def test_a_wrong_number_of_seeds_is_one_sentence(tmp_path, capsys, options, sentence):
    assert train.main([*options, "--run-dir", str(tmp_path / "run")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="this backend can")
def test_a_backend_that_cannot_is_said_before_anything_is_written(tmp_path, npz, capsys):
    options = ["--seeds", "2", "--dataset", str(npz), "--run-dir", str(tmp_path / "run")]
    assert train.main(options) == 2
    assert "KERAS_BACKEND=jax" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
