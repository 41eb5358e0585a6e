"""Finished jobs, one JSON file each, under the report's folder."""

import dataclasses
import json
import pathlib
import sys
from typing import Any

from digitnet import files
from digitnet.paper.experiments.trials import Job, job_from_spec

# How a job can end. `diverged`: the loss left the finite numbers; `at chance`: it did not learn.
DONE, DIVERGED, AT_CHANCE, FAILED = "done", "diverged", "at chance", "failed"

# Below this accuracy nothing was learned: a tenth is guessing, and the most frequent digit alone
# gives 11.35 % of MNIST's test images.
CHANCE = 0.15
COMMANDS = "commands.json"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a finished job left.

    Attributes:
        job: The job.
        status: `done`, `diverged`, `at chance` or `failed`.
        message: A sentence where it is not `done`.
        facts: `parameters`, `test_count`, `seconds`, `provenance`, and `history`: lists of equal
            length, one entry an epoch (one entry in all for methods without epochs).
    """

    job: Job
    status: str
    message: str | None
    facts: dict[str, Any]


class Store:
    """The folder of a reproduction.

    Args:
        folder: Holds `jobs/KEY.json` for finished jobs, `runs/KEY` and `runs/KEY.log` for what
            jobs work on and say, and the report; made where it is missing.

    Raises:
        UserError: If it cannot be written.
    """

    def __init__(self, folder: str | pathlib.Path) -> None:
        self.folder = files.make_folder(folder)
        self._jobs = files.make_folder(self.folder / "jobs")
        self._runs = files.make_folder(self.folder / "runs")

    def run_dir(self, job: Job) -> pathlib.Path:
        """Where the job works; kept until it is finished, its model and pictures beyond that."""
        return self._runs / job.key

    def log(self, job: Job) -> pathlib.Path:
        """Where the job's progress and warnings go."""
        return self._runs / f"{job.key}.log"

    def workers_log(self) -> pathlib.Path:
        """Where what belongs to no job goes: the words of libraries, and of a crash."""
        return self._runs / "workers.log"

    def remember(self, command: str) -> None:
        """Adds a command line to those that this folder has seen."""
        known = self.commands()
        if command not in known:
            files.write_json(self.folder / COMMANDS, [*known, command])

    def commands(self) -> list[str]:
        """The command lines that this folder has seen, each once, oldest first."""
        path = self.folder / COMMANDS
        return list(files.read_json(path)) if path.exists() else []

    def write(self, outcome: Outcome) -> None:
        """Stores what a job left, whole or not at all."""
        value = {
            "status": outcome.status,
            "message": outcome.message,
            "spec": outcome.job.spec,
            **outcome.facts,
        }
        # One line a field: a history of 150 epochs stays readable, and small in git.
        fields = ",\n".join(f"{json.dumps(key)}: {json.dumps(value[key])}" for key in value)
        files.write_text(self._path(outcome.job), f"{{\n{fields}\n}}\n")

    def read(self, job: Job) -> Outcome | None:
        """What the job left, or `None` where it has not ended yet."""
        path = self._path(job)
        return _read(path) if path.exists() else None

    def outcomes(self) -> list[Outcome]:
        """Everything that is stored; files that are no outcomes are named on stderr."""
        found = []
        for path in sorted(self._jobs.glob("*.json")):
            try:
                found.append(_read(path))
            except (KeyError, TypeError, ValueError) as error:
                print(f"NOTE: {path} is no finished job ({error}); left out.", file=sys.stderr)
        return found

    def unfinished(self, jobs: list[Job]) -> list[Job]:
        """The jobs that are left: neither they nor longer ones that pass through them ended."""
        outcomes = self.outcomes()
        return [job for job in jobs if not any(_passes_through(one, job) for one in outcomes)]

    def _path(self, job: Job) -> pathlib.Path:
        return self._jobs / f"{job.key}.json"


def _read(path: pathlib.Path) -> Outcome:
    value = files.read_json(path)
    status, message, spec = value.pop("status"), value.pop("message"), value.pop("spec")
    return Outcome(job_from_spec(spec), status, message, value)


def _passes_through(outcome: Outcome, job: Job) -> bool:
    longer = dataclasses.replace(outcome.job, epochs=job.epochs) == job
    return longer and outcome.job.epochs >= job.epochs and outcome.status != FAILED
