"""The command lines, in this process: their exit codes, sentences and results."""

import json

import keras
import numpy as np
import pytest

from digitnet import evaluate, models, train


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


def test_evaluate_agrees_with_the_run_s_metrics(run_dir, capsys):
    assert evaluate.main([str(run_dir / "model.keras"), "--dataset", "optdigits", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    metrics = json.loads((run_dir / "metrics.json").read_text())
    assert result["accuracy"] == metrics["test_accuracy"]
    assert result["count"] == 360
    assert np.sum(result["confusion_matrix"]) == 360


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
        assert "default: auto" in capsys.readouterr().out


def test_models_of_the_command_line_are_those_of_the_package(capsys):
    with pytest.raises(SystemExit):
        train.main(["--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in models.MODELS)
