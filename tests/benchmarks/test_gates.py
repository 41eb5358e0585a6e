"""Whether gates pay: what is trained, kept, compared and drawn."""

import dataclasses
import json

import pytest

pytest.importorskip("keras", reason="the training side is not installed here")

from benchmarks import gate_cells, gates
from benchmarks.gate_cells import CLEAN, CLUTTERED, Kind
from digitnet.networks.gates import VARIANTS
from digitnet.training import seeds as side
from edge_demo.contract import UserError
from tests.benchmarks.test_training_tables import cells as row_of
from tests.digitnet.conftest import drawn_digits

KIND = Kind("default", CLEAN, gates.PAPERS, 3)


@pytest.fixture
def digits():
    """80 training, 20 validation and 40 test images."""
    from digitnet.digits.datasets import Digits

    x, y = drawn_digits(140)
    return Digits(
        "drawn", x[:80], y[:80], x[80:100], y[80:100], x[100:], y[100:], {"kind": "drawn"}
    )


@pytest.fixture
def trained(monkeypatch):
    """What is asked of training, whose place is taken; seed s comes out with 0.9 + s / 100."""
    asked = []

    def train_seeds(recipe, digits, run_dir, count, *, resume, command):
        asked.append((recipe, count, resume))
        numbers = range(recipe.seed, recipe.seed + count)
        return {
            "test_accuracies": [0.9 + seed / 100 for seed in numbers],
            **{"test_count": 40, "train_count": 80, "parameters": 61_730, "seconds": 7.5},
        }

    monkeypatch.setattr(side, "train_seeds", train_seeds)
    return asked


def cell(recipe="default", digits=CLEAN, model=gates.NONE, accuracies=(0.98, 0.99), **fields):
    found = {"recipe": recipe, "digits": digits, "model": model, "epochs": 3}
    found |= {"seeds": list(range(len(accuracies))), "accuracies": list(accuracies)}
    found |= {"parameters": 61_706, "test_count": 10_000, "seconds": 1800.0, "date": "2026-01-01"}
    found |= {"machine": "x86_64", "backend": "jax", "versions": {"keras": "3.15"}}
    found |= {"command": "python -m benchmarks.gates", "load": 1.5}
    return {**found, **fields}


def test_a_finished_cell_is_not_trained_again_and_more_seeds_are_added_to_it(
    tmp_path, digits, trained
):
    for count in (2, 2, 5):
        gate_cells.train(KIND, count, digits, tmp_path, "the command")
    assert [(recipe.seed, count) for recipe, count, _ in trained] == [(0, 2), (2, 3)]
    assert (trained[0][0].model, trained[0][0].epochs) == (gates.PAPERS, 3)
    accuracies = gate_cells.accuracies(gate_cells.read(tmp_path)[KIND])
    assert accuracies == {seed: pytest.approx(0.9 + seed / 100) for seed in range(5)}
    files = [json.loads(path.read_text()) for path in (tmp_path / "cells").iterdir()]
    assert sorted(one["seeds"] for one in files) == [[0, 1], [2, 3, 4]]
    assert {one["seconds"] for one in files} == {7.5}


def test_a_run_that_was_killed_goes_on(tmp_path, digits, trained):
    run = tmp_path / "runs" / "default-clean-lenet_attention-3-epochs-seeds-0-to-1"
    run.mkdir(parents=True)
    (run / "config.json").write_text("{}")
    gate_cells.train(KIND, 2, digits, tmp_path, "the command")
    assert [resume for *_, resume in trained] == [True]


def test_a_run_that_was_finished_before_its_cell_was_written_is_read(tmp_path, digits, trained):
    run = tmp_path / "runs" / "default-clean-lenet_attention-3-epochs-seeds-0-to-1"
    run.mkdir(parents=True)
    metrics = {"test_accuracies": [0.5, 0.6], "test_count": 40, "train_count": 80}
    metrics |= {"parameters": 1, "seconds": 2.0}
    (run / "metrics.json").write_text(json.dumps(metrics))
    gate_cells.train(KIND, 2, digits, tmp_path, "the command")
    assert trained == []
    assert gate_cells.accuracies(gate_cells.read(tmp_path)[KIND]) == {0: 0.5, 1: 0.6}


