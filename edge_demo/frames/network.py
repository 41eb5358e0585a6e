"""Network cameras: `rtsp://…` and `http://…/stream.mjpg`, through the FFmpeg that OpenCV brings."""

from urllib.parse import urlsplit

import cv2
import numpy as np

SCHEMES = ("rtsp", "rtsps", "http", "https")
TIMEOUT_MILLISECONDS = 5000  # to open a stream, and to wait for its next frame


def is_network_address(text: str) -> bool:
    """Whether a SOURCE names a network camera."""
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


def without_secrets(address: str) -> str:
    """An address as it may be shown and logged: no user, password or query, which may hold one.

    Example:

    >>> without_secrets("rtsp://me:secret@10.0.0.5:554/live?key=1")
    'rtsp://10.0.0.5:554/live'
    """
    scheme, rest = address.split("://", 1)
    parts = urlsplit(f"//{rest}")
    host = parts.netloc.rpartition("@")[2]
    return f"{scheme}://{host}{parts.path}"


class NetworkCamera:
    """A stream of a network camera.

    Args:
        address: Of the stream, with user and password where it needs them.

    Raises:
        OSError: It does not open within five seconds.
    """

    def __init__(self, address: str) -> None:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, TIMEOUT_MILLISECONDS]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, TIMEOUT_MILLISECONDS]
        self._capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)
        if not self._capture.isOpened():
            self._capture.release()
            raise OSError(
                f"no stream opens there within {TIMEOUT_MILLISECONDS / 1000:g} s; "
                "check address, user and password"
            )
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> np.ndarray | None:
        """Returns the next frame, uint8 [height, width, 3] BGR, or None where the stream broke."""
        return self._capture.read()[1]

    def close(self) -> None:
        """Ends the stream."""
        self._capture.release()
