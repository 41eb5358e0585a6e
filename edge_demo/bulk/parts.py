"""Part files: the rows of one shard, as Parquet or as lines of JSON."""

import itertools
import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from edge_demo.bulk.rows import Row
from edge_demo.bulk.storage import Storage

FORMATS = ("parquet", "jsonl")
GROUP = 1024  # rows in memory


class Counts(NamedTuple):
    """How much a part holds: pictures, the digits on them, and pictures that cannot be read."""

    pictures: int
    digits: int
    errors: int


def part_name(shard: int, form: str) -> str:
    """The name of a shard's part.

    Example:

    >>> part_name(12, "parquet")
    'part-00000012.parquet'
    """
    return f"part-{shard:08d}.{form}"


def write_part(output: Storage, name: str, rows: Iterable[Row]) -> Counts:
    """Writes rows under a temporary name, which becomes the part's when all of them are there.

    Raises:
        OSError: It cannot be written.
    """
    pictures = digits = errors = 0
    rows = iter(rows)
    with output.replacing(name) as stream:
        write, close = _writer(stream, name.rpartition(".")[2])
        while group := list(itertools.islice(rows, GROUP)):
            write(group)
            pictures += len(group)
            digits += sum(len(row["digits"]) for row in group)
            errors += sum(row["error"] is not None for row in group)
        close()
    return Counts(pictures, digits, errors)


def schema() -> Any:
    """The pyarrow schema of a part; boxes are (x, y, width, height) in pixels."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("path", pa.string(), nullable=False),
            pa.field("digits", pa.list_(pa.uint8()), nullable=False),
            pa.field("numbers", pa.list_(pa.string()), nullable=False),
            pa.field("confidences", pa.list_(pa.float32()), nullable=False),
            pa.field("boxes", pa.list_(pa.list_(pa.int32(), 4)), nullable=False),
            pa.field("model", pa.string(), nullable=False),
            pa.field("error", pa.string()),
        ]
    )


def _writer(stream: Any, form: str) -> tuple[Callable[[list[Row]], object], Callable[[], object]]:
    if form == "jsonl":
        return lambda group: stream.write(_lines(group)), lambda: None
    import pyarrow as pa
    import pyarrow.parquet

    writer = pyarrow.parquet.ParquetWriter(stream, schema(), compression="snappy")
    return lambda group: writer.write_table(pa.Table.from_pylist(group, schema())), writer.close


def _lines(group: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in group).encode()
