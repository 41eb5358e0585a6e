"""What one runtime makes of one file: answers, microseconds, memory. Runs in any environment.

`python -m export.judge FILE CASES` needs NumPy, a TFLite runtime and edge_demo, nothing else, so
that the interpreter of a device's environment can be asked; with tflite-micro alone it asks the
microcontrollers' interpreter. It prints one JSON object.
"""

import argparse
import json
import platform
import sys
import time

import numpy as np

from export import micro

LOADS = 20
WARM_UP_CALLS = 200
TIMED_CALLS = 3000
THREADS = (1, 2)
TIME_LIMIT_S = 3.0  # for each setting: two threads on one busy core can take a hundred times longer


def judge(path, cases, timed_calls=TIMED_CALLS, threads=THREADS):
    """Runs a file on every case through the classifier that the device uses.

    Args:
        path: a .tflite file.
        cases: mapping of arrays: images uint8 `[N, 28, 28, 1]`, labels int `[N]`, probabilities
            float32 `[N, 10]` (the Keras model's), and attention float32 `[N, h, w]` or absent.
        timed_calls: calls for each latency; 0 leaves timing out.
        threads: numbers of threads to time.

    Returns:
        dict: runtime, python, machine, images, correct, accuracy (0..1), agreement (share of
        images on which file and Keras model give the same digit), largest_probability_difference,
        largest_attention_difference, and `measure`'s figures.
    """
    classifier = _classifier(path)
    prediction = classifier.predict_batch(cases["images"])
    reference = np.asarray(cases["probabilities"])
    answers = prediction.probabilities.argmax(1)
    correct = int((answers == cases["labels"]).sum())
    count = len(answers)
    report = {
        "runtime": classifier.runtime,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "images": count,
        "correct": correct,
        "accuracy": correct / count,
        "agreement": float((answers == reference.argmax(1)).mean()),
        "largest_probability_difference": _largest(prediction.probabilities, reference),
        "largest_attention_difference": None,
    }
    if prediction.attention is not None and "attention" in cases:
        report["largest_attention_difference"] = _largest(prediction.attention, cases["attention"])
    return {**report, **(measure(path, timed_calls, threads) if timed_calls else {})}


def measure(path, timed_calls=TIMED_CALLS, threads=THREADS):
    """Times a file in this process' runtime.

    A call is `Interpreter.invoke()` alone: what comes before and after is the caller's.

    Returns:
        dict: load_ms (median: build, allocate, first call), arena_bytes (memory that the tensors
        of the built-in kernels take), and `threads`, {"1": {median_us, p99_us, min_us}, "2": ...}.
    """
    if micro.is_the_only_runtime():
        return _measure_micro(path, timed_calls)
    from edge_demo.classifier import load_runtime

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


def _measure_micro(path, timed_calls):
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


def _summary(microseconds):
    return {
        "median_us": float(np.median(microseconds)),
        "p99_us": float(np.percentile(microseconds, 99)),
        "min_us": float(microseconds.min()),
    }


def call_times_us(interpreter, calls, warm_up_calls=WARM_UP_CALLS):
    """Microseconds of each of `calls` calls after a warm-up, float64; fewer at the time limit."""
    end = time.perf_counter() + TIME_LIMIT_S
    for _ in range(warm_up_calls):
        interpreter.invoke()
        if time.perf_counter() > end:
            break
    times_ns = []
    end = time.perf_counter_ns() + 1e9 * TIME_LIMIT_S
    while len(times_ns) < calls:
        start = time.perf_counter_ns()
        interpreter.invoke()
        times_ns.append(time.perf_counter_ns() - start)
        if start > end:
            break
    return np.array(times_ns) / 1e3


def arena_bytes(interpreter_class, content):
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


def _classifier(path):
    if micro.is_the_only_runtime():
        return micro.MicroInterpreter(path)
    from edge_demo.classifier import Classifier

    return Classifier(path)


def _ready(interpreter_class, content, num_threads=1):
    interpreter = interpreter_class(model_content=content, num_threads=num_threads)
    interpreter.allocate_tensors()
    (detail,) = interpreter.get_input_details()
    # Ink in the middle, as a digit has: zeros would be kind to some kernels.
    image = np.zeros(detail["shape"], detail["dtype"])
    image[:, 6:22, 10:18] = 200
    interpreter.set_tensor(detail["index"], image)
    return interpreter


def _largest(values, reference):
    return float(np.abs(values - np.asarray(reference)).max())


def main(argv=None):
    """Judges one file in this interpreter's runtime and prints JSON."""
    from edge_demo.errors import run_command

    parser = argparse.ArgumentParser(prog="python -m export.judge", description=main.__doc__)
    parser.add_argument("file", help="a .tflite file")
    parser.add_argument("cases", help=".npz with images, labels, probabilities[, attention]")
    parser.add_argument("--threads", type=int, nargs="+", default=THREADS, help="default: 1 2")
    parser.add_argument("--timed-calls", type=int, default=TIMED_CALLS, help="default %(default)s")

    def command(argv):
        arguments = parser.parse_args(argv)
        with np.load(arguments.cases) as file:
            cases = dict(file)
        print(json.dumps(judge(arguments.file, cases, arguments.timed_calls, arguments.threads)))

    return run_command(command, argv)


if __name__ == "__main__":
    sys.exit(main())
