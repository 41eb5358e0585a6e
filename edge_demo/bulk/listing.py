"""What an input holds: pictures, tar archives and Parquet files, in the order of their names."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from edge_demo.bulk.storage import Storage, one_line
from edge_demo.contract import UserError

PICTURE, ARCHIVE, PARQUET = "picture", "archive", "parquet"
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
PARQUETS = (".parquet", ".pq")


class File(NamedTuple):
    """name: below the input, "" for the input itself. modified_ns: or None where it is unknown."""

    name: str
    kind: str
    size: int
    modified_ns: int | None


def kind_of(name: str) -> str | None:
    """The kind of file that a name promises, or None where it is none of ours.

    Example:

    >>> kind_of("a.JPG"), kind_of("000.tar.gz"), kind_of("a.parquet"), kind_of("labels.json")
    ('picture', 'archive', 'parquet', None)
    """
    from edge_demo.frames.pictures import is_picture_name

    lower = name.lower()
    if lower.endswith(ARCHIVES):
        return ARCHIVE
    if lower.endswith(PARQUETS):
        return PARQUET
    return PICTURE if is_picture_name(lower) else None


def list_files(source: Storage) -> Iterator[File]:
    """Yields the input's files, one folder in memory at a time; hidden and other ones are left out.

    Raises:
        UserError: There is no such input, it is a file of another kind, or a folder in it cannot
            be read.
    """
    import pyarrow.fs

    try:
        info = source.filesystem.get_file_info(source.root)
    except OSError as error:  # a bucket that is not ours
        raise UserError(f"{source.url} cannot be read: {one_line(error)}.") from error
    if info.type == pyarrow.fs.FileType.NotFound:
        raise UserError(f"There is no file or folder {source.url}.")
    if info.type == pyarrow.fs.FileType.Directory:
        yield from _below(source, "")
        return
    kind = kind_of(source.root)
    if kind is None or info.type != pyarrow.fs.FileType.File:
        raise UserError(
            f"{source.url} is neither a folder nor a picture, a tar archive or a Parquet file."
        )
    yield File("", kind, info.size, info.mtime_ns)


def _below(source: Storage, folder: str) -> Iterator[File]:
    import pyarrow.fs

    try:
        found = source.filesystem.get_file_info(pyarrow.fs.FileSelector(source.path(folder)))
        found.sort(key=lambda info: info.base_name)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{source.shown(folder)} holds a name that is no UTF-8; rename that file."
        ) from error
    except OSError as error:
        raise UserError(
            f"The folder {source.shown(folder)} cannot be read: {one_line(error)}."
        ) from error
    for info in found:
        if info.base_name.startswith("."):
            continue
        name = f"{folder}/{info.base_name}" if folder else info.base_name
        if info.type == pyarrow.fs.FileType.Directory:
            # A link to a folder above would never end.
            if not (source.is_local and os.path.islink(source.path(name))):
                yield from _below(source, name)
        elif info.type == pyarrow.fs.FileType.File:
            kind = kind_of(name)
            if kind:
                yield File(name, kind, info.size, info.mtime_ns)
