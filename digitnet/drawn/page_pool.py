"""A pool of written pages, drawn once and kept on disk.

It is drawn in a folder beside its own, in chunks, and renamed when it is whole: a pool that was
interrupted goes on where it stopped, and nobody reads half of one.
"""

import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digitnet.drawn import page_hands
from digitnet.drawn.written_pages import WrittenPage, draw_written_page

VERSION = 5  # of the drawn pages: raised when they change, so that pools are drawn anew
CHUNK = 100  # pages that are drawn again after an interruption
UNSURE = -1


class PagePool(NamedTuple):
    """Pages and what stands on them.

    images: uint8 [count, side, side], a memory map. table: float32 [T, 6], rows of (page, digit or
    UNSURE, x, y, width, height), by page. offsets: int64 [count + 1]; those of page i are
    `table[offsets[i] : offsets[i + 1]]`.
    """

    images: np.ndarray
    table: np.ndarray
    offsets: np.ndarray

    def page(self, number: int) -> WrittenPage:
        """One page of the pool."""
        rows = self.table[self.offsets[number] : self.offsets[number + 1]]
        sure = rows[:, 1] != UNSURE
        digits = rows[sure, 1].astype(np.uint8)
        return WrittenPage(self.images[number], digits, rows[sure, 2:], rows[~sure, 2:])


def page_pool(
    folder: str | Path,
    count: int,
    seed: int,
    digits: np.ndarray,
    labels: np.ndarray,
    side: int = 512,
    processes: int = 1,
) -> PagePool:
    """The pool of `count` pages in a folder, drawn if it does not lie there already.

    Args:
        folder: Where it is kept; what lies there is replaced when it is another pool.
        count: Pages; page i is `draw_written_page((seed, i), ...)`, in the hands in use.
        seed: Of the pool.
        digits: uint8 [M, 28, 28] or [M, 28, 28, 1], MNIST training digits.
        labels: Integers [M].
        side: Of a page in pixels.
        processes: That draw; the pages are the same with any number.
    """
    folder = Path(folder)
    digits = np.ascontiguousarray(np.asarray(digits, np.uint8).reshape(len(digits), 28, 28))
    labels = np.asarray(labels, np.uint8).reshape(-1)
    manifest = {
        "version": VERSION,
        "count": count,
        "seed": seed,
        "side": side,
        "digits": hashlib.sha256(digits.tobytes() + labels.tobytes()).hexdigest(),
    }
    if page_hands.count():
        manifest["hands"] = page_hands.fingerprint()
    if _manifest(folder) != manifest:
        _draw(folder, manifest, digits, labels, processes)
    images = np.memmap(folder / "images", np.uint8, "r", shape=(count, side, side))
    table = np.load(folder / "table.npy")
    offsets = np.searchsorted(table[:, 0], np.arange(count + 1)).astype(np.int64)
    return PagePool(images, table, offsets)


def _draw(
    folder: Path,
    manifest: dict[str, Any],
    digits: np.ndarray,
    labels: np.ndarray,
    processes: int,
) -> None:
    from tqdm import tqdm

    partial = folder.with_name(folder.name + ".partial")
    if _manifest(partial) != manifest:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _write_json(partial / "manifest.json", manifest)
    count, side = manifest["count"], manifest["side"]
    images = partial / "images"
    if not images.exists() or images.stat().st_size != count * side * side:
        for file in partial.glob("table-*.npy"):
            file.unlink()
        with images.open("wb") as empty:
            empty.truncate(count * side * side)
    starts = range(0, count, CHUNK)
    waiting = [start for start in starts if not _table_file(partial, start).exists()]
    bar = tqdm(total=count, initial=count - _pages(waiting, count), desc="drawing pages", unit="p")
    with bar:
        for start in _drawn_chunks(partial, manifest, waiting, digits, labels, processes):
            bar.update(_pages([start], count))
    tables = [np.load(_table_file(partial, start)) for start in starts]
    table = np.concatenate(tables) if tables else np.zeros((0, 6), np.float32)
    np.save(partial / "table.npy", table)
    for start in starts:
        _table_file(partial, start).unlink()
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _drawn_chunks(
    partial: Path,
    manifest: dict[str, Any],
    starts: list[int],
    digits: np.ndarray,
    labels: np.ndarray,
    processes: int,
) -> Iterator[int]:
    """Draws chunks and yields the first page of each as it is done."""
    if processes <= 1:
        for start in starts:
            yield _draw_chunk(partial, manifest, start, digits, labels)
        return
    context = multiprocessing.get_context("spawn")
    given = (partial, manifest, digits, labels), page_hands.chosen()
    with ProcessPoolExecutor(processes, context, _remember, given) as workers:
        yield from workers.map(_draw_remembered, starts)


_given: tuple[Path, dict[str, Any], np.ndarray, np.ndarray] | None = None


def _remember(
    given: tuple[Path, dict[str, Any], np.ndarray, np.ndarray], hands: tuple[str, bool]
) -> None:
    """In a worker: what every chunk needs, sent once."""
    global _given
    _given = given
    page_hands.use(*hands)
    import cv2

    cv2.setNumThreads(1)


def _draw_remembered(start: int) -> int:
    assert _given is not None
    partial, manifest, digits, labels = _given
    return _draw_chunk(partial, manifest, start, digits, labels)


def _draw_chunk(
    partial: Path, manifest: dict[str, Any], start: int, digits: np.ndarray, labels: np.ndarray
) -> int:
    count, side = manifest["count"], manifest["side"]
    images = np.memmap(partial / "images", np.uint8, "r+", shape=(count, side, side))
    rows = []
    for number in range(start, min(start + CHUNK, count)):
        page = draw_written_page((manifest["seed"], number), digits, labels, side)
        images[number] = page.image
        named = [(digit, box) for digit, box in zip(page.digits, page.boxes, strict=True)]
        named += [(UNSURE, box) for box in page.unsure]
        rows += [(number, digit, *box) for digit, box in named]
    images.flush()
    # The table says that its pages are written.
    file = _table_file(partial, start)
    temporary = file.with_name("writing-" + file.name)
    np.save(temporary, np.array(rows, np.float32).reshape(-1, 6))
    temporary.rename(file)
    return start


def _table_file(partial: Path, start: int) -> Path:
    return partial / f"table-{start:07d}.npy"


def _pages(starts: list[int], count: int) -> int:
    return sum(min(CHUNK, count - start) for start in starts)


def _manifest(folder: Path) -> Any:
    file = folder / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else None


def _write_json(file: Path, content: dict[str, Any]) -> None:
    temporary = file.with_suffix(".writing")
    temporary.write_text(json.dumps(content, indent=1))
    temporary.rename(file)
