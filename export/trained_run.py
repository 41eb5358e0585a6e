"""What is exported: a run directory as `python -m digitnet.train` leaves it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitnet.networks.keras_file import load_model  # noqa: F401  (the one way)
from edge_demo.contract import UserError

TRAIN_FIRST = "run `python -m digitnet.train` first"


@dataclass(frozen=True)
class Source:
    """A run directory's contents: the model's path and checksum, and what was recorded of it."""

    run_dir: Path
    model_path: Path
    model_sha256: str
    config: dict[str, Any]
    metrics: dict[str, Any]


def read(run_dir: str | Path) -> Source:
    """Reads a run directory; the model itself is loaded by `load_model`.

    Raises:
        UserError: there is no such directory, it holds no model, or its records are not JSON.
    """
    run_dir = Path(run_dir)
    if not run_dir.exists():
        raise UserError(f"There is no run directory {run_dir}; {TRAIN_FIRST}.")
    if not run_dir.is_dir():
        raise UserError(f"{run_dir} is a file where a run directory is needed; {TRAIN_FIRST}.")
    model_path = run_dir / "model.keras"
    if not model_path.is_file():
        raise UserError(
            f"The run directory {run_dir} holds no model.keras: {TRAIN_FIRST}, or wait until the "
            "training that writes it has ended."
        )
    try:
        checksum = hashlib.sha256(model_path.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{model_path} cannot be read: {error.strerror}.") from error
    return Source(
        run_dir,
        model_path,
        checksum,
        _record(run_dir / "config.json"),
        _record(run_dir / "metrics.json"),
    )


def _record(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} is not readable JSON ({error}); copy it again or train again."
        ) from error
    if not isinstance(record, dict):
        raise UserError(f"{path} holds no JSON object; copy it again or train again.")
    return record
