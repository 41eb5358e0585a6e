"""Results, tables and the report, from outcomes that nobody trained."""

import collections
import json
import subprocess
import sys

import numpy as np
import pytest

from digitnet import models, reproduce
from digitnet.digits import datasets
from digitnet.errors import UserError
from digitnet.paper.experiments import rows
from digitnet.paper.experiments.trials import Job
from digitnet.paper.report import cost, document, gates, macs, pictures, tables
from digitnet.paper.report.results import read, read_further
from digitnet.paper.runners.store import AT_CHANCE, DIVERGED, FAILED, Store
from tests.digitnet.paper.outcomes import outcome, row


def result_of(name, *outcomes):
    (result,) = read([row(name)], list(outcomes))[row(name).section]
    return result


def test_a_row_reads_its_own_epoch_of_a_longer_run():
    longer = outcome("table4/150", np.linspace(0.5, 0.95, 150))
    for name, epoch in (("table4/50", 50), ("table4/100", 100), ("table1/lenet_attention", 100)):
        result = result_of(name, longer)
        assert result.epoch == epoch
        assert result.values("test") == [np.linspace(0.5, 0.95, 150)[epoch - 1]]
        assert result.values("seconds") == [2.0 * epoch]


def test_a_row_takes_the_most_images_and_then_the_most_epochs():
    few = outcome("table1/lenet", [0.3] * 100, train_count=2000)
    short, long = (outcome("table1/lenet", [score] * n) for score, n in ((0.4, 3), (0.6, 9)))
    result = result_of("table1/lenet", few, long, short)
    assert (result.train_count, result.epoch, result.values("test")) == (60_000, 9, [0.6])


def test_rows_that_are_compared_are_read_at_one_epoch_with_the_same_seeds():
    stored = [outcome("gate/none", [0.3, 0.4, 0.5], seed) for seed in (0, 1, 2)]
    stored += [outcome("gate/spatial-first-open", [0.35, 0.42], seed) for seed in (0, 2)]
    results = read(rows.choose(None, ["gate"]), stored)["gate"]
    assert [one.epoch for one in results] == [2, 2]
    assert [[score.seed for score in one.scores] for one in results] == [[0, 2], [0, 2]]
    assert gates.differences(results) == {
        "spatial, first pooling, bias open": pytest.approx([0.02, 0.02])
    }


def test_a_seed_that_one_row_ran_for_fewer_epochs_is_compared_in_no_row():
    stored = [outcome("gate/none", [0.3] * 9, seed) for seed in (0, 1)]
    stored += [outcome("gate/spatial-first-open", [0.4] * n, seed) for seed, n in ((0, 9), (1, 2))]
    results = read(rows.choose(None, ["gate"]), stored)["gate"]
    assert [one.epoch for one in results] == [9, 9]
    assert [[score.seed for score in one.scores] for one in results] == [[0], [0]]


def test_rows_that_went_further_than_the_others_are_compared_there_too():
    stored = [outcome("gate/none", [0.3] * n, seed) for seed, n in ((0, 9), (1, 9))]
    stored += [outcome("gate/spatial-both-open", [0.35] * 7, seed) for seed in (0, 1)]
    gates = rows.choose(None, ["gate"])
    assert read_further("gate", gates, stored) == []  # one row alone is no comparison
    stored.append(outcome("gate/spatial-first-open", [0.4, 0.42]))
    further = read_further("gate", gates, stored)
    assert [one.row.name for one in further] == ["none", "spatial-both-open"]
    assert [one.epoch for one in further] == [7, 7]
    assert [one.epoch for one in read(gates, stored)["gate"]] == [2, 2, 2]


def test_a_run_that_diverged_is_said_and_leaves_the_mean_to_the_others():
    good = outcome("table2/0.1", [0.9, 0.91, 0.92])
    bad = outcome("table2/0.1", [0.5], seed=1, status=DIVERGED, epochs=3)
    result = result_of("table2/0.1", good, bad)
    assert result.values("test") == [0.92]
    assert tables.remarks(result) == "diverged (1 of 2): the loss was nan in epoch 2."
    assert "92.00, diverged" in tables.of_results([result])


def test_an_accuracy_like_chance_is_said():
    result = result_of("table2/0.001", outcome("table2/0.001", [0.1135]))
    assert result.scores[0].status == AT_CHANCE
    assert "at chance" in tables.remarks(result)


