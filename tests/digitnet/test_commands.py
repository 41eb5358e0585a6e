"""The command lines, in this process: their exit codes, sentences and results."""

import json
import pathlib

import keras
import numpy as np
import pytest

from digitnet import evaluate, models, recipe, train
from digitnet.training import checkpoint
from tests.digitnet.conftest import drawn_digits


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    options = ["--dataset", "optdigits", "--epochs", "1", "--run-dir", str(folder)]
    assert train.main(options) == 0
    return folder


def sentence(capsys):
    """The one line on stderr."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    return lines[0]


def test_train_prints_its_result_in_one_line(tmp_path, npz, capsys):
    options = ["--dataset", str(npz), "--epochs", "1", "--batch-size", "20"]
    assert train.main([*options, "--run-dir", str(tmp_path / "run")]) == 0
    output = capsys.readouterr()
    assert len(output.out.splitlines()) == 1
    assert "40" in output.out
    assert "step" in output.err  # Keras' own progress
    assert "run/report.md" in output.err
    assert output.err.strip().splitlines()[-1] == f"next: python -m export {tmp_path / 'run'}"


def test_evaluate_agrees_with_the_run_s_metrics(run_dir, capsys):
    assert evaluate.main([str(run_dir / "model.keras"), "--dataset", "optdigits", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    metrics = json.loads((run_dir / "metrics.json").read_text())
    assert result["accuracy"] == metrics["test_accuracy"]
    assert result["count"] == 360
    assert np.sum(result["confusion_matrix"]) == 360


def test_evaluate_takes_a_run_directory_and_that_run_s_digits(run_dir, capsys):
    assert evaluate.main([str(run_dir), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["dataset"], result["count"]) == ("optdigits", 360)


def test_evaluate_prints_a_table(run_dir, capsys):
    assert evaluate.main([str(run_dir / "model.keras"), "--dataset", "optdigits"]) == 0
    assert "calibration error" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--epochs", "0"], "at least 1"),
        (["--batch-size", "0"], "at least 1"),
        (["--learning-rate", "-0.1"], "above 0"),
        (["--limit", "0"], "at least 1"),
        (["--recipe", "cake"], "default, long"),
        (["--model", "lenet6"], "lenet_attention"),
        (["--dataset", "mnits"], "auto, mnist, optdigits"),
        (["--dataset", "optdigits", "--batch-size", "5000"], "larger than"),
        (["--dataset", "optdigits", "--resume"], "no run to resume"),
    ],
)
def test_train_answers_bad_input_with_a_sentence(tmp_path, capsys, options, words):
    assert train.main([*options, "--run-dir", str(tmp_path / "run")]) == 2
    assert words in sentence(capsys)
    assert not (tmp_path / "run").exists()


@pytest.fixture
def stopped(tmp_path, npz, monkeypatch, capsys):
    """A run that was stopped after its first epoch, with options that are not the recipe's."""
    other = tmp_path / "other.npz"
    x, y = drawn_digits(60, seed=2)
    np.savez(other, x_train=x[:50], y_train=y[:50], x_test=x[50:], y_test=y[50:])
    options = ["--dataset", str(npz), "--mix-with", str(other), "--limit", "50", "--epochs", "2"]
    save = checkpoint.Checkpoint._save

    def save_and_stop(keeper, epoch):
        save(keeper, epoch)
        raise KeyboardInterrupt

    run_dir = str(tmp_path / "stopped")
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpoint, "_save", save_and_stop)
        command = [*options, "--model", "lenet", "--batch-size", "8", "--run-dir", run_dir]
        assert train.main(command) == 130
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"digitnet.train --resume {run_dir}")
    return run_dir


def test_resume_with_a_run_directory_alone_goes_on_with_what_its_config_says(stopped, capsys):
    assert train.main(["--resume", stopped, "--model", "edge"]) == 2
    assert "model" in sentence(capsys)
    assert train.main(["--resume", stopped, "--run-dir", "elsewhere"]) == 2
    assert "name one folder" in sentence(capsys)
    assert train.main(["--resume", stopped]) == 0
    metrics = json.loads((pathlib.Path(stopped) / "metrics.json").read_text())
    assert (metrics["model"], metrics["epochs"]) == ("lenet", 2)
    assert metrics["train_count"] > 50  # mixed, and limited


def test_run_that_ends_at_chance_says_so_and_fails(capsys):
    metrics = {
        **dict(dataset="mnist", parameters=61_730, epochs=3, seconds=9.0, test_count=10_000),
        **dict(test_accuracy=0.1135, chance_accuracy=0.1135, train_count=50_000),
    }
    assert train._tell(recipe.default(), "runs/x", metrics) == 1
    output = capsys.readouterr()
    assert "11.35%" in output.out
    assert "lower --learning-rate" in output.err
    for change in ({"test_accuracy": 0.2}, {"train_count": 40}, {"test_count": 0}):
        assert train._tell(recipe.default(), "runs/x", {**metrics, **change}) == 0


def test_mistyped_options_of_a_run_are_told_before_anything_is_read(tmp_path, capsys):
    assert train.main(["--resume", str(tmp_path)]) == 2
    assert "no run to resume" in sentence(capsys)
    (tmp_path / "config.json").write_text("[]")
    assert train.main(["--resume", str(tmp_path)]) == 2
    assert "no JSON object" in sentence(capsys)
    (tmp_path / "config.json").write_text('{"recipe": {"cake": 1}}')
    assert train.main(["--resume", str(tmp_path)]) == 2
    assert "another folder" in sentence(capsys)


def test_train_refuses_a_finished_run(run_dir, capsys):
    assert train.main(["--dataset", "optdigits", "--run-dir", str(run_dir)]) == 2
    assert "already holds a finished run" in sentence(capsys)


def test_evaluate_answers_bad_models_with_a_sentence(tmp_path, run_dir, capsys):
    (tmp_path / "text.keras").write_text("no model")
    cut = (run_dir / "model.keras").read_bytes()[:20_000]
    (tmp_path / "cut.keras").write_bytes(cut)
    (tmp_path / "notes.txt").write_text("no model")
    small = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    small.save(tmp_path / "small.keras")
    for name, words in (
        ("missing.keras", "no file"),
        ("text.keras", "cannot be loaded"),
        ("cut.keras", "cannot be loaded"),
        ("notes.txt", "neither"),
        ("small.keras", "(None, 8, 8, 1)"),
    ):
        assert evaluate.main([str(tmp_path / name), "--dataset", "optdigits"]) == 2
        assert words in sentence(capsys)


def test_help_shows_defaults(capsys):
    for command in (train, evaluate):
        with pytest.raises(SystemExit) as stop:
            command.main(["--help"])
        assert stop.value.code == 0
        assert "auto" in capsys.readouterr().out


def test_help_of_training_shows_the_recipe_s_defaults_and_what_the_recipes_are(capsys):
    with pytest.raises(SystemExit):
        train.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for words in ("(default: 100)", "(default: 96)", "(default: 0.05)", "lenet_attention"):
        assert words in text
    for name in recipe.RECIPES:
        assert recipe.described(name) in text


def test_models_of_the_command_line_are_those_of_the_package(capsys):
    with pytest.raises(SystemExit):
        train.main(["--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in models.MODELS)
