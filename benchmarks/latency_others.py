"""One timing of a runtime that is not TFLite, in a process of its own: prints one JSON object.

`python -m benchmarks.latency_others onnx FILE.onnx` or `... keras MODEL.keras`.
"""

import argparse
import json
import sys
import time

from edge_demo.contract import run_command

ONNX_CALLS, KERAS_CALLS, WARM_UP_CALLS = 1000, 20, 5


def time_onnx(path):
    """(runtime, microseconds of each call) of ONNX Runtime on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = {"image": digit_like_image()}
    runtime = f"onnxruntime {onnxruntime.__version__}"
    return runtime, call_times_us(lambda: session.run(None, image), ONNX_CALLS)


def time_keras(path):
    """(runtime, microseconds of each call) of `keras.Model.predict` on one image."""
    import keras

    from export.trained_run import load_model

    model, image = load_model(path), digit_like_image()
    runtime = f"keras {keras.__version__}, {keras.backend.backend()}"
    return runtime, call_times_us(lambda: model.predict(image, verbose=0), KERAS_CALLS)


def digit_like_image():
    """uint8 `(1, 28, 28, 1)` with ink in the middle."""
    import numpy as np

    image = np.zeros((1, 28, 28, 1), np.uint8)
    image[:, 6:22, 10:18] = 200
    return image


def call_times_us(call, calls):
    """Microseconds of each of `calls` calls after a warm-up, float64."""
    import numpy as np

    for _ in range(WARM_UP_CALLS):
        call()
    times_ns = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        times_ns.append(time.perf_counter_ns() - start)
    return np.array(times_ns) / 1e3


def main(argv=None):
    """Times one file and prints runtime, median, minimum and 99th percentile."""
    return run_command(_main, argv)


def _main(argv):
    import numpy as np

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("kind", choices=("onnx", "keras"))
    parser.add_argument("path")
    arguments = parser.parse_args(argv)
    timer = time_onnx if arguments.kind == "onnx" else time_keras
    runtime, microseconds = timer(arguments.path)
    times = {
        "median_us": float(np.median(microseconds)),
        "p99_us": float(np.percentile(microseconds, 99)),
        "min_us": float(microseconds.min()),
    }
    print(json.dumps({"runtime": runtime, "threads": {"1": times}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
