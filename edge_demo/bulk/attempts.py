"""Which picture ends the worker that reads it: a decoder that crashes, memory that runs out.

Ray gives the shard of a dead worker to another one, as often as it takes. So that a picture that
kills each of them does not hold up the job for ever, a second attempt notes each picture before it
is read, and a third leaves out the one that the second ended with.
"""

import json
from collections.abc import Iterable, Iterator

from edge_demo.bulk.contents import Content
from edge_demo.bulk.storage import TEMPORARY, Storage
from edge_demo.contract import UserError


def surviving(
    output: Storage, part: str, contents: Iterable[tuple[str, Content]]
) -> Iterator[tuple[str, Content]]:
    """Yields the contents of a shard, a sentence in place of what ended a worker.

    Args:
        output: The folder of the job, where a hidden file keeps count while the shard is read.
        part: The name of the shard's part.
        contents: Of the shard.

    Raises:
        OSError: The hidden file cannot be written.
    """
    note = f"{TEMPORARY}attempts-{part}"
    attempts, deadly = _read(output, note)
    _write(output, note, attempts + 1, deadly)
    for place, (name, content) in enumerate(contents):
        if place in deadly:
            content = UserError(f"{name} was left out: the worker that read it died.")
        elif attempts:
            _write(output, note, attempts + 1, [*deadly, place])
        yield name, content
    output.filesystem.delete_file(output.path(note))


def _read(output: Storage, note: str) -> tuple[int, list[int]]:
    try:
        attempts, deadly = json.loads(output.read(note))
    except (OSError, ValueError):  # there was none, or it ended while that was written
        return 0, []
    return attempts, deadly


def _write(output: Storage, note: str, attempts: int, deadly: list[int]) -> None:
    with output.filesystem.open_output_stream(output.path(note)) as stream:
        stream.write(json.dumps([attempts, deadly]).encode())
