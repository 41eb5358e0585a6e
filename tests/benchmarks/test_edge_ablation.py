import dataclasses

import numpy as np
import pytest

from benchmarks import edge_ablation
from benchmarks.edge_ablation import BASE, VARIANTS
from digitnet import files


def cell(variant, seed, accuracy, corrupted, epochs=2):
    network = {name: str(value) for name, value in VARIANTS[variant][1].items()}
    return {
        "variant": variant,
        "seed": seed,
        "epochs": epochs,
        "recipe": dataclasses.asdict(edge_ablation.recipe_of(variant, seed, epochs)),
        "network": network,
        "parameters": 58_933,
        "accuracy": accuracy,
        "corrupted_accuracy": corrupted,
    }


def test_every_variant_is_a_recipe_and_a_network():
    for variant in VARIANTS:
        chosen = edge_ablation.recipe_of(variant, 3, 2)
        assert (chosen.seed, chosen.epochs, chosen.world) == (3, 2, False)
        changes, network = VARIANTS[variant]
        assert (variant == "edge") == (not changes and not network)


def test_differences_are_taken_seed_by_seed_among_equal_epochs(tmp_path):
    cells = [
        cell(BASE, 0, 0.990, 0.90),
        cell(BASE, 1, 0.980, 0.80),
        cell("no gates", 1, 0.982, 0.79),
        cell(BASE, 1, 0.995, 0.95, epochs=9),
    ]
    for number, one in enumerate(cells):
        files.write_json(tmp_path / f"{number}.json", one)
    table = edge_ablation.table(edge_ablation.read(tmp_path))
    assert "| 2 | no gates | 58,933 | 1 | 98.20 | +0.20 | 79.00 | -1.00 |" in table
    assert "| 2 | edge | 58,933 | 2 | 98.50 ± 0.71 |  | 85.00 ± 7.07 |  |" in table


def test_cells_of_another_recipe_are_not_counted(tmp_path):
    older = cell(BASE, 0, 0.9, 0.9)
    older["recipe"]["learning_rate"] = 7.0
    files.write_json(tmp_path / "older.json", older)
    assert edge_ablation.read(tmp_path) == []


def test_a_variant_that_there_is_not_is_named_with_those_that_there_are(capsys):
    assert edge_ablation.main(["no such thing"]) == 2
    assert (
        "no variant 'no such thing'; they are: edge, no gates, channelwise gates"
        in capsys.readouterr().err
    )


def test_a_folder_without_cells_is_told(tmp_path, capsys):
    assert edge_ablation.main(["--report", "--out", str(tmp_path)]) == 2
    assert "has no finished cell" in capsys.readouterr().err


@pytest.mark.slow
def test_a_variant_is_trained_and_scored_once(tmp_path, monkeypatch, capsys):
    pytest.importorskip("cv2", reason="degraded pictures are made with OpenCV")
    from tests.digitnet.conftest import drawn_digits

    x, y = drawn_digits(600)
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=x[:500], y_train=y[:500], x_test=x[500:], y_test=y[500:])
    monkeypatch.setattr(edge_ablation, "VALIDATION_COUNT", 80)
    monkeypatch.setattr(edge_ablation, "CORRUPTED_COUNT", 10)
    edge_ablation._loaded.cache_clear()
    edge_ablation._corrupted.cache_clear()
    command = [BASE, "no gates", "--epochs", "1", "--dataset", str(path)]
    command += ["--out", str(tmp_path / "cells")]
    assert edge_ablation.main(command) == 0
    printed = capsys.readouterr().out
    assert "| 1 | no gates |" in printed
    before = {one: one.stat().st_mtime_ns for one in (tmp_path / "cells").iterdir()}
    assert len(before) == 2
    assert edge_ablation.main(command) == 0
    assert before == {one: one.stat().st_mtime_ns for one in (tmp_path / "cells").iterdir()}
    edge_ablation._loaded.cache_clear()
    edge_ablation._corrupted.cache_clear()
