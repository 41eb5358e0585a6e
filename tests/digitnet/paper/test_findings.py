"""What the report says of the paper, from outcomes that nobody trained."""

import pytest

from digitnet.paper.experiments import rows
from digitnet.paper.report import findings
from digitnet.paper.report.results import read
from digitnet.paper.runners.store import DIVERGED
from tests.digitnet.paper.outcomes import outcome


def found(section, *outcomes):
    return read(rows.choose(None, [section]), list(outcomes))[section]


def full(name, *scores):
    """Outcomes of full runs of a row, one a seed."""
    return [outcome(name, [0.5] * 99 + [score], seed) for seed, score in enumerate(scores)]


def both(stored):
    return {section: found(section, *stored) for section in ("table1", "protocol")}


def line(label, *outcomes):
    text = findings.what_holds({"table1": found("table1", *outcomes)})
    (cells,) = [each for each in text.splitlines() if each.startswith(f"| {label}")]
    return cells


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((0.98, 0.981, 0.982), "| 0.40 points higher here, more than 3 seeds allow for (± 0.25) |"),
        ((0.96, 0.961, 0.962), "| 1.60 points lower here, more than 3 seeds allow for (± 0.25) |"),
        ((0.976, 0.977, 0.979), "| the same, as far as 3 seeds can tell (± 0.38) |"),
        ((0.98,), "| 0.30 points higher here; one seed has no spread |"),
    ],
)
def test_an_accuracy_is_compared_with_what_the_seeds_allow(scores, words):
    assert line("LeNet, test %", *full("table1/lenet", *scores)).endswith(words)


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([outcome("table1/vgg16", [0.9])], "90.00 % after 1 of 100 epochs, 60,000 images |"),
        (
            [outcome("table1/vgg16", [0.9] * 100, train_count=6000)],
            "90.00 % after 100 of 100 epochs, 6,000 images |",
        ),
    ],
)
def test_a_part_of_the_protocol_is_not_compared(outcomes, words):
    cells = line("VGG16", *outcomes)
    assert "| 98.9 | – | not run in full, so not compared" in cells
    assert cells.endswith(words)


def test_a_network_that_diverged_is_called_that():
    bad = outcome("table1/vgg16", [0.5], status=DIVERGED, epochs=100)
    assert line("VGG16", bad).endswith("| – | diverged: the loss was nan in epoch 2. |")


@pytest.mark.parametrize(
    ("gated", "words"),
    [
        ((0.970, 0.972, 0.971), "the paper's difference lies outside, none at all lies inside"),
        ((0.986, 0.988, 0.987), "the paper's difference lies inside, none at all lies outside"),
        ((0.975, 0.976, 0.977), "the paper's difference lies outside, none at all lies outside"),
        ((0.971,), "fewer than two seeds in common"),
    ],
)
def test_the_gate_s_gain_is_taken_seed_by_seed(gated, words):
    stored = full("table1/lenet", 0.970, 0.971, 0.972)
    stored += full("table1/lenet_attention", *gated)
    cells = line("what the gate adds", *stored)
    assert "| +1.6 |" in cells
    assert words in cells


def test_the_gate_s_gain_is_not_taken_from_a_part():
    stored = [*full("table1/lenet", 0.97, 0.98), outcome("table1/lenet_attention", [0.9])]
    assert "what the gate adds" not in findings.what_holds({"table1": found("table1", *stored)})


def test_without_a_figure_of_the_paper_nothing_is_compared():
    assert findings.what_holds({"table1": found("table1", outcome("table1/lbp", [0.97]))}) == ""


FLIPS, JITTERS = ("flip", "noflip"), ("shift", "light")
READINGS = [f"protocol/{m}-{f}-{j}" for m in "0.0 0.9".split() for f in FLIPS for j in JITTERS]


def test_the_best_reading_of_the_protocol_is_named_with_how_it_was_picked():
    stored = [one for name in READINGS[:-1] for one in full(name, 0.98, 0.981)]
    stored += full(READINGS[-1], 0.992, 0.993)
    last = findings.what_holds(both(stored)).splitlines()[-1]
    assert last.startswith(
        "| LeNet+Attention, momentum 0.9, no flip, brightness and contrast, test % | 99.3 | 99.25 "
    )
    assert last.endswith("; the best of 8 readings, picked on the test images |")


def test_no_best_reading_is_named_where_it_is_the_letter_s_or_one_had_fewer_epochs():
    letter = full("table1/lenet_attention", 0.99)
    worse = [one for name in READINGS[1:] for one in full(name, 0.98)]
    part = [*worse[1:], outcome(READINGS[1], [0.995])]
    for stored in ([*letter, *worse], [*letter, *part]):
        assert "readings" not in findings.what_holds(both(stored))


def test_a_part_that_was_never_as_low_as_the_paper_s_figure_says_so():
    cells = line("ResNet", outcome("table1/resnet50", [0.9422, 0.98]))
    assert cells.endswith("after 2 of 100 epochs, 60,000 images; no epoch was below 94.22 % |")
    assert "no epoch" not in line("ResNet", outcome("table1/resnet50", [0.8, 0.98]))


def test_a_step_between_two_cells_is_compared_with_the_paper_s_step():
    stored = full("table2/0.1", 0.985, 0.986, 0.987) + full("table2/0.01", 0.983, 0.984, 0.9845)
    stored += full("table3/48", 0.5, 0.5, 0.5)  # its batch of 96 is the run at 0.01
    sections = {one: found(one, *stored) for one in ("table2", "table3")}
    lines = findings.what_holds(sections).splitlines()[2:]
    assert [each.split(" | ")[0][2:] for each in lines] == [
        "learning rate 0.1 instead of 0.01, test, points",
        "batch 48 instead of 96, training, points",
    ]
    assert "| -18.4 | +0.22 ± 0.03 | 95 % interval +0.14 to +0.29: the paper's " in lines[0]
    assert lines[0].endswith("difference lies outside, none at all lies outside |")
    assert "| -3.8 | +0.00 ± 0.00 |" in lines[1]  # training accuracies are all 0.75


def test_cells_of_the_paper_are_counted_once_however_many_tables_have_them():
    stored = full("table2/0.01", 0.992, 0.993, 0.994)  # the run that Tables 3 and 4 read, too
    sections = {one: found(one, *stored) for one in ("table2", "table3", "table4")}
    words = findings.cells(sections)
    # Test and training at 100 epochs, and test at 50, where nothing measured training accuracy.
    # There is no hundred and fiftieth epoch.
    assert words == (
        "Of the 3 accuracies in its Tables 2 to 4, 1 are the same here as far as our seeds can "
        "tell, 0 are higher here and 2 lower."
    )
