import importlib

import cv2
import pytest

from benchmarks import stages
from benchmarks.stages import EVERYTHING, STAGES, WAYS


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


def test_a_stage_is_worth_its_digits_and_one_and_a_half_times_the_false_ones():
    totals = {
        EVERYTHING: {way: counts(9, 1) for way in WAYS},
        "cuts": {"stages alone": counts(7, 0), "both": counts(9, 3)},
    }
    assert stages.worth(totals, "cuts", "stages alone") == 2 - 1.5
    assert stages.worth(totals, "cuts", "both") == 3
    last = stages.markdown(totals).splitlines()[-1]
    assert last == "| cuts | 7 of 10 | 0 | +0.5 | 9 of 10 | 3 | +3.0 | 400 |"


def test_a_stage_that_there_is_not_is_named_with_those_that_there_are(capsys):
    assert stages.main(["--only", "magic"]) == 2
    assert "no stage 'magic'; they are: everything, the other polarity" in capsys.readouterr().err


def test_no_pages_are_a_sentence(capsys):
    assert stages.main(["--pages", "0"]) == 2
    assert "--pages takes 1 or more" in capsys.readouterr().err


def test_a_page_is_read_in_both_ways_without_a_stage(page):
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading import seen

    gray = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
    view = seen.best_view(gray, PageModel(), turn=False)
    with stages.left_out("cuts"):
        answers = stages.read(gray, view, Classifier())
    assert list(answers) == list(WAYS)
    assert [reading.digit for reading in answers["both"]] == list(page.digits)
