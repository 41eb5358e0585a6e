"""The seeds of a trial side by side: grouped, and each with the outcome it has alone."""

import keras
import pytest

from digitnet.paper.experiments import plan
from digitnet.paper.experiments.trials import LBP, Job, Trial, fingerprint, network
from digitnet.paper.runners import dispatch
from digitnet.paper.runners.store import AT_CHANCE, DONE, Store


def jobs_of(trial, digits="x", epochs=2, count=2):
    return [Job(trial, seed, epochs, digits, 80) for seed in range(count)]


def test_seeds_of_a_small_network_are_together_and_others_alone():
    small, other = jobs_of(network()), jobs_of(network(momentum=0.9))
    large, lbp = jobs_of(network(model="vgg16")), jobs_of(Trial(LBP), count=1)
    mixed = [small[0], other[0], large[0], lbp[0], small[1], other[1], large[1]]
    groups = plan.groups_of(mixed)
    assert groups == [small, other, [large[0]], lbp, [large[1]]]


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "jax", reason="it is JAX' own path")
def test_seeds_side_by_side_have_the_outcomes_they_have_alone(digits, tmp_path):
    trial = network(batch_size=20, model="lenet")
    jobs = jobs_of(trial, fingerprint(digits))
    store = Store(tmp_path / "together")
    together = dispatch.run_group(jobs, digits, store)
    assert store.unfinished(jobs) == []
    alone = dispatch.run_job(jobs[1], digits, Store(tmp_path / "alone"))
    assert {outcome.status for outcome in (*together, alone)} <= {DONE, AT_CHANCE}
    assert together[1].job == jobs[1]
    assert together[1].status == alone.status
    ours, its = together[1].facts["history"], alone.facts["history"]
    assert ours.keys() == its.keys()
    assert ours["loss"] == pytest.approx(its["loss"], abs=1e-4)
    assert ours["test_accuracy"] == pytest.approx(its["test_accuracy"], abs=0.03)
    assert not (store.run_dir(jobs[0]) / "checkpoints").exists()


def test_an_error_of_seeds_side_by_side_fails_each_with_its_reason(digits, tmp_path, monkeypatch):
    from digitnet.paper.runners import network as runner

    def fail(*arguments):
        raise RuntimeError("no memory left")

    monkeypatch.setattr(runner, "run_networks", fail)
    jobs, store = jobs_of(network(), fingerprint(digits)), Store(tmp_path)
    outcomes = dispatch.run_group(jobs, digits, store)
    assert [outcome.status for outcome in outcomes] == ["failed", "failed"]
    assert "no memory left" in outcomes[0].message
    assert "no memory left" in store.log(jobs[0]).read_text()