def test_cells_of_other_digits_are_refused(tmp_path, digits, trained):
    gate_cells.train(KIND, 2, digits, tmp_path, "the command")
    others = dataclasses.replace(digits, x_train=digits.x_train // 2)
    with pytest.raises(UserError, match="cells of other digits than drawn; give another --out"):
        gate_cells.train(dataclasses.replace(KIND, model=gates.NONE), 5, others, tmp_path, "")


def test_training_validation_and_test_digits_lie_on_clutter_of_their_own(digits):
    pytest.importorskip("cv2", reason="clutter is drawn with OpenCV")
    same = dataclasses.replace(digits, x_validation=digits.x_train[:20], x_test=digits.x_train[:20])
    cluttered = gate_cells.on(CLUTTERED, same)
    first = [cluttered.x_train[:20], cluttered.x_validation, cluttered.x_test]
    assert all(one.mean() > digits.x_train[:20].mean() for one in first)
    assert all((a != b).any() for a, b in zip(first, first[1:] + first[:1], strict=True))
    assert (cluttered.y_test == digits.y_test).all()
    assert gate_cells.on(CLEAN, digits) is digits


def test_no_gate_is_compared_with_each_of_the_others_once_and_the_further_ones_come_last():
    assert len(gates.MODELS) == 3 + len(VARIANTS) - 1
    assert len({gates.title(model) for model in gates.MODELS}) == len(gates.MODELS)
    wanted = gates.kinds(gates.MODELS, gates.RECIPES, gate_cells.DIGITS, None)
    assert len(wanted) == len(set(wanted)) == 3 * 2 * len(gates.MODELS)
    assert {kind.model for kind in wanted[:18]} == set(gates.MODELS[:3])
    assert (wanted[0].recipe, wanted[0].epochs) == ("default", 100)


def test_the_table_has_differences_seed_by_seed_with_their_interval():
    every = [cell(), cell(model=gates.PAPERS, accuracies=(0.985, 0.993, 0.5), parameters=61_730)]
    every += [cell(digits=CLUTTERED, accuracies=(0.95, 0.96))]
    of = {Kind(one["recipe"], one["digits"], one["model"], 3): [one] for one in every}
    text = gates.table(of)
    without = row_of(text, "default", "3", "no gate")
    assert without[4:] == ["2", "98.50 ± 0.71", "", "95.50 ± 0.71", ""]
    gated = row_of(text, "default", "3", "the paper's gates")
    # A seed that the network without a gate lacks is in the mean and not in the difference.
    assert gated[4] == "3"
    assert gated[6] == "+0.40 (-0.87 to +1.67)"
    assert gated[7:] == ["", ""]
    assert "7 trained networks. `python -m benchmarks.gates`, 2026-01-01, " in gates.note(of)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--seeds", "0"], "--seeds takes 1 or more. Received: 0"),
        (["--epochs", "0"], "--epochs takes 1 or more. Received: 0"),
        (["--report"], "has no finished cell"),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path, capsys, options, sentence):
    assert gates.main([*options, "--out", str(tmp_path)]) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_differences_are_drawn_of_every_gate_that_has_a_cell(tmp_path):
    pytest.importorskip("matplotlib")
    from benchmarks import gate_pictures

    every = [cell(digits=one, model=model) for one in gate_cells.DIGITS for model in gates.MODELS]
    of = {Kind(one["recipe"], one["digits"], one["model"], 3): [one] for one in every}
    gate_pictures.write_differences(tmp_path / "gates.png", of)
    assert (tmp_path / "gates.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UserError, match="no finished cell has a gate yet"):
        only = Kind("default", CLEAN, gates.NONE, 3)
        gate_pictures.write_differences(tmp_path / "none.png", {only: of[only]})


def test_masks_are_drawn_of_the_networks_that_the_cells_name(tmp_path, digits):
    pytest.importorskip("cv2", reason="clutter is drawn with OpenCV")
    from benchmarks import gate_pictures
    from digitnet import models

    folder = tmp_path / "runs" / "one" / "seed-0"
    folder.mkdir(parents=True)
    models.build(gates.DEEPER, seed=0).save(folder / "model.keras")
    of = {Kind("default", CLUTTERED, gates.DEEPER, 3): [cell(run="runs/one")]}
    gate_pictures.write_masks(tmp_path / "masks.png", of, tmp_path, digits)
    assert (tmp_path / "masks.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UserError, match="recipe paper has a gate whose mask to draw"):
        gate_pictures.write_masks(tmp_path / "none.png", of, tmp_path, digits, "paper")
