"""Many seeds of one recipe at once: one network's state a seed, one compiled loop for all (JAX).

One LeNet fills a hundredth of a GPU. Initial weights, orders and draws are each seed's own, so that
its model is the one it has alone, to rounding.
"""

from typing import Any

import keras
import numpy as np

from digitnet.errors import UserError
from digitnet.training import on_device
from digitnet.training.scanned import ScannedModel, on_cpu


class SideBySide:
    """The states of one network under several seeds.

    On a GPU the states are mapped over by one program. On a CPU, which one network fills, they
    take turns within a call.

    Args:
        model: The network, compiled; it is the place where one seed's state is looked at.
        images: uint8 `(N, 28, 28, 1)`, shown by every epoch.
        labels: Integers `(N,)`.
        seeds: Of orders and draws, one a state.
    """

    def __init__(
        self, model: ScannedModel, images: np.ndarray, labels: np.ndarray, seeds: list[int]
    ) -> None:
        import jax

        self.model, self.seeds = model, np.array(seeds, np.uint32)
        self.steps = len(labels) // model.batches.batch_size
        self._images, self._labels = jax.device_put((images, labels.astype(np.int32)))
        self._states: Any = None
        self._run = jax.jit(self._run_all, donate_argnums=0)
        self._test = jax.jit(self._test_all)
        self._answer = jax.jit(self._answer_all)

    def gather(self, states: list[list[list[np.ndarray]]]) -> None:
        """Takes the states that the seeds begin with: `state_of` a model, one a seed."""
        groups = zip(*states, strict=True)
        self._states = tuple(
            [np.stack(one) for one in zip(*group, strict=True)] for group in groups
        )

    def train_epoch(self, epoch: int, steps_a_call: int) -> dict[str, np.ndarray]:
        """Trains every seed for one epoch; returns its logs, `(seeds,)` each."""
        import jax

        orders = self._orders(epoch)
        before = self._states
        states = (*before[:3], [np.zeros_like(value) for value in before[3]])
        for first in range(0, self.steps, steps_a_call):
            count = min(steps_a_call, self.steps - first)
            logs, states = self._run(
                states, self._images, self._labels, orders, np.uint32(epoch), first, count
            )
        self._states = jax.block_until_ready(states)
        return {name: np.asarray(value) for name, value in logs.items()}

    def evaluate(
        self, images: np.ndarray, targets: np.ndarray, batch_size: int
    ) -> dict[str, np.ndarray]:
        """Losses and metrics on images with one-hot targets, `(seeds,)` each."""
        trainable, others, _, metrics = self._states
        metrics = [np.zeros_like(value) for value in metrics]
        state = (trainable, others, metrics)
        for start in range(0, len(images), batch_size):
            part = slice(start, start + batch_size)
            logs, state = self._test(state, (images[part], targets[part]))
        return {name: np.asarray(value) for name, value in logs.items()}

    def answers(self, images: np.ndarray, batch_size: int) -> np.ndarray:
        """What each seed's network takes images for: integers `(seeds, N)`."""
        state = self._states[:2]
        parts = [
            np.asarray(self._answer(state, images[start : start + batch_size]))
            for start in range(0, len(images), batch_size)
        ]
        return np.concatenate(parts, axis=1)

    def on_host(self) -> Any:
        """All states, for `load`: brought over once, not seed by seed."""
        import jax

        return jax.device_get(self._states)

    def load(self, states: Any, place: int) -> None:
        """Gives the model the state of one seed, out of `on_host()`."""
        for variables, values in zip(_variables(self.model), states, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value[place])

    def _orders(self, epoch: int) -> Any:
        import jax

        count = len(self._labels)
        return jax.vmap(lambda seed: on_device.order(seed, np.uint32(epoch), count))(self.seeds)

    def _run_all(
        self, states: Any, images: Any, labels: Any, orders: Any, epoch: Any, first: Any, count: Any
    ) -> Any:
        def one(state: Any, order: Any, seed: Any) -> Any:
            shown = {"images": images, "labels": labels, "order": order}
            shown |= {"seed": seed, "epoch": epoch}
            return self.model.run(state, shown, first, count)

        return _over_seeds(one, states, orders, self.seeds)

    def _test_all(self, states: Any, batch: Any) -> Any:
        return _over_seeds(lambda state: self.model.test_step(state, batch), states)

    def _answer_all(self, states: Any, images: Any) -> Any:
        def one(state: Any) -> Any:
            return self.model.predict_step(state, (images,))[0].argmax(axis=-1)

        return _over_seeds(one, states)


def state_of(model: keras.Model) -> list[list[np.ndarray]]:
    """A compiled model's state on the host: weights, other states, the optimiser's, metrics'."""
    return [
        [keras.ops.convert_to_numpy(variable) for variable in variables]
        for variables in _variables(model)
    ]


def require_backend() -> None:
    """Raises a `UserError` where Keras' backend cannot train seeds side by side."""
    if keras.backend.backend() != "jax":
        raise UserError(
            f"--seeds needs Keras' JAX backend, and this is {keras.backend.backend()}: install "
            "'digitnet[jax]' or 'digitnet[gpu]' and set KERAS_BACKEND=jax, or train one seed "
            "after the other with --seed."
        )


def _variables(model: keras.Model) -> list[list[keras.Variable]]:
    return [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]


def _over_seeds(function: Any, *arguments: Any) -> Any:
    import jax

    if on_cpu():
        return jax.lax.map(lambda one: function(*one), arguments)
    return jax.vmap(function)(*arguments)
