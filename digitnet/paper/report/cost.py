"""What a model costs: parameters, multiplications, microseconds."""

import multiprocessing
import pathlib
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import keras
import numpy as np

from digitnet import files, models
from digitnet.paper.report import macs
from digitnet.paper.runners.local import threads
from digitnet.training import provenance

ROUNDS, CALLS = 25, 20
BATCH = 256


def costs(names: list[str], path: pathlib.Path) -> dict[str, Any]:
    """The costs of models by name, measured once and then read from a JSON file.

    Args:
        names: Names that `digitnet.models.build` knows.
        path: The file.

    Returns:
        `{"machine": …, "models": {name: {"parameters", "macs", "microseconds_single",
        "microseconds_in_batch"}}}`. Both times are of one image through the function that the Keras
        backend compiles, float32, one thread: alone in a call, and in a call of 256.
    """
    if path.exists():
        stored = files.read_json(path)
        if set(names) <= set(stored["models"]):
            return stored
        names = sorted({*names, *stored["models"]})  # side by side, or they do not compare
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with threads(1):
        process = context.Process(target=_measure, args=(theirs, names), daemon=True)
        process.start()
    theirs.close()
    measured = {"machine": provenance.machine(), "models": ours.recv()}
    process.join()
    files.write_json(path, measured)
    return measured


def _measure(pipe: Connection, names: list[str]) -> None:
    built = {name: models.build(name, seed=0) for name in names}
    single = _microseconds(built, 1)
    batched = _microseconds(built, BATCH)
    pipe.send(
        {
            name: {
                "parameters": model.count_params(),
                "macs": macs.count(model),
                "microseconds_single": round(single[name], 1),
                "microseconds_in_batch": round(batched[name], 2),
            }
            for name, model in built.items()
        }
    )


def _microseconds(built: dict[str, keras.Model], batch_size: int) -> dict[str, float]:
    """The least of several rounds, which take the models in turn: other work only adds."""
    images = np.random.default_rng(0).integers(0, 256, (batch_size, 28, 28, 1), np.uint8)
    images = keras.ops.convert_to_tensor(images)
    functions = {name: _compiled(model) for name, model in built.items()}
    calls = CALLS if batch_size == 1 else 2
    least = dict.fromkeys(built, float("inf"))
    for turn in range(ROUNDS + 1):
        for name, function in functions.items():
            started = time.perf_counter()
            for _ in range(calls):
                function(images)
            seconds = time.perf_counter() - started
            if turn:  # the first compiles
                least[name] = min(least[name], 1e6 * seconds / calls / batch_size)
    return least


def _compiled(model: keras.Model) -> Callable[[Any], Any]:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        function = tf.function(lambda images: model(images, training=False))
        return lambda images: function(images).numpy()
    import jax

    function = jax.jit(lambda images: model(images, training=False))
    return lambda images: function(images).block_until_ready()
