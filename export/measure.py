"""How long a file takes to load and to call in this process' runtime, and in how much memory."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from export import micro

LOADS = 20
WARM_UP_CALLS = 200
TIMED_CALLS = 3000
THREADS = (1, 2)
TIME_LIMIT_S = 3.0  # for each setting: two threads on one busy core can take a hundred times longer


def measure(
    path: str | Path, timed_calls: int = TIMED_CALLS, threads: Sequence[int] = THREADS
) -> dict[str, Any]:
    """Times a file in this process' runtime.

    A call is `Interpreter.invoke()` alone: what comes before and after is the caller's.

    Returns:
        dict: load_ms (median: build, allocate, first call), arena_bytes (memory that the tensors
        of the built-in kernels take), and `threads`: {"1": {calls, median_us, p99_us, min_us},
        "2": ...}.
    """
    if micro.is_the_only_runtime():
        return _measure_micro(path, timed_calls)
    from edge_demo.model.classifier import load_runtime

    interpreter_class, _ = load_runtime()
    with open(path, "rb") as file:
        content = file.read()
    load_ms = []
    for _ in range(LOADS):
        start = time.perf_counter()
        interpreter = _ready(interpreter_class, content)
        interpreter.invoke()
        load_ms.append(1e3 * (time.perf_counter() - start))
    times = {
        str(count): _summary(call_times_us(_ready(interpreter_class, content, count), timed_calls))
        for count in threads
    }
    return {
        "load_ms": float(np.median(load_ms)),
        "arena_bytes": arena_bytes(interpreter_class, content),
        "threads": times,
    }


def _measure_micro(path: str | Path, timed_calls: int) -> dict[str, Any]:
    start = time.perf_counter()
    interpreter = micro.MicroInterpreter(path)
    image = np.zeros((28, 28, 1), np.uint8)
    image[6:22, 10:18] = 200
    interpreter.set_image(image)
    interpreter.invoke()
    load_ms = 1e3 * (time.perf_counter() - start)
    return {
        "load_ms": load_ms,
        "arena_bytes": interpreter.arena_bytes(),
        "threads": {"1": _summary(call_times_us(interpreter, timed_calls))},
    }


def _summary(microseconds: np.ndarray) -> dict[str, float]:
    return {
        "calls": len(microseconds),
        "median_us": float(np.median(microseconds)),
        "p99_us": float(np.percentile(microseconds, 99)),
        "min_us": float(microseconds.min()),
    }


def call_times_us(interpreter: Any, calls: int, warm_up_calls: int = WARM_UP_CALLS) -> np.ndarray:
    """Microseconds of each of `calls` calls after a warm-up, float64; fewer at the time limit."""
    end = time.perf_counter() + TIME_LIMIT_S
    for _ in range(warm_up_calls):
        interpreter.invoke()
        if time.perf_counter() > end:
            break
    times_ns: list[int] = []
    end_ns = time.perf_counter_ns() + 1e9 * TIME_LIMIT_S
    while len(times_ns) < calls:
        start = time.perf_counter_ns()
        interpreter.invoke()
        times_ns.append(time.perf_counter_ns() - start)
        if start > end_ns:
            break
    return np.array(times_ns) / 1e3


def output_shapes(path: str | Path) -> list[list[int]]:
    """The shapes of a file's outputs, in the order in which this process' runtime numbers them."""
    if micro.is_the_only_runtime():
        return micro.MicroInterpreter(path).output_shapes
    from edge_demo.model.classifier import load_runtime

    interpreter_class, _ = load_runtime()
    interpreter = interpreter_class(model_path=str(path))
    return [[int(side) for side in one["shape"]] for one in interpreter.get_output_details()]


def arena_bytes(interpreter_class: Any, content: bytes) -> int | None:
    """Bytes of memory that the tensors occupy, shared bytes counted once, weights not.

    Measured with the runtime's built-in kernels: what a delegate allocates it does not tell.
    Returns None where the runtime cannot be asked.
    """
    module = sys.modules[interpreter_class.__module__]
    resolver = getattr(module, "OpResolverType", None)
    if resolver is None:
        return None
    interpreter = interpreter_class(
        model_content=content,
        experimental_op_resolver_type=resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    interpreter.invoke()
    weights = np.frombuffer(content, np.uint8)
    first = weights.ctypes.data
    spans = []
    for detail in interpreter.get_tensor_details():
        try:
            view = interpreter.tensor(detail["index"])()
        except ValueError:  # a tensor without memory of its own
            continue
        address = view.__array_interface__["data"][0]
        if not first <= address < first + len(weights):
            spans.append((address, address + view.nbytes))
    occupied, end = 0, 0
    for low, high in sorted(spans):
        occupied += max(0, high - max(low, end))
        end = max(end, high)
    return occupied


def _ready(interpreter_class: Any, content: bytes, num_threads: int = 1) -> Any:
    interpreter = interpreter_class(model_content=content, num_threads=num_threads)
    interpreter.allocate_tensors()
    (detail,) = interpreter.get_input_details()
    # Ink in the middle, as a digit has: zeros would be kind to some kernels.
    image = np.zeros(detail["shape"], detail["dtype"])
    image[:, 6:22, 10:18] = 200
    interpreter.set_tensor(detail["index"], image)
    return interpreter
