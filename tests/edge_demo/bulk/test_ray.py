"""Jobs on Ray: workers and commands are killed, stopped, and lied to."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip("ray", reason="the extra `bulk` is not installed here")

from benchmarks import bulk  # noqa: E402
from benchmarks.bulk_jobs import ROOT, Job, is_worker, write_crops  # noqa: E402
from edge_demo.contract import UserError  # noqa: E402

pytestmark = pytest.mark.slow  # Ray takes its time to start

CROPS = 600


@pytest.fixture
def crops(tmp_path):
    import numpy as np

    images = np.zeros((20, 28, 28), np.uint8)
    for number, image in enumerate(images):
        image[4:24, 4 + number] = 255
    write_crops(tmp_path / "crops.parquet", images, CROPS)
    return tmp_path / "crops.parquet"


def test_a_worker_killed_and_the_command_killed_and_resumed_each_crop_has_one_row(crops, tmp_path):
    outcome = bulk.exactness(crops, tmp_path, CROPS)
    assert outcome["exact"], outcome
    assert 0 < outcome["worker_killed_at_part"] <= outcome["command_killed_at_part"]
    assert outcome["command_killed_at_part"] < outcome["shards"]
    assert not list((tmp_path / "exactness").glob(".*"))
    table = bulk.tables_of({"exactness": outcome})["bulk-exactness"]
    assert f"| {CROPS} | {CROPS} |" in table


def test_control_c_ends_the_workers_and_prints_the_way_on(crops, tmp_path):
    job = Job(crops, tmp_path / "read", ["--crops", "--workers", 2, "--shard-size", 2])
    job.command = ["env", "--default-signal=INT", *job.command]
    job.start()
    job.wait_for_parts(10)
    workers = job.workers()
    assert workers
    job.process.send_signal(signal.SIGINT)
    error = job.process.communicate(timeout=60)[1]
    assert job.process.returncode == 130
    assert error.strip().splitlines()[-1].endswith("--shard-size 2 --resume")
    assert "Traceback" not in error
    wait_for_end_of(workers)
    assert not list((tmp_path / "read").glob(".*"))


def wait_for_end_of(workers):
    # Ray kills them and does not wait, and a process 1 that reaps late leaves their ids behind.
    for _ in range(100):
        if not any(is_worker(worker) for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail("a worker goes on after its command has ended")


def test_speed_and_memory_are_measured(crops, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "WORKERS", (1,))
    job = Job(crops, tmp_path / "read", ["--crops", "--workers", 1, "--shard-size", 15])
    job.start()
    said = job.finish()
    assert said.startswith(f"{tmp_path / 'read'}: {CROPS} pictures read, ")
    assert job.rate(1) > 0
    assert min(job.workers_mib, job.driver_mib) > 20


def test_a_job_that_fails_halfway_says_so_in_one_sentence(crops, tmp_path):
    # Ray Data, closed after Ray had ended, printed a traceback behind the sentence.
    job = Job(crops, tmp_path / "read", ["--crops", "--workers", 1, "--shard-size", 5])
    job.start()
    job.wait_for_parts(3)
    (tmp_path / "read" / "_shards.jsonl").unlink()
    error = job.process.communicate(timeout=120)[1]
    assert job.process.returncode == 2, error
    line = error.strip().splitlines()[-1]
    assert line.startswith("error: ") and "_shards.jsonl cannot be read (No such file" in line
    assert "Traceback" not in error


@pytest.fixture
def cluster():
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    yield cluster
    cluster.shutdown()


# Ray leaves sockets and its own deprecation warnings behind.
@pytest.mark.filterwarnings("ignore")
def test_a_running_cluster_is_joined_and_goes_on_afterwards(crops, tmp_path, cluster):
    job = Job(crops, tmp_path / "read", ["--crops", "--address", cluster.address])
    job.start()
    job.finish()
    assert job.table().num_rows == CROPS
    assert cluster.head_node.remaining_processes_alive()
    many = Job(crops, tmp_path / "more", ["--crops", "--address", cluster.address])
    many.start("--workers", "2")
    with pytest.raises(UserError, match="need 3 processors"):
        many.finish()


def test_a_cluster_that_asks_for_a_token_is_joined_with_it_and_else_refused(crops, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "head" / ".ray").mkdir(parents=True)
    (tmp_path / "head" / ".ray" / "auth_token").write_text("4e" * 32)
    home = {**os.environ, "HOME": str(tmp_path / "head"), "RAY_AUTH_MODE": "token"}
    ray = str(pathlib.Path(sys.executable).with_name("ray"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    head = [ray, "start", "--block", "--head", "--num-cpus=2", "--node-ip-address=127.0.0.1"]
    head = [*head, f"--port={port}", "--disable-usage-stats", "--include-dashboard=false"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(head, env=home, **silent) as it:
        try:
            wait_for_port(port)
            command = [sys.executable, "-m", "edge_demo.bulk", str(crops), "--crops", "--out"]
            address = ["--address", f"127.0.0.1:{port}"]
            del home["RAY_AUTH_MODE"]
            for folder, code, said in (("head", 0, ""), ("other", 2, "asks for its token: put")):
                home["HOME"] = str(tmp_path / folder)
                done = subprocess.run(
                    [*command, str(tmp_path / folder / "read"), *address],
                    env=home,
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == code, done.stderr
                assert said in done.stderr
            assert not (tmp_path / "other" / "read").exists()
        finally:
            it.terminate()


def wait_for_port(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail("Ray's head does not listen")


def test_what_listens_and_is_no_ray_cluster_is_a_sentence_within_fifteen_seconds(crops, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_rubbish, args=(listener,), daemon=True).start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        options = ["--out", str(tmp_path / "read"), "--crops", "--address", address]
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "edge_demo.bulk", str(crops), *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert time.monotonic() - start < 15 + 15  # a loaded machine imports Ray slowly
    assert (done.returncode, done.stdout) == (2, "")
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("error: ") and address in line and "Traceback" not in done.stderr
    assert not (tmp_path / "read").exists()  # so that the same command does later


def answer_rubbish(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()
