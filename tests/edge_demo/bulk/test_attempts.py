"""A picture that ends the worker that reads it is left out at the third attempt."""

import pytest

pytest.importorskip("pyarrow", reason="the extra `bulk` is not installed here")

from edge_demo.bulk.attempts import surviving  # noqa: E402
from edge_demo.bulk.storage import open_storage  # noqa: E402
from edge_demo.contract import UserError  # noqa: E402

NAMES = ["a", "b", "c", "d"]


class WorkerDied(BaseException):
    """What a SIGKILL is to a process, as far as the files it leaves behind are concerned."""


def attempt(output, deadly):
    """Reads the shard; dies where a deadly picture's content is used."""
    read = []
    for name, content in surviving(output, "part-0.parquet", [(name, b"") for name in NAMES]):
        if isinstance(content, UserError):
            read.append(str(content))
            continue
        if name in deadly:
            raise WorkerDied
        read.append(name)
    return read


def test_a_shard_that_kills_no_worker_is_read_at_once(tmp_path):
    assert attempt(open_storage(str(tmp_path)), ()) == NAMES
    assert not list(tmp_path.iterdir())


def test_a_worker_that_died_once_of_something_else_costs_no_picture(tmp_path):
    output = open_storage(str(tmp_path))
    with pytest.raises(WorkerDied):
        attempt(output, "c")
    assert attempt(output, ()) == NAMES


def test_deadly_pictures_become_rows_with_a_sentence(tmp_path):
    output = open_storage(str(tmp_path))
    for _ in range(3):
        with pytest.raises(WorkerDied):
            attempt(output, "bd")
    lost = "{} was left out: the worker that read it died."
    assert attempt(output, "bd") == ["a", lost.format("b"), "c", lost.format("d")]
    assert not list(tmp_path.iterdir())


def test_a_note_that_was_half_written_begins_the_count_anew(tmp_path):
    (tmp_path / ".writing-attempts-part-0.parquet").write_text("[1, [")
    assert attempt(open_storage(str(tmp_path)), ()) == NAMES
