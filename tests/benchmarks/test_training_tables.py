"""What the tables of the training's benchmarks say of what was measured."""

import dataclasses
import subprocess

from benchmarks import recipe_ablation, train_speed


def row(variant, accuracy, seed=0, num_epochs=20):
    chosen = recipe_ablation.recipe_of(variant, seed, num_epochs)
    return {
        "seed": seed,
        "epochs": num_epochs,
        "recipe": dataclasses.asdict(chosen),
        "validation_accuracy": accuracy,
    }


def cells(markdown, *starts):
    """The cells of the one line of a table that begins with these."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in markdown.splitlines()]
    (found,) = [line for line in lines if line[: len(starts)] == list(starts)]
    return found


def test_an_ablation_is_compared_seed_by_seed_with_the_default_of_as_many_epochs():
    rows = [row("default", 0.990, seed) for seed in (0, 1)] + [row("default", 0.999, 0, 50)]
    rows += [row("no gates", 0.988, 0), row("no gates", 0.986, 1)]
    found = cells(recipe_ablation.table(rows), "20", "no gates")
    assert found == ["20", "no gates", "`model=lenet`", "2", "1.300 ± 0.141", "+0.300 ± 0.141"]


def test_an_ablation_leaves_out_what_was_measured_of_an_earlier_recipe():
    earlier = row("no gates", 0.5)
    earlier["recipe"]["learning_rate"] *= 2
    assert "no gates" not in recipe_ablation.table([row("default", 0.99), earlier])


def test_training_speed_shows_the_ratio_of_the_bests_and_the_median_of_the_rounds():
    speeds = {"ours": [100.0, 300.0, 150.0], "torch": [100.0, 200.0, 50.0]}
    markdown = train_speed.table(speeds, threads=2)
    ours = cells(markdown, train_speed.CONTENDERS["ours"])
    assert ours[1:] == ["300", "1.50", "1.50", "100, 300, 150"]


def test_training_speed_without_pytorch_has_no_ratio():
    markdown = train_speed.table({"plain": [90.0]}, threads=1)
    plain = cells(markdown, train_speed.CONTENDERS["plain"])
    assert plain[1:4] == ["90", "not measured", "not measured"]


def test_training_speed_says_which_backends_are_missing(monkeypatch, capsys):
    def run(command, **options):
        return subprocess.CompletedProcess(command, "import torch" not in command)

    monkeypatch.setattr(train_speed.subprocess, "run", run)
    pythons = dict.fromkeys(train_speed.CONTENDERS, "/a/python")
    assert train_speed._found(pythons) == {"torch": "/a/python"}
    told = capsys.readouterr().err
    assert "has no tensorflow: 'ours' is left out" in told
    assert "has no jax: 'jax' is left out" in told
