"""Several processes that train one model: how they meet, and how they end.

JAX's coordination service ends a process with SIGABRT and a stack trace, from a thread of its own,
when another process is gone or never came: nothing in that process can say a word any more. So the
process that was started trains in a child, and turns the child's end into a sentence.
"""

import argparse
import dataclasses
import importlib.util
import inspect
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from digitnet.errors import UserError, run_command
from digitnet.training.quiet import without_chatter

ANSWER_TIMEOUT_S = 30  # until process 0 answers at its address: importing JAX takes some of them
JOIN_TIMEOUT_S = 300  # until all are there: people start them by hand
HEARTBEAT_TIMEOUT_S = 15  # without a sign of a process, until the others end
GRACE_S = 5  # from that time limit to the end of the process
JOINED, RESUMABLE = "joined", "resumable"  # what a child tells of how far it has come

# `say(stage)`; what is said last decides the sentence of an early end.
Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Hosts:
    """The processes of one run, and which of them this is.

    Attributes:
        coordinator: HOST:PORT, where process 0 listens and the others find it.
        processes: How many there are, process 0 included.
        process_id: Which one this is, from 0. Process 0 alone reads and writes the run directory.
    """

    coordinator: str
    processes: int
    process_id: int

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Hosts | None":
        """What the options come to; `None` without any of the three.

        Raises:
            UserError: If some of them are missing or wrong.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        given = {name: getattr(arguments, name) for name in names}
        missing = [f"--{name.replace('_', '-')}" for name in names if given[name] is None]
        if len(missing) == len(names):
            return None
        if missing:
            raise UserError(
                "--coordinator, --processes and --process-id belong together; "
                f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
            )
        hosts = cls(**given)
        if hosts.processes < 1:
            raise UserError(f"--processes must be at least 1, but it is {hosts.processes}.")
        if not 0 <= hosts.process_id < hosts.processes:
            raise UserError(
                f"--process-id must be 0 to {hosts.processes - 1} with --processes "
                f"{hosts.processes}, but it is {hosts.process_id}."
            )
        _address(hosts.coordinator)
        if os.environ.get("KERAS_BACKEND", "jax") != "jax" or not importlib.util.find_spec("jax"):
            raise UserError(
                "--coordinator needs Keras' JAX backend: install 'digitnet[jax]' or "
                "'digitnet[gpu]' and set KERAS_BACKEND=jax."
            )
        if getattr(arguments, "tensorboard", False):
            raise UserError("--tensorboard does not work together with --coordinator.")
        if getattr(arguments, "seeds", None):
            raise UserError(
                "--seeds does not work together with --coordinator; train the seeds one after "
                "another with --seed."
            )
        return hosts

    @property
    def writes(self) -> bool:
        """Whether this is process 0."""
        return self.process_id == 0

    def join(self) -> None:
        """Starts JAX as one of these processes; returns when all of them are there.

        Keras' own `keras.distribution.initialize` calls the same function, but takes no time
        limits: with its usual ones a lost process is noticed after 100 seconds.

        Raises:
            UserError: If JAX is too old, process 0 is out of reach, or the processes have not as
                many devices each.
        """
        os.environ["KERAS_BACKEND"] = "jax"
        import jax

        if (
            "heartbeat_timeout_seconds"
            not in inspect.signature(jax.distributed.initialize).parameters
        ):
            raise UserError(
                f"--coordinator needs JAX 0.7 or newer, but JAX {jax.__version__} is installed."
            )
        self._reach()
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(
            self.coordinator,
            self.processes,
            self.process_id,
            cluster_detection_method="deactivate",
            initialization_timeout=JOIN_TIMEOUT_S,
            heartbeat_timeout_seconds=HEARTBEAT_TIMEOUT_S,
            # Without it JAX listens on every address of the machine, also for --coordinator
            # localhost, and asks nobody who they are.
            coordinator_bind_address=self.coordinator,
        )
        if jax.device_count() != self.processes * jax.local_device_count():
            raise UserError(
                f"process {self.process_id} has {jax.local_device_count()} devices, and all "
                f"{self.processes} together {jax.device_count()}; give every process as many "
                "devices (CUDA_VISIBLE_DEVICES)."
            )

    def _reach(self) -> None:
        """Checks the coordinator's address, which JAX would do by ending the process."""
        host, port = _address(self.coordinator)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # the latter for "a..b"
            raise UserError(
                f"--coordinator {self.coordinator}: {host} is no host's name or address here "
                f"({getattr(error, 'strerror', None) or error})."
            ) from error
        if self.writes:
            family, _, _, _, address = found[0]
            with socket.socket(family) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    listener.bind(address)
                except OSError as error:
                    raise UserError(
                        f"process 0 cannot listen at {self.coordinator} ({error.strerror}); name "
                        "an address of the host it runs on, and a free port."
                    ) from error
            print(
                f"waiting for {self.processes} processes at {self.coordinator}, "
                f"{JOIN_TIMEOUT_S} s at most",
                file=sys.stderr,
            )
            return
        end = time.monotonic() + ANSWER_TIMEOUT_S
        while True:
            left = end - time.monotonic()
            try:
                socket.create_connection((host, port), timeout=max(0.1, left)).close()
                return
            except OSError as error:
                if left <= 0.5:
                    raise UserError(
                        f"nobody answered at {self.coordinator} within {ANSWER_TIMEOUT_S} s; "
                        "start process 0 first, on the host that --coordinator names, and let "
                        "the port through its firewall."
                    ) from error
            time.sleep(0.5)


