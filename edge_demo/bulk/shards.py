"""Shards: the pieces of an input that one worker reads at a time, the same ones at each run.

A shard is a line of JSON, one of

    {"pictures": [NAME, ...]}
    {"archive": NAME, "offset": BYTES, "count": PICTURES}    count null: to the archive's end
    {"parquet": NAME, "first": ROW, "count": ROWS}
    {"unreadable": NAME, "error": SENTENCE}
"""

import tarfile
from collections.abc import Iterable, Iterator
from typing import Any

from edge_demo.bulk.listing import ARCHIVE, PICTURE, File
from edge_demo.bulk.storage import Storage, one_line
from edge_demo.contract import UserError
from edge_demo.frames.pictures import is_picture_name

Shard = dict[str, Any]


def cut(source: Storage, files: Iterable[File], size: int, column: str) -> Iterator[Shard]:
    """Cuts files into shards of `size` pictures, in their order.

    An archive that is compressed or far away is one shard: to cut it, all of it would have to be
    read. An archive or a Parquet file that is damaged is a shard of its own, of which a row tells.

    Args:
        source: The input.
        files: What it holds.
        size: Pictures in a shard, at most.
        column: Of the pictures in Parquet files.

    Raises:
        UserError: A Parquet file has no such column.
    """
    names: list[str] = []
    for file in files:
        if names and (file.kind != PICTURE or len(names) == size):
            yield {"pictures": names}
            names = []
        if file.kind == PICTURE:
            names.append(file.name)
        elif file.kind == ARCHIVE:
            yield from _cut_archive(source, file.name, size)
        else:
            yield from _cut_parquet(source, file.name, size, column)
    if names:
        yield {"pictures": names}


def count_of(shard: Shard) -> int | None:
    """How many pictures a shard holds, or None where only reading it tells."""
    if "pictures" in shard:
        return len(shard["pictures"])
    return shard.get("count", 1)


def members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yields the pictures of an archive from where it stands, keeping none in memory.

    Raises:
        tarfile.TarError: The archive is damaged; `tarfile` itself takes most damage for its end.
    """
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile keeps all it has seen
        hidden = member.name.rpartition("/")[2].startswith(".")
        if member.isfile() and not hidden and is_picture_name(member.name):
            yield member
    rest: Any = archive.fileobj
    if rest is not None and getattr(rest, "seekable", bool)():
        rest.seek(archive.offset)
        if rest.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("it goes on with what is no header")


def _cut_archive(source: Storage, name: str, size: int) -> Iterator[Shard]:
    path = source.path(name)
    if not source.is_local or not path.lower().endswith(".tar"):
        yield {"archive": name, "offset": 0, "count": None}
        return
    offset, count = 0, 0
    try:
        with open(path, "rb") as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            for member in members(archive):
                if count == size:
                    yield {"archive": name, "offset": offset, "count": count}
                    count = 0
                if not count:
                    offset = member.offset
                count += 1
    except (OSError, tarfile.TarError) as error:
        if count:
            yield {"archive": name, "offset": offset, "count": count}
        yield _unreadable(source, name, error)
        return
    if count:
        yield {"archive": name, "offset": offset, "count": count}


def _cut_parquet(source: Storage, name: str, size: int, column: str) -> Iterator[Shard]:
    import pyarrow
    import pyarrow.parquet

    try:
        with source.filesystem.open_input_file(source.path(name)) as stream:
            footer = pyarrow.parquet.ParquetFile(stream)
            rows, schema = footer.metadata.num_rows, footer.schema_arrow
    except (OSError, pyarrow.ArrowException) as error:
        yield _unreadable(source, name, error)
        return
    if column not in schema.names:
        raise UserError(
            f"{source.shown(name)} has no column {column} (it has {', '.join(schema.names[:5])}); "
            "--column names that of the pictures."
        )
    kind = schema.field(column).type
    if not _may_hold_pictures(kind):
        raise UserError(
            f"The column {column} of {source.shown(name)} holds {kind}, no pictures: bytes, a "
            "struct that has them, or lists of 784 numbers; --column names theirs."
        )
    for first in range(0, rows, size):
        yield {"parquet": name, "first": first, "count": min(size, rows - first)}


def _may_hold_pictures(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    return not (types.is_primitive(kind) or any(is_text(kind) for is_text in texts))


def _unreadable(source: Storage, name: str, error: Exception) -> Shard:
    sentence = f"{source.shown(name)} is damaged or cannot be read: {one_line(error)}."
    return {"unreadable": name, "error": sentence}
