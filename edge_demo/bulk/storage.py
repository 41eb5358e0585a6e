"""Files wherever they lie: a local folder, or any that pyarrow or fsspec opens by URL."""

import contextlib
import errno
import os
import posixpath
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from edge_demo.contract import UserError

GOOGLE, GOOGLE_SECONDS = ("gs://", "gcs://"), 5  # in which a bucket has to answer at first
TEMPORARY = ".writing-"  # hidden, so that what reads a folder of parts passes it over


class Storage(NamedTuple):
    """A file or a folder. filesystem: a pyarrow FileSystem. root: the path in it. url: as given."""

    filesystem: Any
    root: str
    url: str

    @property
    def absolute(self) -> str:
        """The same for a process that runs in another folder."""
        return self.url if "://" in self.url else self.root

    @property
    def is_local(self) -> bool:
        """Whether it lies in this machine's own tree of files."""
        return self.filesystem.type_name == "local"

    def path(self, name: str) -> str:
        """The path of a name below the root; the root itself for an empty one."""
        return posixpath.join(self.root, name) if name else self.root

    def shown(self, name: str) -> str:
        """The same as people are shown it: the root as it was given, joined with the name."""
        return posixpath.join(self.url, name) if name else self.url

    def names(self) -> list[str]:
        """Names in the root folder; none where there is no such folder."""
        import pyarrow.fs

        selector = pyarrow.fs.FileSelector(self.root, allow_not_found=True)
        return [info.base_name for info in self.filesystem.get_file_info(selector)]

    def read(self, name: str) -> bytes:
        """The content of a file."""
        with self.filesystem.open_input_stream(self.path(name)) as stream:
            return stream.read()

    @contextlib.contextmanager
    def replacing(self, name: str) -> Iterator[Any]:
        """Yields a stream to write to, whose file gets its name when the block ends well.

        Raises:
            OSError: It cannot be written; nothing of it is left behind then.
        """
        temporary = self.path(f"{TEMPORARY}{name}-{uuid.uuid4().hex}")
        try:
            with self.filesystem.open_output_stream(temporary) as stream:
                yield stream
            if self.is_local:
                _to_disk(temporary)
            self.filesystem.move(temporary, self.path(name))
        except BaseException:
            with contextlib.suppress(OSError):
                self.filesystem.delete_file(temporary)
            raise

    def remove_temporary(self) -> None:
        """Removes what writers that were killed left behind."""
        for name in self.names():
            if name.startswith(TEMPORARY):
                with contextlib.suppress(OSError):
                    self.filesystem.delete_file(self.path(name))


def open_storage(url: str) -> Storage:
    """Opens a path, or a URL such as `s3://bucket/folder`.

    Raises:
        UserError: Nothing here opens a URL of that kind, or it is no text.
    """
    import pyarrow
    import pyarrow.fs

    if not url or printable(url) != url:
        raise UserError(f"{printable(url)!r} is no path that can be opened: empty, or no UTF-8.")
    if "://" not in url:
        return Storage(pyarrow.fs.LocalFileSystem(), os.path.abspath(url), url)
    try:
        filesystem, root = pyarrow.fs.FileSystem.from_uri(url)
        return Storage(filesystem, root, url)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        pass  # a kind that fsspec may know
    except OSError as error:
        raise UserError(f"{url} cannot be opened: {one_line(error)}.") from error
    import fsspec

    try:
        known, root = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise UserError(f"{url} cannot be opened: {one_line(error)}.") from error
    handler = pyarrow.fs.FSSpecHandler(known)
    return Storage(pyarrow.fs.PyFileSystem(handler), root, url)


def require_answer(url: str) -> None:
    """Asks a Google bucket once, with little patience: a job's requests are repeated for minutes.

    Raises:
        UserError: Nobody answers.
    """
    import pyarrow.fs

    if not url.startswith(GOOGLE) or "retry_limit_seconds" in url:
        return
    limited = f"{url}{'&' if '?' in url else '?'}retry_limit_seconds={GOOGLE_SECONDS}"
    try:
        filesystem, root = pyarrow.fs.FileSystem.from_uri(limited)
        filesystem.get_file_info(root)
    except OSError as error:
        said = one_line(error).split(" error_info=")[0]  # which says all of it once more
        raise UserError(f"{url} cannot be opened: {said}.") from error


def one_line(error: BaseException) -> str:
    """What an error says, on one line, without a full stop."""
    if isinstance(error, OSError) and error.errno:  # pyarrow's texts repeat the whole path
        return os.strerror(error.errno)
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def printable(name: str) -> str:
    """A name whose bytes are no UTF-8, with those spelled out, so that a row can hold it."""
    return name.encode(errors="backslashreplace").decode()


def cannot_write(path: str, error: OSError) -> str:
    """The sentence for a file of a job that cannot be written."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full, so {path} was not written; make room and go on with --resume."
    return f"{path} cannot be written ({one_line(error)}); mend that and go on with --resume."


def _to_disk(path: str) -> None:
    """A machine that loses power keeps the name of a renamed file, and may lose its content."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
