import importlib

import cv2
import pytest

from benchmarks import stages
from benchmarks.stages import EVERYTHING, EVIDENCE, STAGES


def counts(read, false_digits):
    each = {"pages": 2, "digits": 10, "read": read, "found": read, "wholly_right": 0}
    return {**each, "false_digits": false_digits, "milliseconds": 800}


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_left_out_exists_and_comes_back(stage):
    modules = [importlib.import_module(f"edge_demo.reading.{m}") for m, _, _ in STAGES[stage]]
    names = [name for _, name, _ in STAGES[stage]]
    before = [getattr(module, name) for module, name in zip(modules, names, strict=True)]
    with stages.left_out(stage):
        inside = [getattr(module, name) for module, name in zip(modules, names, strict=True)]
        assert all(one is not other for one, other in zip(before, inside, strict=True))
    after = [getattr(module, name) for module, name in zip(modules, names, strict=True)]
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_evidence_that_is_left_out_has_no_weight_and_is_no_unknown_name():
    import numpy as np

    from edge_demo.reading.evidence import NAMES

    random = np.random.default_rng(1)
    cases, truth = random.normal(size=(60, len(NAMES))), random.integers(0, 2, 60).astype(float)
    for names in EVIDENCE.values():
        weights = stages.weights_without(names, cases, truth)
        assert {name for name, weight in zip(NAMES, weights, strict=True) if not weight} == set(
            names
        )


def test_a_stage_is_worth_its_digits_and_one_and_a_half_times_the_false_ones():
    totals = {EVERYTHING: counts(9, 1), "slanted second looks": counts(7, 0)}
    assert stages.worth(totals, "slanted second looks") == 2 - 1.5
    last = stages.markdown(totals).splitlines()[-1]
    assert last == "| slanted second looks | 7 of 10 | 0 | 0 of 2 | +0.5 | 400 |"


def test_a_stage_that_there_is_not_is_named_with_those_that_there_are(capsys):
    assert stages.main(["--only", "magic"]) == 2
    assert "no stage 'magic'; they are: everything, enlarging" in capsys.readouterr().err


def test_no_pages_are_a_sentence(capsys):
    assert stages.main(["--pages", "0"]) == 2
    assert "--pages takes 1 or more" in capsys.readouterr().err


def test_a_page_is_read_without_a_stage(page):
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.evidence import load_weights

    gray = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
    with stages.left_out("slanted second looks"):
        readings = stages.read(gray, Classifier(), PageModel(), load_weights())
    assert sorted(reading.digit for reading in readings) == sorted(page.digits)
