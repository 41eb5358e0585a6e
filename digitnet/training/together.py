"""Training one model by several processes, each with its part of every batch.

Keras' `DataParallel` keeps the weights equal everywhere and adds the gradients up; the batches are
those that one process would show, from the same seed. Process 0 alone has the run directory: what
the others need of it comes through JAX, so the hosts share no file system.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import itertools
import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from digitnet import models
from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.recipe import Recipe
from digitnet.training import checkpoint, devices, options, training_set
from digitnet.training.augmentation import Augmentation
from digitnet.training.compiling import compile_for_training
from digitnet.training.divergence import StopWhenDiverged
from digitnet.training.feed import Feed
from digitnet.training.hosts import RESUMABLE, Hosts, Say
from digitnet.training.run_directory import EVALUATION_BATCH_SIZE, finish, open_run


def settings(arguments: argparse.Namespace, hosts: Hosts) -> tuple[Recipe, str, dict[str, Any]]:
    """Recipe, run directory and digits' names of the run, as process 0 has them.

    Raises:
        UserError: If an option of this process contradicts them.
    """
    content = b""
    if hosts.writes:
        recipe, run_dir, named = options.complete(arguments)
        found = [dataclasses.asdict(recipe), str(run_dir), named, bool(arguments.resume)]
        content = json.dumps(found).encode()
    fields, run_dir, named, resume = json.loads(of_process_0(content))
    recipe = Recipe(**fields)
    for name, value in {"recipe": recipe.name, **fields, **named, "resume": resume}.items():
        given = getattr(arguments, name, None)
        if name in ("name", "dataset", "mix_with"):  # paths may differ; the digits are compared
            continue
        if name == "resume":
            given = bool(given)
        if given is not None and given != value:
            raise UserError(
                f"process {hosts.process_id} was started with another "
                f"--{name.replace('_', '-')} than process 0 ({given!r} here, {value!r} there); "
                "give all processes the same options."
            )
    paths = {name: getattr(arguments, name) or named[name] for name in ("dataset", "mix_with")}
    return recipe, run_dir, {**named, **paths}


def train(
    recipe: Recipe,
    digits: Digits,
    run_dir: str,
    hosts: Hosts,
    say: Say,
    *,
    resume: bool = False,
    command: str | None = None,
) -> dict[str, Any] | None:
    """Trains as `digitnet.train.train` does, as one of several processes that have met.

    Returns:
        The contents of `metrics.json` in process 0, which wrote it; `None` in the others.

    Raises:
        UserError: As `digitnet.train.train`, or if the processes have different digits.
    """
    training_set.require_a_batch(recipe, digits)
    devices.require_divisible(recipe.batch_size, len(keras.distribution.list_devices()))
    _require_same(digits, hosts)
    shown = training_set.of(recipe, digits)
    folder = pathlib.Path(run_dir)
    if hosts.writes:
        folder = open_run(run_dir, recipe, shown, resume, command)
    with devices.precision(recipe.precision):
        # On this process' first device.
        alone = models.build_from(recipe.model, recipe.seed, recipe.initial_weights)
    num_classes = alone.get_layer("logits").units
    augmentation = Augmentation.of(recipe)
    feed = SharedFeed(shown, augmentation, recipe.batch_size, num_classes, recipe.seed, hosts=hosts)
    alone_training = compile_for_training(alone, recipe, feed.steps_per_epoch)
    state, variables = _state(folder, alone_training, hosts)
    say(RESUMABLE)
    with devices.data_parallel(recipe.batch_size):
        with devices.precision(recipe.precision):
            model = models.build_from(recipe.model, recipe.seed, recipe.initial_weights)
        training_model = compile_for_training(model, recipe, feed.steps_per_epoch)
        if variables:
            training_model.optimizer.build(training_model.trainable_variables)
            checkpoint.unpack(variables, checkpoint.variables_of(training_model))
        keeper = checkpoint.Checkpoint(folder, state["history"], state["seconds"])
        if state["epoch"] < recipe.epochs:
            validation = _Validation(alone_training, digits, num_classes)
            watch = StopWhenDiverged(recipe, folder)
            with contextlib.redirect_stdout(sys.stderr):  # Keras' progress bar goes to stdout
                training_model.fit(
                    **feed.fit_arguments(state["epoch"]),
                    initial_epoch=state["epoch"],
                    epochs=recipe.epochs,
                    callbacks=[feed, validation, watch, *([keeper] if hosts.writes else [])],
                    verbose=(1 if sys.stderr.isatty() else 2) if hosts.writes else 0,
                )
        else:
            training_model.optimizer.finalize_variable_values(training_model.trainable_variables)
    alone.set_weights(model.get_weights())
    metrics = finish(folder, recipe, shown, alone, keeper) if hosts.writes else None
    from jax.experimental import multihost_utils

    multihost_utils.sync_global_devices("finished")  # who ends before the others stops them
    return metrics


def _state(run_dir: pathlib.Path, model: keras.Model, hosts: Hosts) -> tuple[dict[str, Any], bytes]:
    """Process 0's newest checkpoint: its `state.json`, and its variables as `checkpoint.packed`.

    Without one the variables are empty: then the seed decides the weights, in every process.
    """
    content, variables = b"", b""
    if hosts.writes:
        state = checkpoint.restore(run_dir, model)
        content = json.dumps(state).encode()
        if state["epoch"]:
            variables = checkpoint.packed(checkpoint.variables_of(model))
    return json.loads(of_process_0(content)), of_process_0(variables)


def of_process_0(content: bytes) -> bytes:
    """Gives every process the bytes that process 0 calls this with."""
    from jax.experimental import multihost_utils

    size = int(multihost_utils.broadcast_one_to_all(np.int32(len(content))))
    if not size:
        return b""
    array = np.zeros(size, np.uint8)
    if len(content):
        array[:] = np.frombuffer(content, np.uint8)
    return np.asarray(multihost_utils.broadcast_one_to_all(array)).tobytes()


def _require_same(digits: Digits, hosts: Hosts) -> None:
    checksum = hashlib.sha256()
    for array in (digits.x_train, digits.y_train, digits.x_validation, digits.y_validation):
        checksum.update(np.ascontiguousarray(array).data)
    if of_process_0(checksum.digest()) != checksum.digest():
        raise UserError(
            f"process {hosts.process_id} has other digits than process 0; give all of them the "
            "same --dataset, from copies of the same files."
        )


class _Validation(keras.callbacks.Callback):
    """Scores the validation images after every epoch, all of them in every process.

    Split over the devices, as `fit` would have it, a last batch may leave some of them without
    an image, which JAX refuses.
    """

    def __init__(self, alone: keras.Model, digits: Digits, num_classes: int) -> None:
        super().__init__()
        self.alone, self.images = alone, digits.x_validation
        self.targets = np.eye(num_classes, dtype=np.float32)[digits.y_validation]

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None or not len(self.targets):
            return
        weights = self.model.get_weights()
        with _not_distributed():
            self.alone.set_weights(weights)
            scores = self.alone.evaluate(
                self.images, self.targets, EVALUATION_BATCH_SIZE, verbose=0, return_dict=True
            )
        logs.update({f"val_{name}": value for name, value in scores.items()})


@contextlib.contextmanager
def _not_distributed() -> Iterator[None]:
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


class SharedFeed(Feed):
    """Batches of which each process gets its equal part, in the order of the processes.

    Each picture is augmented as it would be by one process alone, and by one process only.
    """

    def __init__(self, *arguments: Any, hosts: Hosts) -> None:
        super().__init__(*arguments)
        self.hosts = hosts

    def batches(self, first_epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """As `Feed.batches`, with this process' part, `(B / processes, ...)`."""
        size = self.batch_size // self.hosts.processes
        for epoch in itertools.count(first_epoch):
            for images, draws, targets in map(self._part, self._chunks(epoch)):
                images = keras.ops.convert_to_numpy(self.augmentation.apply(images, draws))
                for start in range(0, len(images), size):
                    yield images[start : start + size], targets[start : start + size]

    def _part(self, arrays: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """The rows of whole batches that are this process'."""
        shape = (-1, self.hosts.processes, self.batch_size // self.hosts.processes)
        rows = np.arange(len(arrays[0])).reshape(shape)[:, self.hosts.process_id].reshape(-1)
        return tuple(array[rows] for array in arrays)
