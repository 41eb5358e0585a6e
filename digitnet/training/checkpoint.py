"""Checkpoints from which a killed run goes on, bit for bit.

A checkpoint is a folder `checkpoints/epoch-0007` with the training model's variables (weights,
optimiser slots and step) and `state.json` (epoch, history, seconds, checksum); what an epoch shows
follows from its number (`digitnet.training.epochs`, `digitnet.training.feed`). It is written under
another name and renamed when it is complete, so a folder under a final name is whole whenever the
process dies.
Keras' BackupAndRestore writes its two files in place: a kill between or within them loses the run.
The variables are NumPy arrays one after another, not HDF5: after a write to a full disk that
library ends the whole process with a segmentation fault.
"""

import hashlib
import io
import os
import pathlib
import shutil
import time
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from digitnet import files
from digitnet.errors import UserError

WEIGHTS, STATE = "training.npy", "state.json"
HDF5 = "training.weights.h5"  # of runs that an older version started
KEEP = 2  # the one before stands in for a last one that was damaged on disk


class Checkpoint(keras.callbacks.Callback):
    """Writes a checkpoint after every epoch and keeps the history.

    Attributes:
        history: One dict an epoch: `epoch` from 1, the logs of `fit`, `learning_rate`.
        seconds: Wall time of all epochs, those before a resumption included.
    """

    def __init__(
        self,
        run_dir: str | os.PathLike[str],
        history: Iterable[dict[str, float]] = (),
        seconds: float = 0.0,
    ) -> None:
        super().__init__()
        self.folder = pathlib.Path(run_dir) / "checkpoints"
        self.history = list(history)
        self.seconds = seconds

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.record(epoch, logs or {}, time.perf_counter() - self._started)
        self.save(epoch)

    def record(self, epoch: int, logs: dict[str, float], seconds: float) -> None:
        """Adds an epoch (its number from 0) to the history, with what it took."""
        self.seconds += seconds
        row = {key: float(value) for key, value in logs.items()}
        learning_rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.history.append({"epoch": epoch + 1, **row, "learning_rate": learning_rate})

    def save(self, epoch: int) -> None:
        """Writes the model's state after an epoch (its number from 0).

        Raises:
            UserError: If it cannot be written.
        """
        try:
            self._save(epoch + 1)
        except OSError as error:
            raise UserError(files.cannot_write(self.folder, error)) from error

    def _save(self, epoch: int) -> None:
        final = self.folder / f"epoch-{epoch:04d}"
        temporary = self.folder / f"writing-{epoch:04d}"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir(parents=True)
            content = packed(variables_of(self.model))
            (temporary / WEIGHTS).write_bytes(content)
            state = {
                "epoch": epoch,
                "history": self.history,
                "seconds": self.seconds,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            files.write_json(temporary / STATE, state)
            _sync(temporary / WEIGHTS)
            # Of seeds side by side one may be ahead of the epoch that all of them go on from.
            shutil.rmtree(final, ignore_errors=True)
            os.replace(temporary, final)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        for old in checkpoints(self.folder.parent)[:-KEEP]:
            shutil.rmtree(old, ignore_errors=True)


def checkpoints(run_dir: str | os.PathLike[str]) -> list[pathlib.Path]:
    """The complete checkpoints of a run, oldest first."""
    return sorted((pathlib.Path(run_dir) / "checkpoints").glob("epoch-*"))


def newest_epoch(run_dir: str | os.PathLike[str]) -> int:
    """Epochs that the newest checkpoint of a run has seen, 0 where there is none."""
    found = checkpoints(run_dir)
    return _epoch_of(found[-1]) if found else 0


def _epoch_of(folder: pathlib.Path) -> int:
    return int(folder.name.removeprefix("epoch-"))


def restore(
    run_dir: str | os.PathLike[str], model: keras.Model, epoch: int | None = None
) -> dict[str, Any]:
    """Loads the newest checkpoint into a compiled training model and returns its state.

    Args:
        run_dir: The run directory.
        model: The training model.
        epoch: Take the checkpoint after this many epochs, or none at 0.

    Returns:
        The contents of `state.json`, or `{"epoch": 0, "history": [], "seconds": 0.0}` where the
        run was killed before its first checkpoint.

    Raises:
        UserError: If the checkpoint is damaged; the sentence says how to go on.
    """
    found = checkpoints(run_dir)
    if epoch is not None:
        found = [one for one in found if _epoch_of(one) <= epoch]
    if not found:
        return {"epoch": 0, "history": [], "seconds": 0.0}
    newest = found[-1]
    try:
        state = files.read_record(newest / STATE)
        weights = newest / (HDF5 if (newest / HDF5).exists() else WEIGHTS)
        content = weights.read_bytes()
        if hashlib.sha256(content).hexdigest() != state["sha256"]:
            raise ValueError("its checksum is not the one it was written with")
        model.optimizer.build(model.trainable_variables)
        if weights.name == HDF5:
            getattr(model, "load_old_weights", model.load_weights)(weights)
        else:
            unpack(content, variables_of(model))
        return {key: state[key] for key in ("epoch", "history", "seconds")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        way_on = (
            "the run then goes on from the checkpoint before it"
            if len(found) > 1
            else "the run then starts again"
        )
        raise UserError(
            f"the checkpoint {newest} is damaged ({error}); delete that folder and repeat the "
            f"command: {way_on}."
        ) from error


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """Weights, states of random layers and of the optimiser, in an order that the model decides."""
    return [*model.variables, *model.optimizer.variables]


def packed(variables: list[keras.Variable]) -> bytes:
    """The values of variables, one after another, for `unpack`."""
    stream = io.BytesIO()
    for variable in variables:
        np.save(stream, keras.ops.convert_to_numpy(variable), allow_pickle=False)
    return stream.getvalue()


def unpack(content: bytes, variables: list[keras.Variable]) -> None:
    """Assigns what `packed` made of variables of the same shapes in the same order.

    Raises:
        ValueError: If the content is of other variables.
    """
    stream = io.BytesIO(content)
    for variable in variables:
        variable.assign(np.load(stream, allow_pickle=False))
    if stream.read(1):
        raise ValueError("it holds more variables than the model has")


def _sync(path: pathlib.Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
