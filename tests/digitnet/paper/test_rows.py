import dataclasses
import json
import pathlib

import numpy as np
import pytest

from digitnet import models, recipe
from digitnet.errors import UserError
from digitnet.networks.gates import Gate
from digitnet.paper.experiments import plan, rows
from digitnet.paper.experiments.trials import LIGHT, Job, fingerprint, job_from_spec, network
from digitnet.training.augmentation import Augmentation

REPRODUCTION = pathlib.Path(__file__).resolve().parents[3] / "reproduction"


def jobs_of(patterns=None, **options):
    return plan.jobs_of(rows.choose(patterns=patterns), "digits", 60_000, **options)


def test_every_row_has_a_name_of_its_own():
    names = [row.full_name for row in rows.all_rows()]
    assert len(set(names)) == len(names)


def test_every_network_can_be_built_by_name():
    for row in rows.all_rows():
        assert row.trial.recipe is None or models.exists(row.trial.model), row.full_name


def test_tables_and_rows_choose_rows_in_the_report_s_order():
    chosen = rows.choose([4], ["gate/none", "table1/lenet"])
    assert [row.full_name for row in chosen] == [
        "table1/lenet",
        "table4/50",
        "table4/100",
        "table4/150",
        "gate/none",
    ]


def test_a_wildcard_chooses_every_row_it_matches():
    assert {row.section for row in rows.choose(None, ["gate/spatial-*"])} == {"gate"}
    assert len(rows.choose(None, ["gate/spatial-*"])) == 6


@pytest.mark.parametrize(("tables", "patterns"), [([5], None), (None, ["gate/wooden"])])
def test_unknown_table_or_row_is_said(tables, patterns):
    with pytest.raises(UserError, match="there is no (table 5|row 'gate/wooden')"):
        rows.choose(tables, patterns)


def test_lenet_attention_is_one_job_for_every_table_that_has_it():
    names = [
        "table1/lenet_attention",
        "table2/0.01",
        "table3/96",
        "table4",
        "gate/spatial-both-open",
    ]
    jobs = jobs_of([*names, "protocol/0.0-flip-shift"], seeds=1)
    assert [(job.trial, job.epochs) for job in jobs] == [(network(), 150)]


def test_a_row_asked_for_alone_is_the_job_of_all_rows():
    assert jobs_of(["table1/lenet_attention"], seeds=1) == jobs_of(["table4/150"], seeds=1)


def test_no_two_jobs_are_equal_and_every_key_is_its_own():
    jobs = jobs_of()
    assert len(set(jobs)) == len(jobs)
    assert len({job.key for job in jobs}) == len(jobs)


def test_large_networks_have_one_seed_unless_told_otherwise():
    assert len(jobs_of(["table1/vgg16"])) == 1
    assert len(jobs_of(["table1/vgg16"], seeds=2)) == 2
    assert len(jobs_of(["table1/lenet"])) == 3


def test_epochs_are_the_most_that_a_job_runs():
    assert {job.epochs for job in jobs_of(["table4", "gate"], epochs=7)} == {7}
    assert {job.epochs for job in jobs_of(["gate/none"], epochs=1000)} == {100}


def test_the_key_depends_on_everything_that_decides_the_outcome():
    (job,) = jobs_of(["table1/lenet"], seeds=1)
    changes = {
        "trial": network(momentum=0.9),
        "seed": 1,
        "epochs": 3,
        "digits": "others",
        "train_count": 5,
    }
    others = [dataclasses.replace(job, **{name: value}) for name, value in changes.items()]
    assert len({one.key for one in [job, *others]}) == 6


def test_a_key_stays_what_it_was():
    # Hours of training are stored under such keys: a change here throws them away.
    (job,) = jobs_of(["table1/lenet"], seeds=1)
    assert job.key == "lenet-seed0-7cc3d158b932"


def test_every_stored_job_keeps_its_spec_and_its_key_and_is_read_by_a_row():
    paths = sorted(REPRODUCTION.glob("jobs/*.json"))
    assert len(paths) >= 86
    for path in paths:
        spec = json.loads(path.read_text(encoding="utf-8"))["spec"]
        job = job_from_spec(spec)
        assert json.dumps(job.spec) == json.dumps(spec)
        assert job.key == path.stem
        assert any(row.trial == job.trial for row in rows.all_rows()), path.name


def test_a_setting_that_stored_jobs_have_no_name_for_is_refused():
    job = Job(network(label_smoothing=0.1), 0, 1, "digits", 60_000)
    with pytest.raises(ValueError, match="no name for a setting"):
        job.spec  # noqa: B018


def test_a_gate_s_row_is_found_by_its_gate_and_never_by_its_name():
    gates = {row.name: row.trial.gate for row in rows.choose(None, ["gate"])}
    assert len(set(gates.values())) == len(gates) == 13
    assert gates["none"] is None
    assert gates["channelwise-second-zero"] == Gate("channelwise", (2,), "zero")


def test_a_job_comes_back_from_its_spec():
    (job,) = jobs_of(["protocol/0.9-noflip-light"], seeds=1)
    assert job_from_spec(job.spec) == job


def test_the_plain_trial_is_the_recipe_paper():
    assert Job(network(), 0, 100, "digits", 60_000).recipe == recipe.paper()


def test_jitter_as_light_moves_nothing():
    light = network(LIGHT, horizontal_flip=False).recipe
    assert not Augmentation.of(light).moves
    assert (light.brightness, light.contrast) == (0.2, 0.2)


def test_fingerprint_tells_one_pixel_and_one_label(digits):
    image, label = np.array(digits.x_test), np.array(digits.y_test)
    image[0, 0, 0, 0] ^= 1
    label[0] = (label[0] + 1) % 10
    changed = [dataclasses.replace(digits, x_test=image), dataclasses.replace(digits, y_test=label)]
    assert len({fingerprint(one) for one in [digits, *changed]}) == 3
