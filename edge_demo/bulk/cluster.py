"""Ray, started on this machine or joined, its chatter off; and shards as a Ray Data job on it."""

import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from typing import Any

import numpy as np

from edge_demo.bulk.storage import one_line
from edge_demo.bulk.worker import ShardReader, Task
from edge_demo.contract import UserError

GCS_PORT = 6379  # on which a Ray head listens
REACH_SECONDS = 4.0  # for a TCP connection
JOIN_SECONDS = 7.0  # for what listens there to prove itself a Ray cluster
READY, ANSWER, JOINED = "Ray is imported", "answer: ", "joined"
REFUSED = "InvalidAuthToken"  # as Ray's log has it
TRIAL = f"""
import sys, ray
print("{READY}", flush=True)
try:
    ray.init(address=sys.argv[1], log_to_driver=False, configure_logging=False)
    print("{ANSWER}{JOINED}", flush=True)
except Exception as error:
    print("{ANSWER}" + " ".join(str(error).split("\\n")[0].split()).rstrip("."), flush=True)
"""
# What travels are numbers of shards and counts; Ray takes no store of less than 75 MiB.
STORE_BYTES, BLOCK_BYTES = 80 * 2**20, 2**20


def start(workers: int) -> int:
    """Starts a Ray of this machine's own; returns the number of workers.

    Args:
        workers: Workers at a time; each takes a processor.

    Raises:
        UserError: It does not start.
    """
    _calm()
    # A token of its own keeps other users of the machine out, and out of ~/.ray, too.
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    import ray

    try:
        ray.init(
            address="local",
            # Ray Data's own tasks, which hand out the shards, need a slot beside the workers'.
            num_cpus=workers + 1,
            object_store_memory=STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
            _node_ip_address="127.0.0.1",
        )
    except Exception as error:  # Ray has no class of its own for it
        raise UserError(
            f"Ray does not start here ({one_line(error)}); go on with --resume when the machine is "
            "less busy, or see /tmp/ray/session_latest/logs."
        ) from error
    return workers


def probe(address: str) -> None:
    """Joins a cluster and leaves it, within 15 seconds.

    Args:
        address: As `join` takes it.

    Raises:
        UserError: Nothing answers there, or what does is no Ray cluster that can be joined.
    """
    reach(address)
    _calm()
    answer = _try_first(address)
    if answer == REFUSED and "RAY_AUTH_MODE" not in os.environ:
        # Ray shows the user's token to a cluster that it finds itself, and to no address.
        os.environ["RAY_AUTH_MODE"] = "token"
        answer = _try_first(address)
        if answer != JOINED:
            raise UserError(
                f"the Ray cluster {address} asks for its token: put the head's ~/.ray/auth_token "
                "there on this machine, or what it holds into RAY_AUTH_TOKEN."
            )
    if answer != JOINED:
        reason = f" ({answer})" if answer else ""
        raise UserError(
            f"the Ray cluster {address} cannot be joined{reason}; `ray status --address {address}` "
            "on that machine says more."
        )


def join(address: str, workers: int | None) -> int:
    """Joins a cluster that has answered to `probe`; returns the number of workers.

    Args:
        address: HOST:PORT of its head, or `auto` for the one that runs on this machine.
        workers: None for as many as its processors, but for one that hands out the shards.

    Raises:
        UserError: Nothing answers there any more, or the cluster has too few processors.
    """
    reach(address)
    _calm()
    import ray

    ray.init(address=address, log_to_driver=False, configure_logging=False)
    processors = int(ray.cluster_resources().get("CPU", 0))
    workers = workers or max(1, processors - 1)
    if workers >= processors:
        raise UserError(
            f"{workers} workers and the task that hands out their shards need {workers + 1} "
            f"processors; the Ray cluster {address} has {processors}."
        )
    return workers


def _try_first(address: str) -> str:
    """Joins in a child process: where no Ray answers, Ray waits for minutes or ends its process.

    Returns:
        `JOINED`, `REFUSED` where the cluster asks for a token, or why it cannot be joined.
    """
    command = [sys.executable, "-c", TRIAL, address]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        said = child.stdout
        assert said is not None
        while said.readline() not in (f"{READY}\n".encode(), b""):
            pass  # Ray is imported, which takes as long as the machine is busy
        timer = threading.Timer(JOIN_SECONDS, child.kill)
        timer.start()
        answer = ""
        for line in said:
            if REFUSED.encode() in line:
                answer = REFUSED
                break  # Ray would try again and again
            if line.startswith(ANSWER.encode()):
                answer = line.decode(errors="replace").removeprefix(ANSWER).strip()
        child.kill()
        timer.cancel()
    return answer


def reach(address: str) -> None:
    """Tries a connection to HOST:PORT.

    Raises:
        UserError: It is no such address, or nothing listens there.
    """
    if address == "auto":
        return
    host, colon, port = address.rpartition(":")
    if not colon:
        host, port = port, str(GCS_PORT)
    if "/" in host or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UserError(
            "--address takes HOST:PORT of a Ray head, such as 10.0.0.1:6379, or auto. "
            f"Received: {address}"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"no Ray cluster answers at {address} ({reason}); is its head running, and the port "
            "open?"
        ) from error


def read_shards(
    table: np.ndarray, task: Task, workers: int
) -> Generator[dict[str, Any], None, None]:
    """Reads shards and yields what `ShardReader` says of each, as they are done.

    Ray Data replaces a worker that dies, and has its shard read by another.

    Args:
        table: int64 [N, 3] of the shards, as `plan.Pending` has it.
        task: What the workers are told.
        workers: Workers at a time.

    Raises:
        UserError: Ray gave up.
    """
    import pyarrow
    import ray
    import ray.data
    import ray.exceptions

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # What is made of a shard is a row of counts, and Ray Data sets a block's memory aside for it.
    context.target_max_block_size = BLOCK_BYTES
    columns = {name: table[:, place] for place, name in enumerate(("shard", "place", "length"))}
    shards = ray.data.from_arrow(pyarrow.table(columns))
    results = shards.repartition(target_num_rows_per_block=1).map_batches(
        ShardReader,
        fn_constructor_args=(task,),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(workers, len(table))),
        num_cpus=1,
    )
    try:
        # Not `iter_rows()`: its threads outlive an iterator that is closed early, and one that then
        # asks a Ray that has gone ends this process with 1, without a word.
        for bundle in results.iter_internal_ref_bundles():
            for block in ray.get(bundle.block_refs):
                yield from block.to_pylist()
    except (ray.exceptions.RayError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise UserError(f"Ray ended the job ({reason}); go on with --resume.") from error


def stop() -> None:
    """Ends a Ray that was started here, or leaves one that was joined."""
    if "ray" in sys.modules:
        import ray

        ray.shutdown()


def _calm() -> None:
    """Lets Ray count nothing and say little; to be called before it is imported."""
    for name, value in {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # a stack trace for each SIGTERM
    }.items():
        os.environ.setdefault(name, value)
