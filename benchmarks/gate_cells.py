"""What `benchmarks.gates` trains: cells, each a network under a recipe on digits with some seeds.

A finished cell is one JSON file in `cells/`; its run directories lie in `runs/` beside it. A run
that was killed goes on from its newest checkpoint, and seeds that a cell has are not trained again.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
from typing import TYPE_CHECKING

from digitnet import files
from edge_demo.contract import UserError

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits

CLEAN, CLUTTERED = "clean", "cluttered"
DIGITS = (CLEAN, CLUTTERED)
CLUTTER_SEEDS = {"train": 1, "validation": 2, "test": 3}


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a cell's seeds have in common."""

    recipe: str
    digits: str
    model: str
    epochs: int


def on(kind: str, digits: Digits) -> Digits:
    """The digits as they are, or all parts of them laid on clutter, each by a seed of its own."""
    if kind == CLEAN:
        return digits
    from digitnet.drawn.cluttered import cluttered_digits

    parts = {
        f"x_{part}": cluttered_digits(getattr(digits, f"x_{part}"), seed)
        for part, seed in CLUTTER_SEEDS.items()
    }
    origin = {**digits.origin, "clutter_seeds": CLUTTER_SEEDS}
    return dataclasses.replace(digits, name=f"{digits.name}, cluttered", origin=origin, **parts)


def read(out: pathlib.Path) -> dict[Kind, list[dict]]:
    """The finished cells of a folder, those of one kind together."""
    found: dict[Kind, list[dict]] = {}
    for path in sorted((out / "cells").glob("[!.]*.json")):
        cell = files.read_record(path)
        kind = Kind(*(cell[field.name] for field in dataclasses.fields(Kind)))
        found.setdefault(kind, []).append(cell)
    return found


def accuracies(cells: list[dict]) -> dict[int, float]:
    """The test accuracy of each seed of cells of one kind, in 0..1."""
    pairs = [pair for one in cells for pair in zip(one["seeds"], one["accuracies"], strict=True)]
    return dict(sorted(pairs))


def train(kind: Kind, seeds: int, digits: Digits, out: pathlib.Path, command: str) -> None:
    """Trains those of the seeds 0 to N - 1 that no cell has yet, and writes their cell.

    Args:
        kind: What to train.
        seeds: How many.
        digits: On what: of the kind's digits.
        out: The folder of cells and runs.
        command: The command line to record.

    Raises:
        UserError: If the folder has cells of other digits; as `train_seeds` does.
    """
    from digitnet.paper.experiments.trials import fingerprint
    from digitnet.recipe import RECIPES
    from digitnet.training import provenance
    from digitnet.training.seeds import train_seeds

    cells, checksum = read(out), fingerprint(digits)
    for other, those in cells.items():  # what it will be compared with
        same = (other.recipe, other.digits) == (kind.recipe, kind.digits)
        if same and any(cell["checksum"] != checksum for cell in those):
            raise UserError(
                f"{out} has cells of other digits than {digits.name}; give another --out."
            )
    first = len(accuracies(cells.get(kind, [])))
    if first >= seeds:
        return
    recipe = dataclasses.replace(
        RECIPES[kind.recipe](), model=kind.model, epochs=kind.epochs, seed=first
    )
    name = f"{kind.recipe}-{kind.digits}-{kind.model}-{kind.epochs}-epochs"
    name += f"-seeds-{first}-to-{seeds - 1}"
    run_dir = out / "runs" / name
    if (run_dir / "metrics.json").exists():
        metrics = files.read_record(run_dir / "metrics.json")
    else:
        resume = (run_dir / "config.json").exists()
        count = seeds - first
        metrics = train_seeds(recipe, digits, str(run_dir), count, resume=resume, command=command)
    origin = provenance.describe()
    cell = {
        **dataclasses.asdict(kind),
        "seeds": list(range(first, seeds)),
        "accuracies": metrics["test_accuracies"],
        "test_count": metrics["test_count"],
        "train_count": metrics["train_count"],
        "parameters": metrics["parameters"],
        "seconds": metrics["seconds"],
        "run": f"runs/{name}",
        "command": command,
        "checksum": checksum,
        "date": datetime.date.today().isoformat(),
        "machine": origin["machine"],
        "load": round(os.getloadavg()[0], 1),
        "backend": origin["backend"],
        "versions": origin["versions"],
    }
    files.make_folder(out / "cells")
    files.write_json(out / "cells" / f"{name}.json", cell)
