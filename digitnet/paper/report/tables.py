"""The report's tables of rows: ours, the paper's, each seed, and what was spent on them."""

from collections.abc import Sequence

from digitnet.paper.report.comparison import in_points
from digitnet.paper.report.markdown import NOTHING, Column, percent, table
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import spread
from digitnet.paper.runners.store import AT_CHANCE, DIVERGED, DONE, FAILED

SHOW_BEST_EPOCH = ("table1", "protocol")


def of_results(results: Sequence[Result]) -> str:
    """The table of a section's rows; a section has the columns that it has something for."""
    return table(COLUMNS, results)


def remarks(result: Result) -> str:
    """What did not go well, in words: `diverged (1 of 3): the loss was nan in epoch 2.`"""
    said = []
    for status in (DIVERGED, AT_CHANCE, FAILED):
        those = [score for score in result.scores if score.status == status]
        if those:
            count = f" ({len(those)} of {len(result.scores)})" if len(result.scores) > 1 else ""
            said.append(f"{status}{count}: {those[0].message}")
    return " ".join(said)


def _each_seed(result: Result) -> str:
    return ", ".join(
        percent(score.test) if score.status in (DONE, AT_CHANCE) else score.status
        for score in result.scores
    )


def _best_epoch(result: Result) -> str:
    return spread(result.values("best_test")) if result.epoch else NOTHING


def _epochs(result: Result) -> str:
    if not result.epoch:
        return NOTHING
    protocol = result.row.epochs
    return str(result.epoch) if result.epoch == protocol else f"{result.epoch} of {protocol}"


def _parameters(result: Result) -> str:
    found = [outcome.facts.get("parameters") for outcome in result.outcomes]
    return next((f"{one:,}" for one in found if one), NOTHING)


def _seconds(result: Result) -> str:
    seconds = result.mean("seconds")
    return NOTHING if seconds is None else f"{seconds:,.0f}"


def _paper_has(measure: str, results: Sequence[Result]) -> bool:
    return any(one.paper(measure) is not None for one in results)


def _has_test(results: Sequence[Result]) -> bool:
    return _paper_has("test", results)


def _has_train(results: Sequence[Result]) -> bool:
    return _paper_has("train", results)


def _has_best_epoch(results: Sequence[Result]) -> bool:
    return any(one.row.section in SHOW_BEST_EPOCH for one in results)


LABEL = Column[Result]("", lambda one: one.row.label)
TEST = Column[Result]("test %", lambda one: spread(one.values("test")))
EACH_SEED = Column("each seed", _each_seed)
EPOCHS = Column("epochs", _epochs)
REMARKS = Column("", remarks)

# A column more is a line more here.
COLUMNS: tuple[Column[Result], ...] = (
    LABEL,
    Column("paper, test %", lambda one: percent(one.paper("test"), 1), _has_test),
    TEST,
    Column("test, less the paper's", lambda one: in_points(one, "test"), _has_test),
    EACH_SEED,
    Column("best epoch, test %", _best_epoch, _has_best_epoch),
    Column("paper, training %", lambda one: percent(one.paper("train"), 1), _has_train),
    Column("training %", lambda one: spread(one.values("train"))),
    Column("training, less the paper's", lambda one: in_points(one, "train"), _has_train),
    Column("augmented %", lambda one: percent(one.mean("augmented"))),
    EPOCHS,
    Column("images", lambda one: f"{one.train_count:,}"),
    Column("parameters", _parameters),
    Column("seconds", _seconds),
    REMARKS,
)
