"""Files get their final names together, when all of them are finished and judged."""

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge_demo.contract import UserError


@contextlib.contextmanager
def staging(out_dir: Path, names: Iterable[str], overwrite: bool) -> Iterator[Path]:
    """Yields a folder inside the output directory, from which finished files are moved.

    It is removed at the end, also after an error, Ctrl-C or SIGTERM. What SIGKILL leaves behind, a
    folder `.export-*` and never a half-written file under a final name, the next export removes.

    Args:
        out_dir: the output directory, made where it is missing.
        names: the final names; `overwrite` says whether they may be taken.

    Raises:
        UserError: the directory cannot be written, or holds one of the names.
    """
    is_new = not out_dir.exists()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        taken = [name for name in names if (out_dir / name).exists()]
        if taken and not overwrite:
            raise UserError(
                f"{out_dir} already holds {', '.join(taken)}: add --overwrite to replace what is "
                "there, or choose another directory with --out."
            )
        _remove_leftovers(out_dir)
        folder = Path(tempfile.mkdtemp(prefix=f".export-{os.getpid()}-", dir=out_dir))
    except OSError as error:
        raise UserError(
            f"The output directory {out_dir} cannot be written ({error.strerror}); choose another "
            "with --out."
        ) from error
    previous = None
    try:
        # Only the main thread may set a handler. In another one SIGTERM ends the process as it
        # does without us, and what it leaves behind the next export removes.
        if threading.current_thread() is threading.main_thread():
            previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        yield folder
    except OSError as error:
        raise UserError(
            f"Writing to {out_dir} failed ({error.strerror or error}); free some space or choose "
            "another directory with --out."
        ) from error
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)
        shutil.rmtree(folder, ignore_errors=True)
        if is_new and not any(out_dir.iterdir()):
            out_dir.rmdir()


def _remove_leftovers(out_dir: Path) -> None:
    """Removes the folders of exports whose process is gone."""
    if os.name != "posix":  # elsewhere asking for a process would end it
        return
    for folder in out_dir.glob(".export-*-*"):
        try:
            os.kill(int(folder.name.split("-")[1]), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # it runs, as another user
            continue
