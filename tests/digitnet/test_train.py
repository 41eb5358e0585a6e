import csv
import dataclasses
import hashlib
import json

import keras
import numpy as np
import pytest

from digitnet import files, models, recipe, train
from digitnet.errors import UserError
from digitnet.training import checkpoint, epochs, run_directory
from digitnet.training.augmentation import Augmentation
from digitnet.training.compiling import compile_for_training
from digitnet.training.feed import Feed

PROMISED = {
    "model.keras",
    "config.json",
    "metrics.json",
    "history.csv",
    "curves.png",
    "confusion.png",
    "attention.png",
    "reliability.png",
    "mistakes.png",
    "report.md",
}
METRICS = {
    "dataset",
    "train_count",
    "test_count",
    "test_accuracy",
    "test_loss",
    "parameters",
    "epochs",
    "seconds",
    "seed",
    "model",
    "recipe",
}


def weights_of(run_dir):
    return keras.saving.load_model(run_dir / "model.keras").get_weights()


def same_weights(first, second):
    pairs = zip(weights_of(first), weights_of(second), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def history_of(run_dir):
    with open(run_dir / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_run_writes_every_promised_file(tmp_path, digits, tiny):
    metrics = train.train(tiny, digits, tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == PROMISED | {"checkpoints"}
    assert metrics == json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics.keys() >= METRICS
    assert metrics["test_count"] == 40
    assert metrics["parameters"] == 61_730
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert recipe.Recipe(**config["recipe"]) == tiny
    assert [row["epoch"] for row in history_of(tmp_path / "run")] == ["1", "2"]


def test_saved_model_scores_what_metrics_say(tmp_path, digits, tiny):
    metrics = train.train(tiny, digits, tmp_path / "run")
    model = keras.saving.load_model(tmp_path / "run" / "model.keras")
    predictions = model.predict(digits.x_test, verbose=0).argmax(axis=1)
    assert (predictions == digits.y_test).mean() == metrics["test_accuracy"]


def test_training_learns_what_there_is_to_learn(tmp_path, digits, tiny):
    longer = dataclasses.replace(
        tiny, epochs=40, rotation_degrees=0, shear=0, zoom=0, shift_pixels=1
    )
    assert train.train(longer, digits, tmp_path / "run")["test_accuracy"] > 0.9


def test_equal_seeds_give_equal_weights_to_the_bit(tmp_path, digits, tiny):
    train.train(tiny, digits, tmp_path / "a")
    train.train(tiny, digits, tmp_path / "b")
    train.train(dataclasses.replace(tiny, seed=1), digits, tmp_path / "c")
    assert same_weights(tmp_path / "a", tmp_path / "b")
    assert not same_weights(tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize("ema_momentum", [0.0, 0.9])
def test_run_stopped_after_an_epoch_resumes_to_the_bit(
    tmp_path, digits, tiny, monkeypatch, ema_momentum
):
    plan = dataclasses.replace(tiny, epochs=4, ema_momentum=ema_momentum)
    train.train(plan, digits, tmp_path / "whole")

    save = checkpoint.Checkpoint._save

    def save_and_stop(keeper, epoch):
        save(keeper, epoch)
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.Checkpoint, "_save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train.train(plan, digits, tmp_path / "broken")
    monkeypatch.setattr(checkpoint.Checkpoint, "_save", save)
    train.train(plan, digits, tmp_path / "broken", resume=True)
    assert same_weights(tmp_path / "whole", tmp_path / "broken")
    assert history_of(tmp_path / "whole") == history_of(tmp_path / "broken")


@pytest.mark.parametrize("ema_momentum", [0.0, 0.9])
def test_run_stopped_after_its_last_checkpoint_resumes_to_the_bit(
    tmp_path, digits, tiny, monkeypatch, ema_momentum
):
    # `fit` puts the averaged weights in place after the last checkpoint is written. With no epoch
    # left a resumed run had no `fit`, and kept the last step's weights.
    plan = dataclasses.replace(tiny, ema_momentum=ema_momentum)
    train.train(plan, digits, tmp_path / "whole")
    started_run(tmp_path / "broken", digits, plan, monkeypatch)
    train.train(plan, digits, tmp_path / "broken", resume=True)
    assert same_weights(tmp_path / "whole", tmp_path / "broken")


def test_loss_that_is_no_number_ends_the_run_at_its_epoch(tmp_path, digits, tiny):
    wild = dataclasses.replace(tiny, epochs=50, learning_rate=1e20, schedule="constant")
    with pytest.raises(UserError, match=r"in epoch [12]: .*Lower --learning-rate \(it is 1e\+20\)"):
        train.train(wild, digits, tmp_path / "run")
    assert len(checkpoint.checkpoints(tmp_path / "run")) <= 1
    assert not (tmp_path / "run" / "metrics.json").exists()


def test_last_good_checkpoint_stays_when_the_loss_is_no_number(tmp_path, digits, tiny):
    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                kernel = self.model.get_layer("logits").kernel
                kernel.assign(kernel * np.nan)

    with pytest.raises(UserError, match="epoch 2.*last good checkpoint is .*epoch-0001"):
        train.train(tiny, digits, tmp_path / "run", callbacks=(Poison(),))
    assert [path.name for path in checkpoint.checkpoints(tmp_path / "run")] == ["epoch-0001"]


def few(digits, train_count, validation_count, test_count):
    counts = {"train": train_count, "validation": validation_count, "test": test_count}
    parts = {
        f"{letter}_{part}": getattr(digits, f"{letter}_{part}")[:count]
        for part, count in counts.items()
        for letter in "xy"
    }
    return dataclasses.replace(digits, **parts)


@pytest.mark.parametrize("counts", [(10, 0, 10), (1, 0, 1), (10, 1, 0)])
def test_small_sets_finish_and_the_report_says_what_was_not_measured(
    tmp_path, digits, tiny, counts
):
    plan = dataclasses.replace(tiny, epochs=1, batch_size=1)
    metrics = train.train(plan, few(digits, *counts), tmp_path / "run")
    assert json.loads((tmp_path / "run" / "metrics.json").read_text()) == metrics
    report = (tmp_path / "run" / "report.md").read_text()
    assert (metrics["test_accuracy"] is None) == (counts[2] == 0)
    assert ("there are no test images" in report) == (counts[2] == 0)
    assert ("Validation, and confidences" in report) == (counts[1] == 0)


def test_checkpoint_of_an_older_version_is_gone_on_with(tmp_path, digits, tiny, monkeypatch):
    train.train(tiny, digits, tmp_path / "whole")

    def save_as_hdf5(keeper, epoch):
        folder = keeper.folder / f"epoch-{epoch:04d}"
        folder.mkdir(parents=True)
        older = keeper.model.load_old_weights.__self__  # the network without twins of its layers
        older.save_weights(folder / checkpoint.HDF5)
        checksum = hashlib.sha256((folder / checkpoint.HDF5).read_bytes()).hexdigest()
        state = {"epoch": epoch, "history": keeper.history, "seconds": 1.0, "sha256": checksum}
        files.write_json(folder / checkpoint.STATE, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpoint, "_save", save_as_hdf5)
        with pytest.raises(KeyboardInterrupt):
            train.train(tiny, digits, tmp_path / "run")
    train.train(tiny, digits, tmp_path / "run", resume=True)
    assert same_weights(tmp_path / "whole", tmp_path / "run")


def test_model_without_gates_has_no_attention_picture(tmp_path, digits, tiny):
    train.train(dataclasses.replace(tiny, model="lenet"), digits, tmp_path / "run")
    assert not (tmp_path / "run" / "attention.png").exists()


def test_training_begins_with_another_run_s_weights(tmp_path, digits, tiny):
    plain = dataclasses.replace(tiny, calibrates=False)
    train.train(plain, digits, tmp_path / "first")
    first = tmp_path / "first" / "model.keras"
    still = dataclasses.replace(
        plain, seed=plain.seed + 1, learning_rate=1e-9, weight_decay=0.0, initial_weights=str(first)
    )
    train.train(still, digits, tmp_path / "second")
    pairs = zip(weights_of(tmp_path / "first"), weights_of(tmp_path / "second"), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(other, one, atol=1e-5)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no file"),
        (b"no weights", "no whole Keras file"),
        ("lenet", "has another network's weights"),
    ],
)
def test_weights_that_do_not_fit_are_refused_before_a_folder_is_made(
    tmp_path, digits, tiny, content, sentence
):
    path = tmp_path / "other.keras"
    if content == "lenet":
        models.build("lenet").save(path)
    elif content:
        path.write_bytes(content)
    recipe = dataclasses.replace(tiny, model="lenet_attention", initial_weights=str(path))
    with pytest.raises(UserError, match=sentence):
        train.train(recipe, digits, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_finished_run_is_not_written_over(tmp_path, digits, tiny):
    train.train(tiny, digits, tmp_path / "run")
    before = (tmp_path / "run" / "model.keras").read_bytes()
    for resume in (False, True):
        with pytest.raises(UserError, match="already holds a finished run"):
            train.train(tiny, digits, tmp_path / "run", resume=resume)
    assert (tmp_path / "run" / "model.keras").read_bytes() == before


def started_run(run_dir, digits, plan, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_directory, "finish", stop)
        with pytest.raises(KeyboardInterrupt):
            train.train(plan, digits, run_dir)


def test_unfinished_run_is_not_written_over_without_resume(tmp_path, digits, tiny, monkeypatch):
    started_run(tmp_path / "run", digits, tiny, monkeypatch)
    with pytest.raises(UserError, match="--resume"):
        train.train(tiny, digits, tmp_path / "run")


@pytest.mark.parametrize("change", [{"learning_rate": 0.5}, {"model": "lenet"}, {"epochs": 9}])
def test_resuming_another_run_is_refused_with_the_difference(
    tmp_path, digits, tiny, monkeypatch, change
):
    started_run(tmp_path / "run", digits, tiny, monkeypatch)
    with pytest.raises(UserError, match=next(iter(change))):
        train.train(dataclasses.replace(tiny, **change), digits, tmp_path / "run", resume=True)


def test_resuming_an_empty_folder_is_refused(tmp_path, digits, tiny):
    with pytest.raises(UserError, match="no run to resume"):
        train.train(tiny, digits, tmp_path / "run", resume=True)


@pytest.mark.parametrize("damage", [lambda data: data[:-200], lambda data: b"x" + data[1:]])
def test_damaged_checkpoint_is_refused_with_the_way_on(tmp_path, digits, tiny, monkeypatch, damage):
    started_run(tmp_path / "run", digits, tiny, monkeypatch)
    weights = checkpoint.checkpoints(tmp_path / "run")[-1] / checkpoint.WEIGHTS
    weights.write_bytes(damage(weights.read_bytes()))
    with pytest.raises(UserError, match="delete that folder"):
        train.train(tiny, digits, tmp_path / "run", resume=True)


def test_batch_larger_than_the_data_is_refused(tmp_path, digits, tiny):
    with pytest.raises(UserError, match="larger than the 80 training images"):
        train.train(dataclasses.replace(tiny, batch_size=81), digits, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_full_disk_leaves_the_last_checkpoint(tmp_path, digits, tiny, monkeypatch):
    write_json = files.write_json

    def full(path, value):
        if path.name == checkpoint.STATE and value["epoch"] == 2:
            raise OSError(28, "No space left on device")
        write_json(path, value)

    monkeypatch.setattr(files, "write_json", full)
    with pytest.raises(UserError, match="disk is full"):
        train.train(tiny, digits, tmp_path / "run")
    assert [path.name for path in (tmp_path / "run" / "checkpoints").iterdir()] == ["epoch-0001"]


def test_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path, digits, tiny):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        train.train(tiny, digits, tmp_path / "file" / "run")


def test_learning_rate_falls_along_a_cosine_after_warming_up(digits):
    plan = dataclasses.replace(recipe.default(), epochs=10, learning_rate=0.1, warmup_epochs=1)
    model = compile_for_training(models.build("lenet"), plan, steps_per_epoch=100)
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, 50, 100, 550, 1000)]
    np.testing.assert_allclose(rates, [0, 0.05, 0.1, 0.05, 0], atol=1e-6)


def test_mixed_precision_keeps_float32_weights_and_the_contract(tmp_path, digits, tiny):
    plan = dataclasses.replace(tiny, precision="mixed_bfloat16")
    train.train(plan, digits, tmp_path / "run")
    model = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert model.get_layer("conv1").compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.outputs[0].dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_report_shows_every_picture_of_the_run(tmp_path, digits, tiny):
    train.train(tiny, digits, tmp_path / "run")
    report = (tmp_path / "run" / "report.md").read_text()
    assert all(f"({path.name})" in report for path in (tmp_path / "run").glob("*.png"))


def test_tensorboard_logs_are_written_when_asked_for(tmp_path, digits, tiny):
    pytest.importorskip("tensorboard")
    pytest.importorskip("tensorflow")
    train.train(tiny, digits, tmp_path / "run", tensorboard=True)
    assert list((tmp_path / "run" / "tensorboard").rglob("events.*"))


@pytest.mark.parametrize("steps", [7, 60, 53])
def test_an_epoch_has_no_more_steps_than_it_has_batches(digits, tiny, steps):
    # Fed from an endless pipeline, Keras does not cut the last call of an epoch short: with 50
    # steps a call, an epoch of 60 steps took 100, with the next epoch's images and later rates.
    tiny = dataclasses.replace(tiny, batch_size=1)
    training_model = compile_for_training(models.build("lenet"), tiny, steps)
    source = epochs.Shuffled(digits.x_train[:steps], digits.y_train[:steps], seed=0)
    feed = Feed(source, Augmentation(), batch_size=1, num_classes=10)
    arguments = feed.fit_arguments(model=training_model)
    training_model.fit(**arguments, epochs=2, verbose=0, callbacks=[feed])
    assert int(training_model.optimizer.iterations) == 2 * steps
