"""Files that are never half-written under their final names."""

import contextlib
import errno
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from digitnet.errors import UserError

Path = str | os.PathLike[str]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[pathlib.Path]:
    """Yields a temporary path beside `path`, which takes its place when the block ends well.

    The temporary name ends as the final one does, for writers that look at suffixes.

    Raises:
        UserError: If the file cannot be written; nothing of it is left behind then.
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(cannot_write(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file as `replacing` does."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Writes JSON, indented, as `replacing` does."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """Reads a JSON file.

    Raises:
        UserError: If it is missing or damaged.
    """
    try:
        return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def read_record(path: Path) -> dict[str, Any]:
    """Reads a JSON object.

    Raises:
        UserError: If it is missing, damaged, or something else.
    """
    record = read_json(path)
    if not isinstance(record, dict):
        raise UserError(f"{path} cannot be read: it holds no JSON object.")
    return record


def make_folder(folder: Path) -> pathlib.Path:
    """Makes a folder where it is missing and checks that files can be written into it.

    Raises:
        UserError: If not.
    """
    folder = pathlib.Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(cannot_write(folder, error)) from error
    return folder


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for an operating system's refusal to write."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full, so {path} was not written; make room and run the command again."
    return f"{path} cannot be written ({error.strerror or error}); choose another folder."