def _address(coordinator: str) -> tuple[str, int]:
    """Host and port of HOST:PORT or [HOST]:PORT.

    Example:

    >>> _address("10.0.0.1:9000"), _address("[::1]:9000")
    (('10.0.0.1', 9000), ('::1', 9000))
    """
    host, _, port = coordinator.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not host.strip("[]") or (":" in host and not bracketed) or not port.isascii():
        port = ""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise UserError(
            f"--coordinator must be HOST:PORT, as in 10.0.0.1:9000, but it is {coordinator!r}."
        )
    return host.strip("[]"), int(port)


def supervised(hosts: Hosts, work: Callable[..., int], *arguments: Any) -> int:
    """Runs `work(*arguments, hosts, say)` in a child process and tells how it ended.

    `work` calls `hosts.join()` and says `JOINED`, then `RESUMABLE` when there is a run that can be
    gone on with. The child ends with the process that waits for it here.

    Returns:
        The exit code: that of `work`, or 1 if the child was ended.
    """
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_attended, args=(sending, work, *arguments, hosts))
    child.start()
    sending.close()
    while child.is_alive():
        try:
            child.join()
        except KeyboardInterrupt:  # the child is told so as well, and says how to go on
            continue
    stages = list(_received(receiving))
    code = child.exitcode or 0
    if code < 0:
        print(f"error: {_early_end(hosts, -code, stages)}", file=sys.stderr)
        return 1
    return code


def _received(connection: multiprocessing.connection.Connection) -> "list[str]":
    found = []
    try:
        while connection.poll():
            found.append(connection.recv())
    except EOFError:
        pass
    return found


def _early_end(hosts: Hosts, number: int, stages: list[str]) -> str:
    """The sentence for a child that a signal ended."""
    this = f"process {hosts.process_id} of {hosts.processes}"
    start = f"start all {hosts.processes} again with the same commands"
    if number != signal.SIGABRT:
        what = f"{this} was ended by signal {number} (9 is often a lack of memory)"
    elif JOINED in stages:
        what = f"another process has ended or is out of reach, and {this} cannot go on without it"
    else:
        return (
            f"not all {hosts.processes} processes came together at {hosts.coordinator}; start each "
            f"within {JOIN_TIMEOUT_S} s of process 0, with the same --coordinator and --processes "
            "and a --process-id of its own."
        )
    return f"{what}; {start}{' and --resume' if RESUMABLE in stages else ''}."


def _attended(
    connection: multiprocessing.connection.Connection, work: Callable[..., int], *arguments: Any
) -> None:
    """The child: runs `work` and exits with its code."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # What native code writes is held back in both streams: the stack trace of an abort never
    # shows, and the result is the only line of stdout.
    with without_chatter(), open(os.dup(1), "w", encoding="utf-8", buffering=1) as sys.stdout:
        os.dup2(2, 1)
        try:
            code = run_command(lambda _: _interruptible(work, *arguments, connection.send))
        except Exception:
            # The end of another process breaks a connection here before JAX knows of it, and comes
            # as whatever the transport raises. JAX then ends this process within its time limit;
            # one that is still there has made a mistake of its own.
            own_mistake = traceback.format_exc()
            time.sleep(HEARTBEAT_TIMEOUT_S + GRACE_S)
            print(own_mistake, end="", file=sys.stderr)
            code = 1
    if code:  # JAX would wait at its exit for the others, who wait for this process
        os._exit(code)
    if jax := sys.modules.get("jax"):
        jax.distributed.shutdown()


def _interruptible(work: Callable[..., int], *arguments: Any) -> int:
    try:
        return work(*arguments)
    except KeyboardInterrupt:
        print(
            "\nStopped. Go on with the same commands and --resume, on every host.", file=sys.stderr
        )
        return 130


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
