"""Markdown tables: a column is a head and what it says of an item, and nothing else knows of it."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")

NOTHING = "–"


def _always(items: object) -> bool:
    return True


@dataclasses.dataclass(frozen=True)
class Column(Generic[Item]):
    """A column of a table.

    Attributes:
        head: What stands above it.
        cell: What it says of an item.
        shown: Whether a table of these items has it.
    """

    head: str
    cell: Callable[[Item], str]
    shown: Callable[[Sequence[Item]], bool] = _always


def table(columns: Sequence[Column[Item]], items: Sequence[Item]) -> str:
    """A Markdown table with a line for every item."""
    columns = [column for column in columns if column.shown(items)]
    lines = [[column.head for column in columns], ["---"] * len(columns)]
    lines += [[column.cell(item) for column in columns] for item in items]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def percent(value: float | None, digits: int = 2) -> str:
    """An accuracy of 0..1 in percent, or a dash."""
    return NOTHING if value is None else f"{100 * value:.{digits}f}"
