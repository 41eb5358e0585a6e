"""The paper's tables, run again: `python -m digitnet.reproduce`."""

import argparse
import dataclasses
import functools
import pathlib
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import digitnet
from digitnet.errors import UserError, run_command
from digitnet.paper.experiments import plan, rows
from digitnet.paper.experiments.trials import fingerprint
from digitnet.paper.runners.store import FAILED, Outcome, Store

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits

QMNIST_TEST_COUNT, PAPER_TEST_COUNT = 60_000, 20_000
# Not `reproduction`, where a clone has the report of this project's own runs.
OUT = "runs/reproduction"


def reproduce(
    chosen: list[rows.Row],
    digits: "Digits",
    folder: str | pathlib.Path,
    *,
    seeds: int | None = None,
    epochs: int | None = None,
    executor: str = "local",
    workers: int = 1,
    command: str = "",
) -> list[Outcome]:
    """Runs what the rows need and is not stored yet, and writes the report of all that is stored.

    Args:
        chosen: The rows.
        digits: What to run them on; without validation images.
        folder: Where outcomes are stored, and the report written.
        seeds: Seeds of each row; `None` for three, one for the large networks. With Keras' JAX
            backend and the executor `local` the seeds of a small network are trained side by side.
        epochs: The most epochs that any network is trained for; `None` for the protocol's.
        executor: `local` or `ray`.
        workers: Worker processes, or tasks at a time.
        command: The command line to record in the report.

    Returns:
        The outcomes that were added.

    Raises:
        UserError: If the folder cannot be written.
    """
    from tqdm import tqdm

    store = Store(folder)
    store.remember(command)
    jobs = plan.jobs_of(chosen, fingerprint(digits), len(digits.x_train), seeds, epochs)
    left = store.unfinished(jobs)
    print(f"{len(jobs)} jobs, {len(jobs) - len(left)} of them finished before.", file=sys.stderr)
    outcomes: list[Outcome] = []
    with tqdm(total=len(left), desc="jobs", unit="job") as bar:
        for outcome in _executor(executor)(left, digits, store, workers):
            outcomes.append(outcome)
            bar.write(_line(outcome), file=sys.stderr)
            bar.update()
    _write_report(store, digits)
    return outcomes


def _write_report(store: Store, digits: "Digits") -> None:
    from digitnet.paper.report import document  # imports Keras, SciPy

    document.write(store, digits)


def _executor(name: str) -> Callable[..., Iterator[Outcome]]:
    from digitnet.paper.runners import cluster, local

    if name == "ray":
        return cluster.run_jobs
    import keras

    return functools.partial(local.run_jobs, side_by_side=keras.backend.backend() == "jax")


def _line(outcome: Outcome) -> str:
    scores = outcome.facts["history"].get("test_accuracy")
    score = f" {scores[-1]:.2%}" if scores else ""
    reason = f" ({outcome.message})" if outcome.message else ""
    return f"{outcome.job.key}: {outcome.status}{score}{reason}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.reproduce",
        description="Runs the paper's tables again and writes a report. What is finished is not "
        "repeated; what was interrupted goes on.",
    )
    parser.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    parser.add_argument(
        "--tables",
        nargs="+",
        type=int,
        metavar="N",
        help="of the paper: 1, 2, 3, 4 (default, with no --rows either: all rows)",
    )
    parser.add_argument(
        "--rows",
        nargs="+",
        metavar="ROW",
        help="sections (protocol, gate, …), rows as SECTION/NAME, or wildcards, as gate/spatial* "
        "(default, with no --tables either: all rows)",
    )
    parser.add_argument("--list", action="store_true", help="print the rows and do nothing")
    parser.add_argument(
        "--epochs", type=int, help="train for at most this many epochs (default: the protocol's)"
    )
    parser.add_argument(
        "--limit", type=int, help="use at most this many images of each part (default: all)"
    )
    parser.add_argument(
        "--seeds",
        type=int,
        help=f"seeds a row (default: {plan.SEEDS}, large networks {plan.SEEDS_LARGE}); side "
        "by side with Keras' JAX backend",
    )
    parser.add_argument(
        "--dataset",
        default="mnist",
        help="mnist, auto, optdigits, an .npz or a folder of IDX files (default: mnist)",
    )
    parser.add_argument("--out", default=OUT, help=f"folder of jobs and report (default: {OUT})")
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="run nothing, write the report of what --out holds",
    )
    parser.add_argument(
        "--executor",
        default="local",
        choices=("local", "ray"),
        help="worker processes here, or tasks on a Ray cluster (default: local)",
    )
    parser.add_argument("--workers", type=int, default=1, help="jobs at a time (default: 1)")
    return parser


def _papers_part(digits: "Digits") -> "Digits":
    """QMNIST's first 20,000 test images: with MNIST's training images the paper's 80,000."""
    if len(digits.y_test) != QMNIST_TEST_COUNT:
        return digits
    print(f"NOTE: the first {PAPER_TEST_COUNT:,} test images are taken.", file=sys.stderr)
    part = slice(PAPER_TEST_COUNT)
    return dataclasses.replace(digits, x_test=digits.x_test[part], y_test=digits.y_test[part])


def _command(options: Sequence[str]) -> str:
    """The command line, without the folder: it lies in it."""
    kept = [option for option in options if not option.startswith("--out=")]
    if "--out" in kept:
        place = kept.index("--out")
        del kept[place : place + 2]
    return shlex.join(["python", "-m", "digitnet.reproduce", *kept])


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    for name in ("epochs", "limit", "seeds", "workers"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UserError(f"--{name} must be at least 1, but it is {value}.")
    chosen = rows.choose(arguments.tables, arguments.rows)
    if arguments.list:
        print("\n".join(row.full_name for row in chosen))
        return 0
    # Before the digits: a folder that cannot be used is said at once.
    if arguments.report_only and not list(pathlib.Path(arguments.out).glob("jobs/*.json")):
        raise UserError(f"{arguments.out} holds no finished job to report on; give another --out.")
    store = Store(arguments.out)
    from digitnet.digits import datasets  # imports NumPy

    digits = datasets.load(arguments.dataset, validation_count=0, limit=arguments.limit)
    digits = _papers_part(digits)
    if arguments.report_only:
        _write_report(store, digits)
        print(f"{arguments.out}/report.md: {len(store.outcomes())} jobs, none of them run now")
        return 0
    try:
        outcomes = reproduce(
            chosen,
            digits,
            arguments.out,
            seeds=arguments.seeds,
            epochs=arguments.epochs,
            executor=arguments.executor,
            workers=arguments.workers,
            command=_command(sys.argv[1:] if argv is None else argv),
        )
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    bad = [outcome for outcome in outcomes if outcome.status == FAILED]
    print(f"{arguments.out}/report.md: {len(outcomes)} jobs run, {len(bad)} of them failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
