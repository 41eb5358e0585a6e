"""Many training steps a call: a train function of our own under `model.fit`, for JAX.

A step of a small network takes an accelerator a tenth of a millisecond, and Python 3 ms to feed
and start. Here one call runs many of them in a loop of the compiled program, with batches that are
made there, so that Python's part is a hundredth.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import keras

from digitnet.training import on_device
from digitnet.training.on_device import Batches


class ScannedModel(keras.Model):
    """A functional model whose `fit` takes calls, not batches: see `calls`.

    Callbacks, progress bar, history and validation are Keras' own; to them a call is a number of
    steps, as `steps_per_execution` has it.

    Args:
        inputs, outputs: As `keras.Model` takes them.
        batches: How a batch is made out of an epoch.
    """

    def __init__(self, inputs: Any, outputs: Any, batches: Batches, **kwargs: Any) -> None:
        super().__init__(inputs, outputs, **kwargs)
        self.batches = batches
        self.train_function: Any
        self.test_function: Any
        self.predict_function: Any

    def run(self, state: Any, shown: dict[str, Any], first: Any, count: Any) -> tuple[Any, Any]:
        """Does `count` training steps from step `first` of an epoch on.

        Args:
            state: Values of the trainable, the other, the optimiser's and the metrics' variables.
            shown: The epoch, as `Batches.batch` takes it.

        Returns:
            The logs after the last step, and the new state. Nothing else is changed: this is a
            function that JAX can compile, and map over many states.
        """
        import jax

        def step(number: Any, state: Any) -> Any:
            _, state = self.train_step(state, self.batches.batch(shown, number))
            return tuple(map(list, state))

        state = jax.lax.fori_loop(first, first + count, step, tuple(map(list, state)))
        with keras.StatelessScope(list(zip(self.metrics_variables, state[3], strict=True))):
            logs = self.get_metrics_result()
        return logs, state

    def make_train_function(self, force: bool = False) -> None:
        """As Keras has it: `train_function(state, iterator)`; here it takes one of `calls`."""
        if self.train_function is not None and not force:
            return
        import jax

        run = jax.jit(self.run, donate_argnums=0)

        def train_function(state: Any, calls: Iterator[Any]) -> tuple[Any, Any]:
            return run(state, *next(calls))

        self.train_function = train_function

    def make_test_function(self, force: bool = False) -> None:
        """As Keras has it; batches that one call has are scored by one program."""
        if on_cpu():  # XLA has slow convolutions for loops there, and a call costs nothing
            super().make_test_function(force)
        elif self.test_function is None or force:
            self.test_function = _together(self.test_step, self.steps_per_execution, joined=False)

    def make_predict_function(self, force: bool = False) -> Callable[..., Any] | None:
        """As Keras has it; batches that one call has are answered by one program."""
        if on_cpu():
            return super().make_predict_function(force)
        if self.predict_function is None or force:

            def step(state: Any, data: Any) -> tuple[Any, Any]:
                outputs, others = self.predict_step(state, data)
                return outputs, (state[0], others)

            self.predict_function = _together(step, self.steps_per_execution, joined=True)
        return self.predict_function


def calls(
    training_set: Any, batch_size: int, seed: int, first_epoch: int, steps_a_call: int
) -> Iterator[tuple[Any, ...]]:
    """What `ScannedModel.fit` is fed with: an epoch, its first step and their number, for ever.

    The images are put on the device once where every epoch shows the same ones in another order,
    otherwise an epoch at a time.

    Args:
        training_set: As `digitnet.training.feed.Epochs`.
        batch_size: Images a step.
        seed: Of orders and draws.
        first_epoch: The epoch to begin with.
        steps_a_call: The most steps of a call.
    """
    import jax
    import numpy as np

    steps = training_set.epoch_size // batch_size
    fixed = training_set.fixed
    if fixed is not None:
        images, labels = jax.device_put(_of_device(*fixed))
    for epoch in itertools.count(first_epoch):
        if fixed is None:
            images, labels = jax.device_put(_of_device(*training_set.epoch(epoch)))
            order = np.arange(len(labels), dtype=np.int32)
        else:
            order = on_device.order(seed, epoch, len(labels))
        # uint32 as JAX's keys are; NumPy's own integers would be 64 bits wide.
        shown = {"images": images, "labels": labels, "order": order}
        shown |= {"seed": np.uint32(seed), "epoch": np.uint32(epoch)}
        for first in range(0, steps, steps_a_call):
            yield shown, np.int32(first), np.int32(min(steps_a_call, steps - first))


def _of_device(images: Any, labels: Any) -> tuple[Any, Any]:
    return images, labels.astype("float32" if labels.ndim == 2 else "int32")


def on_cpu() -> bool:
    """Whether JAX computes on the processor."""
    import jax

    return bool(jax.default_backend() == "cpu")


def _together(step: Callable[..., Any], most: int, joined: bool) -> Callable[..., Any]:
    """Steps over up to `most` batches of an iterator, as one call for each shape among them.

    What the steps give is `joined` into one batch, or it is the last step's.
    """
    import jax

    def run(state: Any, batches: list[Any]) -> tuple[Any, Any]:
        def one(state: Any, batch: Any) -> tuple[Any, Any]:
            outputs, state = step(state, batch)
            return tuple(map(list, state)), outputs

        stacked = jax.tree.map(lambda *parts: jax.numpy.stack(parts), *batches)
        state, outputs = jax.lax.scan(one, tuple(map(list, state)), stacked)
        if joined:
            return jax.tree.map(lambda part: part.reshape(-1, *part.shape[2:]), outputs), state
        return jax.tree.map(lambda part: part[-1], outputs), state

    compiled = jax.jit(run)

    def function(state: Any, iterator: Iterator[Any]) -> tuple[Any, Any]:
        batches = [next(iterator), *itertools.islice(iterator, most - 1)]
        parts = []
        for _, alike in itertools.groupby(batches, lambda batch: jax.tree.leaves(batch)[0].shape):
            outputs, state = compiled(state, list(alike))
            parts.append(outputs)
        if joined:
            return jax.tree.map(lambda *these: jax.numpy.concatenate(these), *parts), state
        return parts[-1], state

    return function
