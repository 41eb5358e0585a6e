"""A shard's pictures one by one: the name of each, and its content or what was wrong with it."""

import tarfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from edge_demo.bulk.shards import Shard, members
from edge_demo.bulk.storage import Storage, one_line, printable
from edge_demo.contract import IMAGE_SIDE_PX, UserError
from edge_demo.frames import headers

# The bytes of a picture file, the pixels of a crop as uint8 [28, 28], or a sentence.
Content = bytes | np.ndarray | UserError
PIXELS = IMAGE_SIDE_PX**2
BATCH = 64  # rows of a Parquet file in memory


def contents_of(source: Storage, shard: Shard, column: str) -> Iterator[tuple[str, Content]]:
    """Yields (name, content) of each picture of a shard.

    Names are paths as given, `ARCHIVE!MEMBER` in an archive and `FILE#ROW` in a Parquet file, rows
    from 0. Nothing is raised for what cannot be read.

    Args:
        source: The input.
        shard: As `cut` made it.
        column: Of the pictures in Parquet files: bytes, Hugging Face's struct of `bytes` and
            `path`, or 784 numbers of 0..255.
    """
    if "pictures" in shard:
        for name in shard["pictures"]:
            yield source.shown(name), _content(source, name)
    elif "archive" in shard:
        yield from _of_archive(source, shard)
    elif "parquet" in shard:
        yield from _of_parquet(source, shard, column)
    else:
        yield source.shown(shard["unreadable"]), UserError(shard["error"])


def _content(source: Storage, name: str) -> Content:
    try:
        return source.read(name)
    except OSError as error:
        return UserError(f"{source.shown(name)} cannot be read: {one_line(error)}.")


def _of_archive(source: Storage, shard: Shard) -> Iterator[tuple[str, Content]]:
    shown, left = source.shown(shard["archive"]), shard["count"]
    path = source.path(shard["archive"])
    try:
        with source.filesystem.open_input_file(path) as stream:
            if shard["offset"]:
                stream.seek(shard["offset"])
            mode = "r:" if path.lower().endswith(".tar") else "r|*"
            with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
                for member in members(archive):
                    file = archive.extractfile(member)
                    name = f"{shown}!{printable(member.name)}"
                    yield name, file.read() if file else b""
                    if left is not None:
                        left -= 1
                        if not left:
                            return
    # zlib, bz2 and lzma raise errors of their own for what is damaged.
    except Exception as error:
        yield shown, UserError(f"{shown} is damaged or cannot be read: {one_line(error)}.")


def _of_parquet(source: Storage, shard: Shard, column: str) -> Iterator[tuple[str, Content]]:
    shown = source.shown(shard["parquet"])
    row, end = shard["first"], shard["first"] + shard["count"]
    try:
        for values in _batches(source, shard, column):
            for value in values:
                name = f"{shown}#{row}"
                yield name, _of_value(name, value)
                row += 1
    # Not pyarrow's errors alone: a value may be no UTF-8, a time zone unknown here.
    except Exception as error:
        reason = one_line(error)
        for lost in range(row, end):
            yield f"{shown}#{lost}", UserError(f"{shown} cannot be read: {reason}.")


def _batches(source: Storage, shard: Shard, column: str) -> Iterator[list[Any]]:
    """Yields a column's values from the shard's first row to its last, some rows at a time."""
    import pyarrow.parquet

    with source.filesystem.open_input_file(source.path(shard["parquet"])) as stream:
        # A row group's column is read in pieces of this size, and not as a whole.
        file = pyarrow.parquet.ParquetFile(stream, buffer_size=1 << 20, pre_buffer=False)
        first, end, start = shard["first"], shard["first"] + shard["count"], 0
        groups: list[int] = []
        for group in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if start < end and start + rows > first:
                if not groups:
                    skip = first - start
                groups.append(group)
            start += rows
        left = end - first
        for batch in file.iter_batches(BATCH, groups, [column], use_threads=False):
            skipped = min(skip, len(batch))
            skip -= skipped
            taken = batch.column(0).slice(skipped, left)
            left -= len(taken)
            if len(taken):
                yield taken.to_pylist()
            if not left:
                return


def _of_value(name: str, value: Any) -> Content:
    if isinstance(value, dict):
        value = value.get("bytes")
    if isinstance(value, bytes):
        if len(value) == PIXELS and headers.format_of(value) is None:
            return np.frombuffer(value, np.uint8).reshape(IMAGE_SIDE_PX, IMAGE_SIDE_PX)
        return value
    if isinstance(value, list):
        try:
            pixels = np.array(value)
        except ValueError:  # rows of several lengths
            pixels = np.empty(0)
        numbers = pixels.size == PIXELS and pixels.dtype.kind in "iuf"
        if numbers and pixels.min() >= 0 and pixels.max() <= 255 and not (pixels % 1).any():
            return pixels.astype(np.uint8).reshape(IMAGE_SIDE_PX, IMAGE_SIDE_PX)
    return UserError(f"{name} holds neither a picture nor the {PIXELS} pixels of a crop.")
