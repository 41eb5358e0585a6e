"""The newest frame of a source, read, for as many viewers as there are."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames.sources import Frame
from edge_demo.reading.numbers import Number, find_numbers
from edge_demo.reading.reader import Page
from edge_demo.reading.readings import Reading
from edge_demo.showing import overlay
from edge_demo.showing.wash import draw_wash

RETRY_SECONDS = 2.0  # between attempts to open a source that is not there
PICTURE_SECONDS = 2.0  # for which a picture of a folder is shown
JPEG_QUALITY = 80
SMOOTHING = 0.9  # of the milliseconds and the rate that are shown


class Snapshot(NamedTuple):
    """One frame that was read.

    number: from 1. source: its name. image: uint8 BGR [height, width, 3]. readings: in reading
    order. lines: their numbers, line by line. milliseconds: that reading takes, smoothed.
    frames_per_second: of the source, smoothed.
    """

    number: int
    source: str
    image: np.ndarray
    readings: list[Reading]
    lines: list[list[Number]]
    milliseconds: float
    frames_per_second: float


class LiveView:
    """Reads a source in a thread of its own and keeps the newest snapshot.

    Viewers take what is newest when they ask for it, so that a slow or dead one never holds up the
    camera and is never more than a frame behind.

    Args:
        open_frames: Returns an iterator over `Frame`s (and `UserError`s for pictures that fail);
            raises UserError where the source is not there. It is called again when the frames end.
        read: Takes a `Frame` and returns its `Page`.

    Attributes:
        message: str, why there is no picture, or empty while there is one.
    """

    def __init__(
        self,
        open_frames: Callable[[], Iterator[Frame | UserError]],
        read: Callable[[Frame], Page],
    ) -> None:
        self._open_frames, self._read = open_frames, read
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        self.newest: Snapshot | None = None
        self._encoded: dict[tuple[int, bool, bool], asyncio.Future[bytes]] = {}
        self.message = "The camera is being opened."
        self._thread = threading.Thread(target=self._run, name="live view", daemon=True)

    def start(self) -> None:
        """Starts reading; called in the event loop that viewers wait in."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        self._thread.start()

    def stop(self, timeout_seconds: float = 0.7) -> None:
        """Ends the thread, which gives the camera back; one that hangs ends with the process."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    async def newer_than(self, number: int, timeout_seconds: float) -> Snapshot | None:
        """The newest snapshot, as soon as its number is another one; None when time is up.

        A number that has not been reached (of a server before this one) is any other number.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self._stop.is_set():
            assert self._changed is not None
            if self.newest is not None and not self.message and self.newest.number != number:
                return self.newest
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except asyncio.TimeoutError:
                return None
        return None

    async def jpeg(self, snapshot: Snapshot, boxes: bool, attention: bool) -> bytes:
        """A snapshot as a JPEG file, drawn once however many viewers ask for it."""
        key = (snapshot.number, boxes, attention)
        if key not in self._encoded:
            self._encoded = {k: v for k, v in self._encoded.items() if k[0] >= key[0] - 1}
            work = asyncio.to_thread(encode, snapshot, boxes, attention)
            self._encoded[key] = asyncio.ensure_future(work)
        # A viewer that goes away must not cancel the drawing that others wait for.
        return await asyncio.shield(self._encoded[key])

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                frames = self._open_frames()
            except UserError as error:
                self._say(str(error))
            else:
                self._read_all(frames)
            self._stop.wait(RETRY_SECONDS)

    def _read_all(self, frames: Iterator[Frame | UserError]) -> None:
        milliseconds = rate = 0.0
        last = None
        try:
            for frame in frames:
                if self._stop.is_set():
                    return
                if isinstance(frame, UserError):
                    self._say(str(frame))
                    continue
                start = time.perf_counter()
                page = self._read(frame)
                lines = find_numbers(frame.image, page)
                now = time.perf_counter()
                milliseconds = _smooth(milliseconds, 1000 * (now - start))
                if last is not None:
                    rate = _smooth(rate, 1 / max(now - last, 1e-6))
                last = now
                self._publish(frame, page.readings, lines, milliseconds, rate)
                if frame.time is None and self._stop.wait(PICTURE_SECONDS):
                    return
            self._say("The source has ended; it is opened again.")
        except UserError as error:
            self._say(str(error))
        finally:
            if hasattr(frames, "close"):
                frames.close()

    def _publish(
        self,
        frame: Frame,
        readings: list[Reading],
        lines: list[list[Number]],
        milliseconds: float,
        rate: float,
    ) -> None:
        number = 1 if self.newest is None else self.newest.number + 1
        self.newest = Snapshot(
            number, frame.source, frame.image, readings, lines, milliseconds, rate
        )
        self.message = ""
        self._wake()

    def _say(self, message: str) -> None:
        self.message = message
        self._wake()

    def _wake(self) -> None:
        loop, changed = self._loop, self._changed
        if loop is None or changed is None:
            return

        def wake() -> None:
            changed.set()  # everybody who waits goes on, and the next ones wait again
            changed.clear()

        try:
            loop.call_soon_threadsafe(wake)
        except RuntimeError:  # the loop was closed: nobody waits any more
            self._stop.set()


def encode(snapshot: Snapshot, boxes: bool, attention: bool) -> bytes:
    """Draws a snapshot and encodes it as JPEG."""
    picture = snapshot.image
    if boxes:
        picture = overlay.draw(picture, snapshot.readings, attention, lines=snapshot.lines)
    elif attention:
        picture = picture.copy()
        for reading in snapshot.readings:
            draw_wash(picture, reading)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", picture, quality)[1].tobytes()


def _smooth(before: float, now: float) -> float:
    return now if before == 0 else SMOOTHING * before + (1 - SMOOTHING) * now
