"""Sweeps over tiny digits: every job comes out once, whatever happens to its workers."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from digitnet.paper.experiments.trials import Job, Trial, fingerprint, network
from digitnet.paper.runners import local
from digitnet.paper.runners.store import DIVERGED, DONE, FAILED, Store

pytestmark = pytest.mark.slow  # worker processes import TensorFlow


def jobs_on(digits, count=3, epochs=30, **settings):
    trial = network(batch_size=4, momentum=0.9, **settings)
    return [Job(trial, seed, epochs, fingerprint(digits), 80) for seed in range(count)]


def kill_once_under_way(store, jobs, kill):
    """Calls `kill` with the process of the first job that has a checkpoint, from a thread."""
    killed = []

    def watch():
        while not killed:
            for job in jobs:
                if list((store.run_dir(job) / "checkpoints").glob("epoch-*")):
                    process = store.log(job).read_text().split()[1]
                    kill(int(process))
                    killed.append(job)
                    return
            time.sleep(0.02)

    threading.Thread(target=watch, daemon=True).start()
    return killed


def assert_each_came_out_once(outcomes, jobs, store):
    assert sorted(outcome.job.seed for outcome in outcomes) == [job.seed for job in jobs]
    assert {outcome.status for outcome in outcomes} == {DONE}
    for job in jobs:
        history = store.read(job).facts["history"]
        assert len(history["test_accuracy"]) == job.epochs
    assert store.unfinished(jobs) == []


def test_two_workers_one_killed_each_job_comes_out_once(digits, tmp_path):
    store, jobs = Store(tmp_path), jobs_on(digits)
    killed = kill_once_under_way(store, jobs, lambda process: os.kill(process, signal.SIGKILL))
    outcomes = list(local.run_jobs(jobs, digits, store, workers=2))
    assert killed
    assert store.log(killed[0]).read_text().count("process ") == 2
    assert_each_came_out_once(outcomes, jobs, store)


def test_a_job_that_kills_its_worker_every_time_has_failed(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_work", die)
    store, jobs = Store(tmp_path), jobs_on(digits, count=2)
    outcomes = list(local.run_jobs(jobs, digits, store))
    assert [outcome.status for outcome in outcomes] == [FAILED, FAILED]
    assert "died 3 times" in outcomes[0].message
    assert store.unfinished(jobs) == jobs  # the next sweep tries again


def die(pipe, digits, store):
    pipe.recv()
    os._exit(1)


def test_the_sweep_goes_on_after_jobs_that_diverge_or_fail(digits, tmp_path):
    store = Store(tmp_path)
    (diverging,) = jobs_on(digits, 1, 3, learning_rate=1e12)
    failing = Job(Trial("guess"), 0, 3, fingerprint(digits), 80)
    (sound,) = jobs_on(digits, 1, 3)
    outcomes = list(local.run_jobs([diverging, failing, sound], digits, store))
    assert [outcome.status for outcome in outcomes] == [DIVERGED, FAILED, DONE]
    assert "in epoch" in outcomes[0].message
    assert "there is no method" in outcomes[1].message


def test_a_killed_sweep_goes_on_and_repeats_no_finished_job(tmp_path):
    options = ["--dataset", "optdigits", "--limit", "300", "--rows", "gate/none"]
    options += ["--seeds", "2", "--epochs", "20"]
    command = [sys.executable, "-m", "digitnet.reproduce", *options, "--out", str(tmp_path)]
    sweep = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob("runs/lenet-seed1-*/checkpoints/epoch-*")):
        assert sweep.poll() is None
        time.sleep(0.02)
    sweep.kill()
    sweep.wait()
    (log,) = tmp_path.glob("runs/lenet-seed1-*.log")
    worker = pathlib.Path("/proc", log.read_text().split()[1])
    (finished,) = tmp_path.glob("jobs/lenet-seed0-*.json")
    before = finished.stat().st_mtime_ns
    deadline = time.monotonic() + 60
    while worker.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.exists()  # no worker goes on unseen beside the next sweep's
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "2 jobs, 1 of them finished before" in result.stderr
    assert "1 jobs run" in result.stdout
    assert finished.stat().st_mtime_ns == before
    assert log.read_text().count("Epoch 1/20") == 1


@pytest.fixture
def ray_cluster(monkeypatch):
    reason = "Ray is an optional extra: pip install 'digitnet[ray]'"
    ray = pytest.importorskip("ray", reason=reason)
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster, nodes
    ray.shutdown()
    cluster.shutdown()


# Ray leaves sockets and its own deprecation warnings behind.
@pytest.mark.filterwarnings("ignore")
def test_two_ray_nodes_one_killed_each_job_comes_out_once(digits, tmp_path, ray_cluster):
    from digitnet.paper.runners import cluster

    rays, nodes = ray_cluster
    store, jobs = Store(tmp_path), jobs_on(digits)
    killed = kill_once_under_way(
        store, jobs, lambda process: rays.remove_node(nodes[0], allow_graceful=False)
    )
    outcomes = list(cluster.run_jobs(jobs, digits, store, workers=2))
    assert killed
    assert_each_came_out_once(outcomes, jobs, store)


def test_ray_that_is_missing_is_said(digits, tmp_path, monkeypatch):
    from digitnet.errors import UserError
    from digitnet.paper.runners import cluster

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"digitnet\[ray\]"):
        list(cluster.run_jobs(jobs_on(digits), digits, Store(tmp_path)))
