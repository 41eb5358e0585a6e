"""The rows of the paper's tables, and of the two that it lacks."""

import dataclasses
import fnmatch

from digitnet import models
from digitnet.errors import UserError
from digitnet.paper.experiments.trials import LBP, LIGHT, SHIFT, SPARSE, Trial

EPOCHS = 100  # the paper's, where a table does not vary them
TRAIN_IMAGES = 60_000  # the paper's
LARGE = ("alexnet", "vgg16", "resnet50")
PAPER = Trial()  # LeNet+Attention under the recipe `paper`

SECTIONS = {
    "table1": "Table 1: the methods",
    "table2": "Table 2: learning rates",
    "table3": "Table 3: batch sizes",
    "table4": "Table 4: epochs",
    "protocol": "Readings of the protocol",
    "gate": "The gate, alone",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of a table.

    Attributes:
        section: A key of `SECTIONS`.
        name: Its name within the section.
        label: What the table calls it.
        trial: What it reads.
        epochs: The epoch at which it reads, by the protocol.
        paper_accuracy: The paper's test accuracy, where it is at hand.
    """

    section: str
    name: str
    label: str
    trial: Trial
    epochs: int = EPOCHS
    paper_accuracy: float | None = None

    @property
    def full_name(self) -> str:
        """`SECTION/NAME`, as `--rows` takes it."""
        return f"{self.section}/{self.name}"

    @property
    def is_large(self) -> bool:
        """Whether a CPU takes hours for it."""
        return self.trial.model in LARGE


def all_rows() -> list[Row]:
    """Every row, in the order of the report."""
    return [*_table1(), *_table2(), *_table3(), *_table4(), *_protocol(), *_gate()]


def choose(tables=None, patterns=None) -> list[Row]:
    """The rows that a command line asks for.

    Args:
        tables: Numbers of the paper's tables.
        patterns: Sections, rows as `SECTION/NAME`, or either with wildcards, as `gate/spatial*`.
            Both left out, all rows are meant; given together, the rows of either.

    Raises:
        UserError: If there is no such table or row.
    """
    rows = all_rows()
    if tables is None and patterns is None:
        return rows
    known = sorted(int(section[5:]) for section in SECTIONS if section.startswith("table"))
    for table in tables or ():
        if table not in known:
            raise UserError(
                f"there is no table {table}; the paper's tables are "
                f"{', '.join(map(str, known))}, and --rows takes `protocol` and `gate`."
            )
    chosen = {row for row in rows if row.section in {f"table{table}" for table in tables or ()}}
    for pattern in patterns or ():
        found = {row for row in rows if _matches(row, pattern)}
        if not found:
            raise UserError(
                f"there is no row {pattern!r}; the sections are {', '.join(SECTIONS)}, and "
                "`--list` shows the rows of each."
            )
        chosen |= found
    return [row for row in rows if row in chosen]


def _matches(row, pattern):
    return row.section == pattern or fnmatch.fnmatchcase(row.full_name, pattern)


def _network(**settings):
    return dataclasses.replace(PAPER, **settings)


def _table1():
    def row(name, label, trial, paper_accuracy=None):
        return Row("table1", name, label, trial, EPOCHS, paper_accuracy)

    return [
        row("lbp", "LBP, linear classifier", Trial(LBP, model="")),
        row("sparse", "Sparse representation", Trial(SPARSE, model="")),
        row("lenet", "LeNet", _network(model="lenet"), 0.977),
        row("alexnet", "AlexNet", _network(model="alexnet"), 0.987),
        row("vgg16", "VGG16", _network(model="vgg16"), 0.989),
        row("resnet50", "ResNet (50)", _network(model="resnet50"), 0.865),
        row("lenet_attention", "LeNet+Attention", PAPER, 0.993),
    ]


def _table2():
    return [
        Row("table2", str(rate), f"learning rate {rate}", _network(learning_rate=rate))
        for rate in (0.1, 0.01, 0.001)
    ]


def _table3():
    return [
        Row("table3", str(size), f"batch {size}", _network(batch_size=size))
        for size in (48, 64, 96, 128, 256)
    ]


def _table4():
    return [
        Row("table4", str(epochs), f"{epochs} epochs", PAPER, epochs) for epochs in (50, 100, 150)
    ]


def _protocol():
    rows = []
    for momentum in (0.0, 0.9):
        for flip in (True, False):
            for jitter in (SHIFT, LIGHT):
                name = f"{momentum}-{'flip' if flip else 'noflip'}-{jitter}"
                label = (
                    f"momentum {momentum:g}, {'flip' if flip else 'no flip'}, "
                    f"{'shifts' if jitter == SHIFT else 'brightness and contrast'}"
                )
                trial = _network(momentum=momentum, flip=flip, jitter=jitter)
                rows.append(Row("protocol", name, label, trial))
    return rows


def _gate():
    rows = [Row("gate", "none", "no gate", _network(model="lenet"))]
    for model in models.GATE_VARIANTS:
        _, mask, place, bias = model.split("_")
        places = "both poolings" if place == "both" else f"{place} pooling"
        label = f"{mask}, {places}, bias {'open' if bias == 'open' else 'zero'}"
        # This one is LeNet+Attention itself.
        trained = "lenet_attention" if model == "lenet_spatial_both_open" else model
        rows.append(Row("gate", f"{mask}-{place}-{bias}", label, _network(model=trained)))
    return rows