def test_a_finished_run_is_preferred_to_a_failed_one_that_was_to_be_longer():
    failed = outcome("table1/lenet", [], status=FAILED, epochs=100)
    finished = [outcome("table1/lenet", [0.9], seed) for seed in (0, 1)]
    result = result_of("table1/lenet", failed, *finished)
    assert (result.epoch, result.values("test")) == (1, [0.9, 0.9])
    assert tables.remarks(result) == ""


def test_a_table_has_the_paper_s_figure_ours_with_spread_and_what_was_used():
    stored = [outcome("table1/lenet", [score] * 20, seed) for seed, score in enumerate((0.9, 0.92))]
    head, _, cells = tables.of_results([result_of("table1/lenet", *stored)]).splitlines()
    assert "paper, test %" in head
    assert cells == (
        "| LeNet | 97.7 | 91.00 ± 1.41 | not run in full | 90.00, 92.00 | 91.00 ± 1.41 "
        "| 75.00 ± 0.00 | 50.00 | 20 of 100 | 60,000 | 61,730 | 40 |  |"
    )


@pytest.mark.parametrize(
    ("gated", "words"),
    [
        ([0.5], "One seed"),
        ([0.60, 0.61, 0.62], "chance 1, worse 0"),
        ([0.40, 0.39, 0.38], "chance 0, worse 1"),
        ([0.4, 0.5, 0.6], "by these seeds 1"),
    ],
)
def test_the_verdict_on_the_gate_says_what_the_differences_say(gated, words):
    stored = [outcome("gate/none", [0.5], seed) for seed in range(len(gated))]
    stored += [outcome("gate/channelwise-both-zero", [x], n) for n, x in enumerate(gated)]
    assert words in gates.verdict(read(rows.choose(None, ["gate"]), stored)["gate"])


def test_an_outcome_comes_back_from_its_file(tmp_path):
    store = Store(tmp_path)
    written = outcome("table1/lenet", [0.5, 0.6])
    store.write(written)
    assert store.read(written.job) == written
    assert store.outcomes() == [written]


def test_a_command_that_is_given_again_is_listed_once(tmp_path):
    for command in ("first", "second", "first"):
        Store(tmp_path).remember(command)
    assert Store(tmp_path).commands() == ["first", "second"]


def test_a_damaged_file_is_named_and_left_out(tmp_path, capsys):
    store = Store(tmp_path)
    store.write(outcome("table1/lenet", [0.5]))
    (tmp_path / "jobs" / "broken.json").write_text("{")
    assert len(store.outcomes()) == 1
    assert "broken.json" in capsys.readouterr().err


def test_a_longer_run_leaves_nothing_to_do_and_a_failed_one_everything(tmp_path):
    store = Store(tmp_path)
    longer, failed = outcome("table4/150", [0.5] * 5), outcome("table1/lenet", [], status=FAILED)
    short = Job(longer.job.trial, 0, 3, longer.job.digits, 60_000)
    store.write(longer)
    store.write(failed)
    assert store.unfinished([short, longer.job]) == []
    assert store.unfinished([failed.job]) == [failed.job]


def test_macs_are_those_counted_by_hand():
    lenet = 28 * 28 * 25 * 6 + 10 * 10 * 25 * 6 * 16 + 400 * 120 + 120 * 84 + 84 * 10
    gates = 14 * 14 * (6 + 6) + 5 * 5 * (16 + 16)
    assert macs.count(models.build("lenet")) == lenet
    assert macs.count(models.build("lenet_attention")) == lenet + gates


@pytest.mark.slow
def test_costs_are_measured_once(tmp_path):
    path = tmp_path / "cost.json"
    first = cost.costs(["lenet", "lenet_attention"], path)
    assert first["models"]["lenet"]["parameters"] == 61_706
    assert first["models"]["lenet_attention"]["microseconds_single"] > 0
    path.write_text(path.read_text().replace('"machine": "', '"machine": "the same '))
    assert cost.costs(["lenet"], path)["machine"].startswith("the same ")


