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


def line(label, *outcomes):
    text = findings.what_holds(found("table1", *outcomes))
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
        ((0.970, 0.972, 0.971), "the paper's gain lies outside, none at all lies inside"),
        ((0.986, 0.988, 0.987), "the paper's gain lies inside, none at all lies outside"),
        ((0.975, 0.976, 0.977), "the paper's gain lies outside, none at all lies outside"),
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
    assert "what the gate adds" not in findings.what_holds(found("table1", *stored))


def test_without_a_figure_of_the_paper_nothing_is_compared():
    assert findings.what_holds(found("table1", outcome("table1/lbp", [0.97]))) == ""


FLIPS, JITTERS = ("flip", "noflip"), ("shift", "light")
READINGS = [f"protocol/{m}-{f}-{j}" for m in "0.0 0.9".split() for f in FLIPS for j in JITTERS]


def test_the_best_reading_of_the_protocol_is_named_with_how_it_was_picked():
    stored = [one for name in READINGS[:-1] for one in full(name, 0.98, 0.981)]
    stored += full(READINGS[-1], 0.992, 0.993)
    table = found("table1", *stored), found("protocol", *stored)
    last = findings.what_holds(*table).splitlines()[-1]
    assert last.startswith(
        "| LeNet+Attention, momentum 0.9, no flip, brightness and contrast, test % | 99.3 | 99.25 "
    )
    assert last.endswith("; the best of 8 readings, picked on the test images |")


def test_no_best_reading_is_named_where_it_is_the_letter_s_or_one_had_fewer_epochs():
    letter = full("table1/lenet_attention", 0.99)
    worse = [one for name in READINGS[1:] for one in full(name, 0.98)]
    part = [*worse[1:], outcome(READINGS[1], [0.995])]
    for stored in ([*letter, *worse], [*letter, *part]):
        table = found("table1", *stored), found("protocol", *stored)
        assert "readings" not in findings.what_holds(*table)
