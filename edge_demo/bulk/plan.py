"""A job's plan: what is read, with what, in which shards, kept beside the parts.

`_plan.json` and `_shards.jsonl` begin with an underscore, which tells what reads a folder of
Parquet parts to pass them over.
"""

import array
import hashlib
import itertools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from edge_demo.bulk.listing import list_files
from edge_demo.bulk.parts import part_name
from edge_demo.bulk.shards import count_of, cut
from edge_demo.bulk.storage import Storage
from edge_demo.contract import UserError

PLAN, SHARDS = "_plan.json", "_shards.jsonl"
WHOLE = ("listing_sha256", "files", "shards")  # what a plan has to say


class Options(NamedTuple):
    """What decides the rows of a job. model, page_reader: the sha256 of the files; crops need no
    page reader, None.
    """

    input: str
    crops: bool
    column: str
    threshold: float
    upright: bool
    format: str
    shard_size: int
    model: str
    page_reader: str | None


class Pending(NamedTuple):
    """Shards without a part. table: int64 [N, 3] of each one's number, and the place and length of
    its line in `_shards.jsonl`, 24 bytes a shard. done, pictures: pictures in parts that are there,
    and in all; pictures is None where only reading the archives tells.
    """

    table: np.ndarray
    done: int
    pictures: int | None


def make_plan(source: Storage, output: Storage, options: Options, resume: bool) -> bool:
    """Plans a new job, or finds the one that is to go on; returns whether it goes on.

    The input is looked through either way, with one folder and one shard in memory.

    Raises:
        UserError: The input is empty or not what it was, or the folder holds something else.
    """
    names = [name for name in output.names() if not name.startswith(".")]
    if PLAN not in names:
        # Shards without a plan are those of a job that was killed while it was planned.
        if set(names) - {SHARDS}:
            raise UserError(
                f"{output.url} holds files of something else; name a new or an empty folder."
            )
        _begin(source, output, options)
        return False
    if not resume:
        raise UserError(
            f"{output.url} holds a job already: --resume goes on with it, another folder begins "
            "anew."
        )
    plan = _read(output)
    given = options._asdict()
    differing = [name for name in given if plan["options"].get(name) != given[name]]
    if differing:
        raise UserError(
            f"{output.url} holds the results of another job ({', '.join(differing)} differ"
            f"{'' if len(differing) > 1 else 's'}); name another folder."
        )
    listing = _Listing()
    for _ in listing.watch(list_files(source)):
        pass
    if listing.sha256() != plan["listing_sha256"]:
        raise UserError(
            f"{source.url} is not what the job in {output.url} began with ({listing.count:,} "
            f"files, then {plan['files']:,}): some were added, removed or changed; name another "
            "folder."
        )
    return True


def pending(output: Storage, options: Options) -> Pending:
    """Finds the shards that have no part yet.

    Raises:
        UserError: The list of shards is damaged or gone.
    """
    parts = set(output.names())
    rows = array.array("q")
    number, done, pictures, place = 0, 0, 0, 0
    unknown = False
    try:
        with output.filesystem.open_input_stream(output.path(SHARDS)) as stream:
            for number, line in enumerate(_lines(stream), 1):
                count = count_of(json.loads(line))
                unknown |= count is None
                pictures += count or 0
                if part_name(number - 1, options.format) in parts:
                    done += count or 0
                else:
                    rows.extend((number - 1, place, len(line)))
                place += len(line)
    except (OSError, ValueError, TypeError, AttributeError):
        number = -1
    # One that was cut off would leave pictures out without a word.
    if number != _read(output)["shards"]:
        raise UserError(f"{output.shown(SHARDS)} is damaged or gone; name another folder.")
    table = np.array(rows, np.int64).reshape(-1, 3)
    return Pending(table, done, None if unknown else pictures)


def read_shard(output: Storage, place: int, length: int) -> dict[str, Any]:
    """Reads a shard from its line in `_shards.jsonl`."""
    with output.filesystem.open_input_file(output.path(SHARDS)) as stream:
        stream.seek(place)
        return json.loads(stream.read(length))


class _Listing:
    """Checksum and count of files as they go by."""

    def __init__(self) -> None:
        self.count, self._checksum = 0, hashlib.sha256()

    def watch(self, files: Iterator[Any]) -> Iterator[Any]:
        for file in files:
            self.count += 1
            self._checksum.update(json.dumps(file).encode())
            yield file

    def sha256(self) -> str:
        return self._checksum.hexdigest()


def _begin(source: Storage, output: Storage, options: Options) -> None:
    listing, count = _Listing(), 0
    files = listing.watch(list_files(source))
    shards = cut(source, files, options.shard_size, options.column)
    # Before the folder is made, so that a job that is refused leaves none behind.
    first = next(shards, None)
    if first is None:
        raise UserError(
            f"There is no picture in {source.url}: it holds no pictures, tar archives or "
            "Parquet files, or empty ones."
        )
    output.filesystem.create_dir(output.root, recursive=True)
    output.remove_temporary()
    with output.replacing(SHARDS) as stream:
        for shard in itertools.chain([first], shards):
            stream.write(json.dumps(shard).encode() + b"\n")
            count += 1
    plan = {
        "options": options._asdict(),
        "files": listing.count,
        "listing_sha256": listing.sha256(),
        "shards": count,
    }
    with output.replacing(PLAN) as stream:
        stream.write(json.dumps(plan, indent=2).encode() + b"\n")


def _read(output: Storage) -> dict[str, Any]:
    try:
        plan = json.loads(output.read(PLAN))
        if isinstance(plan["options"], dict) and all(plan[name] for name in WHOLE):
            return plan
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(f"{output.shown(PLAN)} is damaged; name another folder.")


def _lines(stream: Any, size: int = 1 << 20) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(size):
        *whole, rest = (rest + block).split(b"\n")
        yield from (line + b"\n" for line in whole)
