"""Checkpoints from which a killed run goes on, bit for bit.

A checkpoint is a folder `checkpoints/epoch-0007` with the training model's variables (weights,
optimiser slots and step) and `state.json` (epoch, history, seconds, the state of dropout's random
numbers, checksum); what an epoch shows follows from its number (`digitnet.training.epochs`,
`digitnet.training.feed`). It is written under another name and renamed when it is complete, so a
folder under a final name is whole whenever the process dies.
Keras' BackupAndRestore writes its two files in place: a kill between or within them loses the run.
"""

import hashlib
import os
import pathlib
import shutil
import time

import keras

from digitnet import files
from digitnet.errors import UserError

WEIGHTS, STATE = "training.weights.h5", "state.json"
KEEP = 2  # the one before stands in for a last one that was damaged on disk


class Checkpoint(keras.callbacks.Callback):
    """Writes a checkpoint after every epoch and keeps the history.

    Attributes:
        history: One dict an epoch: `epoch` from 1, the logs of `fit`, `learning_rate`.
        seconds: Wall time of all epochs, those before a resumption included.
    """

    def __init__(self, run_dir, history=(), seconds=0.0):
        super().__init__()
        self.folder = pathlib.Path(run_dir) / "checkpoints"
        self.history = list(history)
        self.seconds = seconds

    def on_epoch_begin(self, epoch, logs=None):
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._started
        row = {key: float(value) for key, value in (logs or {}).items()}
        learning_rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.history.append({"epoch": epoch + 1, **row, "learning_rate": learning_rate})
        try:
            self._save(epoch + 1)
        except OSError as error:
            raise UserError(files.cannot_write(self.folder, error)) from error

    def _save(self, epoch):
        final = self.folder / f"epoch-{epoch:04d}"
        temporary = self.folder / f"writing-{epoch:04d}"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir(parents=True)
            self.model.save_weights(temporary / WEIGHTS)
            state = {
                "epoch": epoch,
                "history": self.history,
                "seconds": self.seconds,
                "random_states": [
                    keras.ops.convert_to_numpy(state).tolist()
                    for state in _random_states(self.model)
                ],
                "sha256": _sha256(temporary / WEIGHTS),
            }
            files.write_json(temporary / STATE, state)
            _sync(temporary / WEIGHTS)
            os.replace(temporary, final)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        for old in checkpoints(self.folder.parent)[:-KEEP]:
            shutil.rmtree(old, ignore_errors=True)


def checkpoints(run_dir) -> list[pathlib.Path]:
    """The complete checkpoints of a run, oldest first."""
    return sorted((pathlib.Path(run_dir) / "checkpoints").glob("epoch-*"))


def restore(run_dir, model: keras.Model) -> dict:
    """Loads the newest checkpoint into a compiled training model and returns its state.

    Returns:
        The contents of `state.json`, or `{"epoch": 0, "history": [], "seconds": 0.0}` where the
        run was killed before its first checkpoint.

    Raises:
        UserError: If the checkpoint is damaged; the sentence says how to go on.
    """
    found = checkpoints(run_dir)
    if not found:
        return {"epoch": 0, "history": [], "seconds": 0.0}
    newest = found[-1]
    try:
        state = files.read_json(newest / STATE)
        if _sha256(newest / WEIGHTS) != state["sha256"]:
            raise ValueError("its checksum is not the one it was written with")
        model.optimizer.build(model.trainable_variables)
        model.load_weights(newest / WEIGHTS)
        kept = state.get("random_states", [])  # versions before had none
        for variable, value in zip(_random_states(model), kept, strict=bool(kept)):
            variable.assign(value)
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


def _random_states(model: keras.Model) -> list[keras.Variable]:
    """Where dropout's random numbers have come to: the variables that Keras' weight files omit."""
    known = {id(variable) for variable in (*model.weights, *model.metrics_variables)}
    return [variable for variable in model.variables if id(variable) not in known]


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
