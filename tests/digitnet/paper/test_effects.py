"""What the report says of one change, from outcomes that nobody trained."""

from digitnet.paper.experiments import rows
from digitnet.paper.report import effects
from digitnet.paper.report.results import read
from tests.digitnet.paper.outcomes import outcome


def found(section, *outcomes):
    return read(rows.choose(None, [section]), list(outcomes))[section]


def each_seed(section, scores):
    """Outcomes of rows, one for each of their scores."""
    return [
        outcome(f"{section}/{name}", [score], seed)
        for name, both in scores.items()
        for seed, score in enumerate(both)
    ]


def test_an_effect_is_that_of_one_change_alone():
    scores = {"0.0-flip-shift": 0.95, "0.0-noflip-shift": 0.97, "0.9-flip-shift": 0.98}
    scores |= {"0.9-noflip-shift": 0.99, "0.9-noflip-light": 0.985}
    stored = [outcome(f"protocol/{name}", [score]) for name, score in scores.items()]
    assert effects.of_protocol(found("protocol", *stored)).splitlines()[2:] == [
        "| momentum 0.9 instead of 0 | +2.50 | – | +2.00 | +3.00 | 2 |",
        "| no flip instead of a flip | +1.50 | – | +1.00 | +2.00 | 2 |",
        "| brightness and contrast instead of shifts | -0.50 | – | -0.50 | -0.50 | 1 |",
    ]


def test_an_effect_s_spread_is_over_seeds_not_over_rows():
    scores = {"0.0-flip-shift": (0.95, 0.96), "0.0-noflip-shift": (0.97, 0.97)}
    scores |= {"0.0-flip-light": (0.90, 0.91), "0.0-noflip-light": (0.94, 0.95)}
    results = found("protocol", *each_seed("protocol", scores))
    cells = effects.of_protocol(results).splitlines()[2].split(" | ")
    # Seed 0 has +2 and +4 points, seed 1 has +1 and +4: 3 and 2.5, whose mean has a standard error
    # of 0.25; times Student's 12.71 that is 3.18.
    assert cells[1:] == ["+2.75 ± 0.35", "-0.43 to +5.93", "+1.50", "+4.00", "2 |"]


def test_one_row_alone_has_no_effect():
    assert effects.of_protocol(found("protocol", outcome("protocol/0.9-flip-shift", [0.9]))) == ""


def test_a_gate_s_change_is_that_alone_and_all_gates_are_set_against_none():
    scores = {"none": (0.95, 0.96), "spatial-first-open": (0.95, 0.98)}
    scores |= {"spatial-both-open": (0.94, 0.95), "channelwise-both-open": (0.97, 0.96)}
    lines = effects.of_gate(found("gate", *each_seed("gate", scores))).splitlines()[2:]
    assert [line.split(" | ")[0][2:] for line in lines] == [
        effects.ANY_GATE,
        "a mask for each channel instead of one for all",
        "after both poolings instead of the first alone",
    ]
    # Against none, in points: seed 0 has 0, -1 and +2; seed 1 has +2, -1 and 0.
    assert lines[0].endswith("| +0.33 ± 0.00 | +0.33 to +0.33 | -1.00 | +1.00 | 3 |")
    assert lines[1].endswith("| +2.00 ± 1.41 | -10.71 to +14.71 | +2.00 | +2.00 | 1 |")
    assert lines[2].endswith("| -2.00 ± 1.41 | -14.71 to +10.71 | -2.00 | -2.00 | 1 |")


def test_without_a_gate_there_is_nothing_to_say():
    assert effects.of_gate(found("gate", outcome("gate/none", [0.9]))) == ""
