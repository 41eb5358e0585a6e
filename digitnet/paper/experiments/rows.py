"""The rows of the paper's tables, and of the two that it lacks."""

import dataclasses
import fnmatch
import itertools
from collections.abc import Sequence

from digitnet.errors import UserError
from digitnet.networks.gates import PLACES, VARIANTS
from digitnet.paper.experiments.trials import LBP, LIGHT, SHIFT, SPARSE, Trial, network

EPOCHS = 100  # the paper's, where a table does not vary them
TRAIN_IMAGES = 60_000  # the paper's
LARGE = ("alexnet", "vgg16", "resnet50")
ATTENTION = network()  # LeNet+Attention under the recipe `paper`

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
        paper_test, paper_train: The paper's accuracies, 0..1, where it gives them.
    """

    section: str
    name: str
    label: str
    trial: Trial
    epochs: int = EPOCHS
    paper_test: float | None = None
    paper_train: float | None = None

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


def choose(tables: Sequence[int] | None = None, patterns: Sequence[str] | None = None) -> list[Row]:
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


def _matches(row: Row, pattern: str) -> bool:
    return row.section == pattern or fnmatch.fnmatchcase(row.full_name, pattern)


def _table1() -> list[Row]:
    def row(name: str, label: str, trial: Trial, paper_test: float | None = None) -> Row:
        return Row("table1", name, label, trial, EPOCHS, paper_test)

    return [
        row("lbp", "LBP, linear classifier", Trial(LBP)),
        row("sparse", "Sparse representation", Trial(SPARSE)),
        row("lenet", "LeNet", network(model="lenet"), 0.977),
        row("alexnet", "AlexNet", network(model="alexnet"), 0.987),
        row("vgg16", "VGG16", network(model="vgg16"), 0.989),
        row("resnet50", "ResNet (50)", network(model="resnet50"), 0.865),
        row("lenet_attention", "LeNet+Attention", ATTENTION, 0.993),
    ]


def _table2() -> list[Row]:
    cells = {0.1: (0.809, 0.883), 0.01: (0.993, 0.997), 0.001: (0.798, 0.811)}
    return [
        Row(
            *("table2", str(rate), f"learning rate {rate}", network(learning_rate=rate)),
            paper_test=test,
            paper_train=train,
        )
        for rate, (test, train) in cells.items()
    ]


def _table3() -> list[Row]:
    cells = {48: 0.959, 64: 0.982, 96: 0.997, 128: 0.997, 256: 0.998}
    return [
        Row("table3", str(size), f"batch {size}", network(batch_size=size), paper_train=train)
        for size, train in cells.items()
    ]


def _table4() -> list[Row]:
    cells = {50: (0.934, 0.942), 100: (0.993, 0.997), 150: (0.993, 0.999)}
    return [
        Row("table4", str(epochs), f"{epochs} epochs", ATTENTION, epochs, test, train)
        for epochs, (test, train) in cells.items()
    ]


def _protocol() -> list[Row]:
    rows = []
    for momentum, flip, jitter in itertools.product((0.0, 0.9), (True, False), (SHIFT, LIGHT)):
        label = (
            f"momentum {momentum:g}, {'flip' if flip else 'no flip'}, "
            f"{'shifts' if jitter == SHIFT else 'brightness and contrast'}"
        )
        name = f"{momentum}-{'flip' if flip else 'noflip'}-{jitter}"
        trial = network(jitter, momentum=momentum, horizontal_flip=flip)
        rows.append(Row("protocol", name, label, trial))
    return rows


def _gate() -> list[Row]:
    rows = [Row("gate", "none", "no gate", network(model="lenet"))]
    for model, gate in VARIANTS.items():
        place = PLACES[gate.places]
        poolings = "both poolings" if len(gate.places) > 1 else f"{place} pooling"
        label = f"{gate.mask}, {poolings}, bias {gate.bias}"
        trial = ATTENTION if gate == ATTENTION.gate else network(model=model)
        rows.append(Row("gate", f"{gate.mask}-{place}-{gate.bias}", label, trial))
    return rows
