"""Cameras and videos, opened alike: `read()` gives a BGR frame or None, `close()` frees them."""

import glob
import itertools
import os
import sys
import time

import cv2
import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames import raspberry
from edge_demo.frames.synthetic import draw_page

SIZE = (
    640,
    480,
)  # pixels asked of cameras: ten digits are large enough, and 60 frames fit a second
# OpenCV's ways to a camera on each system, the first that opens it is taken. Left to itself, it
# tries every way it was built with, and prints what it thinks of each.
BACKENDS = {
    "linux": (cv2.CAP_V4L2,),
    "darwin": (cv2.CAP_AVFOUNDATION,),
    "win32": (cv2.CAP_MSMF, cv2.CAP_DSHOW),
}
HINTS = {
    "darwin": "; allow your terminal the camera in System Settings, Privacy & Security",
    "win32": "; allow desktop apps the camera in Settings, Privacy & security",
}
INDICES = range(3)  # that are tried where a system does not list its cameras
HOLD_SECONDS = 4.0  # for which the synthetic page keeps its digits


class UsbCamera:
    """A USB or built-in camera, through the system's own way to cameras.

    Args:
        device: index; on Linux also a path such as "/dev/video0".

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, device: int | str) -> None:
        on_linux = sys.platform.startswith("linux")
        path = f"/dev/video{device}" if on_linux and isinstance(device, int) else device
        # OpenCV and its V4L2 layer print warnings of their own for a device that is not there.
        if isinstance(path, str) and not os.path.exists(path):
            raise OSError(f"there is no {path}")
        platform = "linux" if on_linux else sys.platform
        for backend in BACKENDS.get(platform, (cv2.CAP_ANY,)):
            self._capture = cv2.VideoCapture(device, backend)
            if self._capture.isOpened():
                break
            self._capture.release()
        else:
            name = path if isinstance(path, str) else f"camera {device}"
            raise OSError(f"{name} does not open{HINTS.get(platform, '')}")
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, SIZE[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, SIZE[1])
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> np.ndarray | None:
        """Returns the newest frame, uint8 [height, width, 3] BGR, or None where it is gone."""
        return self._capture.read()[1]

    def close(self) -> None:
        """Frees the camera."""
        self._capture.release()


class PiCamera:
    """A Raspberry Pi camera on its ribbon cable, through picamera2.

    Raises:
        UserError: picamera2 is not installed, or does not start.
        OSError: there is no camera.
    """

    def __init__(self) -> None:
        module = raspberry.import_picamera2()
        try:
            self._camera = module.Picamera2()
            # picamera2 names formats by their order in memory words: RGB888 arrives as BGR bytes.
            # Without a queue, a frame that is asked for is one that was taken afterwards.
            configuration = self._camera.create_video_configuration(
                main={"size": SIZE, "format": "RGB888"}, queue=False
            )
            self._camera.configure(configuration)
            self._camera.start()
        except (IndexError, RuntimeError) as error:
            raise OSError(f"picamera2 finds no camera ({error})") from error

    def read(self) -> np.ndarray | None:
        """Returns the newest frame, uint8 [height, width, 3] BGR, or None where it is gone."""
        try:
            return self._camera.capture_array("main")
        except RuntimeError:
            return None

    def close(self) -> None:
        """Frees the camera."""
        self._camera.stop()
        self._camera.close()


class Video:
    """A video file.

    Args:
        path: of the file.
        loop: play it again and again at its own pace, as a camera would.

    Raises:
        OSError: OpenCV opens no video there.
    """

    def __init__(self, path: str, loop: bool = False) -> None:
        self._path, self._loop = path, loop
        self._capture = cv2.VideoCapture(path)
        if not self._capture.isOpened():
            raise OSError(f"{path} is no video that OpenCV opens")
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.frames_per_second = rate if 1 <= rate <= 240 else 30.0
        self._due = time.monotonic()

    def read(self) -> np.ndarray | None:
        """Returns the next frame, uint8 [height, width, 3] BGR, or None after the last."""
        frame = self._capture.read()[1]
        if frame is None and self._loop:
            self._capture.release()
            self._capture = cv2.VideoCapture(self._path)
            frame = self._capture.read()[1]
        if self._loop:
            self._due = max(self._due + 1 / self.frames_per_second, time.monotonic() - 1)
            time.sleep(max(0.0, self._due - time.monotonic()))
        return frame

    def close(self) -> None:
        """Frees the file."""
        self._capture.release()


class SyntheticCamera:
    """An endless scene: a drawn page under a shaking camera, with new digits every few seconds.

    Args:
        seed: of digits, handwriting and shake.
        frames_per_second: pace; None: as fast as they are asked for.

    Attributes:
        digits: tuple of int, the truth of the newest frame in reading order.
    """

    def __init__(self, seed: int = 0, frames_per_second: float | None = 30.0) -> None:
        self._random = np.random.default_rng(seed)
        self._period = 1 / frames_per_second if frames_per_second else 0.0
        self._frames_held = round(HOLD_SECONDS * (frames_per_second or 30.0))
        self._count = itertools.count()
        self._due = time.monotonic()
        self.digits: tuple[int, ...] = ()

    def read(self) -> np.ndarray:
        """Returns the next frame, uint8 [480, 640, 3] BGR, at the scene's own pace."""
        number = next(self._count)
        if number % self._frames_held == 0:
            rows = ["".join(map(str, self._random.integers(0, 10, 5))) for _ in range(2)]
            self._page = draw_page(rows, seed=int(self._random.integers(2**31)), noise=0)
            self.digits = self._page.digits
        shake = self._random.normal(0, 0.7, 2)
        matrix = np.array([[1, 0, shake[0]], [0, 1, shake[1]]], np.float32)
        frame = cv2.warpAffine(self._page.image, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)
        noise = self._random.integers(-4, 5, frame.shape, np.int8)
        frame = cv2.add(frame, noise, dtype=cv2.CV_8U)
        self._due = max(self._due + self._period, time.monotonic() - 1)
        time.sleep(max(0.0, self._due - time.monotonic()))
        return frame

    def close(self) -> None:
        """Nothing is held."""


def choose_camera() -> tuple[str, str]:
    """Returns (SOURCE, a sentence on why) for a command line that names none.

    A picamera2 that is broken is told on stderr, and does not stand in a USB camera's way.

    Raises:
        UserError: no camera is found.
    """
    if raspberry.is_installed():
        try:
            if raspberry.camera_names():
                return "picamera", "reading the Raspberry Pi camera, which picamera2 found"
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
    for device in _devices():
        try:
            camera = UsbCamera(device)
        except OSError:
            continue
        works = camera.read() is not None
        camera.close()
        if works:
            name = device if isinstance(device, str) else f"camera {device}"
            return str(device), f"reading {name}, the first that gives a frame"
    raise UserError(
        "No camera is found: name a picture, a folder or a video, or try `synthetic`; "
        "`python -m edge_demo.doctor` says what is missing."
    )


def _devices() -> list[int | str]:
    """Cameras that may be there: device files on Linux; elsewhere nothing lists them."""
    if not sys.platform.startswith("linux"):
        return list(INDICES)
    return [*sorted(glob.glob("/dev/video*"), key=lambda path: (len(path), path))]