def options(folder, *more):
    return ["--dataset", "optdigits", "--out", str(folder), *more]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--tables", "5"], "no table 5"),
        (["--rows", "table1/lenet5"], "no row 'table1/lenet5'"),
        (["--epochs", "0"], "at least 1"),
        (["--workers", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, capsys, more, words):
    assert reproduce.main(options(tmp_path / "out", *more)) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: ")
    assert words in line
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert reproduce.main(options(tmp_path / "file" / "out")) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_list_prints_the_rows(capsys):
    assert reproduce.main(["--list", "--tables", "4"]) == 0
    assert capsys.readouterr().out.split() == ["table4/50", "table4/100", "table4/150"]


def test_without_out_nothing_is_written_where_a_clone_has_its_report():
    assert reproduce._parser().parse_args([]).out == "runs/reproduction"


@pytest.mark.parametrize("option", ["--help", "--version", "--list"])
def test_what_needs_no_training_imports_no_backend(option):
    blocked = "tensorflow", "jax", "keras", "torch", "numpy", "matplotlib", "scipy", "sklearn"
    code = f"""
import atexit, sys
from digitnet import reproduce
atexit.register(lambda: print("imported:", sorted(set({blocked!r}) & set(sys.modules))))
reproduce.main([{option!r}])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("imported: []\n")


@pytest.fixture
def nothing_slow(monkeypatch):
    """Pictures that take a second each are not drawn, and nothing's cost is measured."""
    for name in ("write_digits", "write_jitter", "write_lbp", "write_curves"):
        monkeypatch.setattr(pictures, name, lambda *_: None)
    names = ("parameters", "macs", "microseconds_single", "microseconds_in_batch")
    known = collections.defaultdict(lambda: dict.fromkeys(names, 1))
    monkeypatch.setattr(cost, "costs", lambda *_: {"machine": "none", "models": known})


@pytest.mark.usefixtures("nothing_slow")
def test_a_report_alone_runs_nothing_and_wants_jobs(tmp_path, digits, capsys, monkeypatch):
    asked = options(tmp_path / "out", "--report-only")
    assert reproduce.main(asked) == 2
    assert "holds no finished job" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    Store(tmp_path / "out").write(outcome("table2/0.1", [0.9, 0.91]))
    monkeypatch.setattr(datasets, "load", lambda *_, **__: digits)
    monkeypatch.setattr(reproduce, "_executor", None)
    assert reproduce.main(asked) == 0
    assert "1 jobs, none of them run now" in capsys.readouterr().out
    assert "| learning rate 0.1 |" in (tmp_path / "out" / "report.md").read_text()
    assert Store(tmp_path / "out").commands() == []


@pytest.mark.usefixtures("nothing_slow")
def test_a_report_keeps_the_sections_that_only_a_fuller_run_can_make(tmp_path, digits):
    # A look at everything in minutes took the attention maps out of the committed report: their
    # model lies in a folder that is not committed.
    store, picture = Store(tmp_path), tmp_path / "attention.png"
    store.write(outcome("table1/lenet_attention", [0.9, 0.91]))
    picture.write_bytes(b"of a run that was kept elsewhere")
    document.write(store, digits)
    assert "![Attention maps, as the paper's figure 3](attention.png)" in (
        tmp_path / "report.md"
    ).read_text(encoding="utf-8")
    assert picture.read_bytes() == b"of a run that was kept elsewhere"


@pytest.mark.usefixtures("nothing_slow")
def test_a_picture_that_cannot_be_drawn_is_an_earlier_one_or_says_why(
    tmp_path, digits, monkeypatch
):
    def refuse(*_):
        raise UserError("scikit-image is not installed.")

    monkeypatch.setattr(pictures, "write_lbp", refuse)
    store = Store(tmp_path)
    store.write(outcome("table2/0.1", [0.9]))
    document.write(store, digits)
    assert "The picture lbp.png was not drawn: " in (tmp_path / "report.md").read_text()
    (tmp_path / "lbp.png").write_bytes(b"an earlier one")
    document.write(store, digits)
    assert "](lbp.png)" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize("count", [1, 2, 5, 13])
def test_curves_are_a_panel_a_row_under_one_title(tmp_path, monkeypatch, count):
    drawn = []
    monkeypatch.setattr(pictures.styled_figure, "__exit__", lambda self, *_: drawn.append(self))
    stored = [
        outcome(row.full_name, [0.5, 0.6], seed)
        for row in rows.choose(None, ["gate"])[:count]
        for seed in (0, 1)
    ]
    results = read(rows.choose(None, ["gate"]), stored)["gate"]
    pictures.write_curves(tmp_path / "curves.png", results, "What it says")
    figure = drawn[0].figure
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == count
    assert [axes.get_title("right") for axes in panels] == ["40.00 %"] * count
    assert figure.get_suptitle() == "What it says"
    assert not any(axes.get_legend() for axes in panels)


def test_a_title_names_the_rows_that_end_lowest_and_highest():
    stored = [outcome("table2/0.1", [0.9]), outcome("table2/0.01", [0.95])]
    results = read(rows.choose(None, ["table2"]), stored)["table2"]
    assert document._least_and_most(results) == (
        "Least error at the end: learning rate 0.01 (5.00 %); most: learning rate 0.1 (10.00 %)"
    )


def test_the_paper_s_cells_stand_beside_ours_with_what_our_seeds_allow():
    stored = [outcome("table2/0.1", [0.5] * 99 + [x], n) for n, x in enumerate((0.80, 0.81, 0.82))]
    head, _, cells = tables.of_results([result_of("table2/0.1", *stored)]).splitlines()
    found = dict(zip(head.split(" | "), cells.split(" | "), strict=True))
    assert found["paper, test %"] == "80.9"
    assert found["test, less the paper's"] == "+0.10, within ± 2.48"
    assert found["paper, training %"] == "88.3"
    assert found["training, less the paper's"] == "-13.30, beyond ± 0.00"


def test_a_section_has_no_column_that_it_has_nothing_for():
    head = tables.of_results(
        [result_of("protocol/0.9-flip-shift", outcome("protocol/0.9-flip-shift", [0.9]))]
    ).splitlines()[0]
    assert "paper" not in head and "best epoch" in head


@pytest.mark.slow
def test_a_sweep_writes_its_report_and_repeats_nothing(tmp_path, capsys):
    asked = ["--tables", "4", "--rows", "gate/none", "--epochs", "1", "--limit", "300"]
    asked += ["--seeds", "1"]
    assert reproduce.main(options(tmp_path, *asked)) == 0
    assert "2 jobs run, 0 of them failed" in capsys.readouterr().out
    report = (tmp_path / "report.md").read_text()
    for words in ("| 150 epochs |", "1 of 150", "300", "no gate", "--limit 300", "## Not run"):
        assert words in report
    assert str(tmp_path) not in report
    for picture in ("table1.png", "gate.png", "attention.png", "digits.png", "jitter.png"):
        assert (tmp_path / picture).exists(), picture
        assert f"({picture})" in report
    assert reproduce.main(options(tmp_path, *asked)) == 0
    assert "0 jobs run" in capsys.readouterr().out
    (result, _) = sorted((tmp_path / "jobs").glob("*.json"))
    assert json.loads(result.read_text())["spec"]["train_count"] == 300


def test_a_picture_that_the_report_no_longer_has_is_removed(tmp_path):
    store, picture = Store(tmp_path), tmp_path / "gate-further.png"
    picture.write_bytes(b"an earlier report's")
    assert document._curves(store, picture.name, []) == []
    assert not picture.exists()


def test_gates_are_drawn_against_none_and_not_without_it(tmp_path):
    store, picture = Store(tmp_path), tmp_path / "gate-differences.png"
    gates = [outcome("gate/spatial-first-open", [0.5], seed) for seed in (0, 1)]
    gates.append(outcome("gate/spatial-both-open", [0.6]))
    plain = [outcome("gate/none", [0.4], seed) for seed in (0, 1)]
    for stored, lines in ((gates + plain, 1), (gates, 0)):
        results = read(rows.choose(None, ["gate"]), stored)["gate"]
        assert len(document._differences(store, results)) == lines
        assert picture.exists() == bool(lines)


def test_paper_s_part_of_qmnist_is_its_first_20000_test_images(digits, capsys):
    import dataclasses

    x, y = np.zeros((60_000, 28, 28, 1), np.uint8), np.arange(60_000) % 10
    part = reproduce._papers_part(dataclasses.replace(digits, x_test=x, y_test=y))
    assert (len(part.x_test), len(part.y_test)) == (20_000, 20_000)
    assert "20,000" in capsys.readouterr().err
    assert reproduce._papers_part(digits) is digits
