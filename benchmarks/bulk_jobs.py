"""Bulk jobs as processes: their inputs, what they kill and how much memory they take (Linux)."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from edge_demo.contract import UserError

ROOT = Path(__file__).resolve().parents[1]
WORKER = "ray::MapWorker"  # how Ray names the process of one of Ray Data's actors


class Job:
    """`python -m edge_demo.bulk INPUT --out FOLDER` with options, and what its processes take.

    Attributes:
        workers_mib, driver_mib: The largest resident memory seen of a worker and of the command.
    """

    def __init__(self, source, folder, options):
        self.folder = Path(folder)
        self.command = [sys.executable, "-m", "edge_demo.bulk", str(source), "--out", str(folder)]
        self.command += [str(option) for option in options]
        self.workers_mib = self.driver_mib = 0.0
        self.process = None

    def start(self, *options):
        """Starts the command."""
        self.process = subprocess.Popen(
            [*self.command, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self):
        """Waits for the end while memory is watched.

        Raises:
            UserError: The job failed; its own sentence is in the message.
        """
        while self.process.poll() is None:
            self.watch()
            time.sleep(0.2)
        said, error = self.process.communicate()
        if self.process.returncode:
            raise UserError(f"the bulk job ended with {self.process.returncode}: {error[-1000:]}")
        return said

    def watch(self):
        """Looks at the memory of the command and of its workers."""
        self.driver_mib = max(self.driver_mib, peak_mib(self.process.pid))
        for worker in self.workers():
            self.workers_mib = max(self.workers_mib, peak_mib(worker))

    def wait_for_parts(self, count):
        """Waits until there are so many parts.

        Raises:
            UserError: The job ended before.
        """
        while len(self.parts()) < count:
            if self.process.poll() is not None:
                raise UserError(f"the bulk job ended early: {self.process.stderr.read()[-1000:]}")
            time.sleep(0.01)

    def kill_worker(self):
        """Kills a worker outright; returns how many parts there were."""
        os.kill(self.workers()[0], signal.SIGKILL)
        return len(self.parts())

    def kill(self):
        """Kills the command outright and waits for what it started; returns the parts there were.

        Raises:
            UserError: Its workers go on without it.
        """
        orphans = self.workers()
        self.process.kill()
        count = len(self.parts())
        self.process.communicate()
        deadline = time.monotonic() + 60
        while any(is_worker(process) for process in orphans):
            if time.monotonic() > deadline:
                raise UserError("workers outlive the command that was killed.")
            time.sleep(0.05)
        return count

    def workers(self):
        """Process ids of the workers of this command."""
        children = {}
        for process in processes():
            children.setdefault(parent_of(process), []).append(process)
        found, left = [], [self.process.pid]
        while left:
            below = children.get(left.pop(), [])
            left += below
            found += [process for process in below if is_worker(process)]
        return found

    def parts(self):
        """The part files, in their order."""
        return sorted(self.folder.glob("part-*"))

    def table(self, columns=None):
        """All rows as a pyarrow Table."""
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self.folder, columns=columns)

    def rate(self, workers):
        """Pictures a second once all workers were at it: from the times of the parts."""
        import pyarrow.parquet

        done = sorted((path.stat().st_mtime, path) for path in self.parts())
        begun, later = done[workers - 1][0], done[workers:]
        if not later:
            raise UserError("too few parts to tell a rate: take more pictures.")
        pictures = sum(pyarrow.parquet.read_metadata(path).num_rows for _, path in later)
        return pictures / (later[-1][0] - begun)


def write_crops(path, images, count, group=20_000):
    """Writes crops as PNG into a Parquet file, the images again and again."""
    import cv2
    import pyarrow
    import pyarrow.parquet

    encoded = [cv2.imencode(".png", image)[1].tobytes() for image in images[:count]]
    schema = pyarrow.schema([("image", pyarrow.binary())])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for first in range(0, count, group):
            places = range(first, min(first + group, count))
            values = [encoded[place % len(encoded)] for place in places]
            writer.write_table(pyarrow.table({"image": values}, schema))


def write_pages(folder, count, distinct=20):
    """Writes drawn pages of 640×480 as JPEG, the same ones again and again."""
    import cv2

    from edge_demo.frames.synthetic import draw_page

    Path(folder).mkdir()
    distinct = min(distinct, count)
    pages = [draw_page(["01234", "56789"], seed=seed).image for seed in range(distinct)]
    encoded = [cv2.imencode(".jpg", page)[1].tobytes() for page in pages]
    for number in range(count):
        Path(folder, f"{number:06d}.jpg").write_bytes(encoded[number % distinct])


def processes():
    """Ids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def parent_of(process):
    """Id of a process' parent, 0 where it is gone."""
    return int(_status(process).get("PPid", 0))


def peak_mib(process):
    """The largest resident memory that a process has had, in MiB; 0 where it is gone."""
    return int(_status(process).get("VmHWM", "0").split()[0]) / 1024


def is_worker(process):
    """Whether a process is one of Ray Data's workers, whoever's."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text().startswith(WORKER)
    return False


def _status(process):
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {}
