"""The newest frame of a camera, never an older one: reading goes on while a frame is worked on."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

RETRY_SECONDS = 1.0  # between attempts to find a camera again that went away


class NewestFrames:
    """Iterates over the newest frames of a camera that a thread reads all the time.

    A consumer that is slower than the camera skips frames instead of falling behind. A camera that
    goes away is waited for and opened again.

    Args:
        open_camera: callable that returns an object with `read() -> frame or None` and `close()`,
            and raises OSError when there is no camera. It is called once in the caller's thread, so
            that a camera that is not there at the start is the caller's error.
        name: of the camera, for messages on stderr.
        retry_seconds: time between attempts to open the camera again.
    """

    def __init__(
        self, open_camera: Callable[[], Any], name: str, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self._open_camera, self._name, self._retry_seconds = open_camera, name, retry_seconds
        self._condition = threading.Condition()
        self._stop = threading.Event()
        self._frame: Any = None
        self._taken_at = 0.0
        self._finished = False
        self._camera = open_camera()
        self._thread = threading.Thread(target=self._read, name=f"{name} reader", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[tuple[Any, float]]:
        return self

    def __next__(self) -> tuple[Any, float]:
        """Returns (frame, time.monotonic() when it was read); waits for one not yet handed out."""
        with self._condition:
            while self._frame is None:
                if self._finished:
                    raise StopIteration
                # A timeout lets Ctrl-C through on platforms whose waits it cannot interrupt.
                self._condition.wait(0.5)
            frame, self._frame = self._frame, None
            return frame, self._taken_at

    def close(self) -> None:
        """Ends the thread and gives the camera back."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                frame = self._camera.read()
                if frame is None:
                    if not self._reopen():
                        break
                    continue
                with self._condition:
                    self._frame, self._taken_at = frame, time.monotonic()
                    self._condition.notify()
        finally:
            self._camera.close()
            with self._condition:
                self._finished = True
                self._condition.notify()

    def _reopen(self) -> bool:
        """Waits until the camera is back; False when told to stop meanwhile."""
        self._camera.close()
        print(f"{self._name} is gone; waiting for it", file=sys.stderr)
        while not self._stop.wait(self._retry_seconds):
            try:
                self._camera = self._open_camera()
            except OSError:
                continue
            print(f"{self._name} is back", file=sys.stderr)
            return True
        return False
