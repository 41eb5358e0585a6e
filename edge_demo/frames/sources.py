"""What a SOURCE on the command line stands for, as a stream of frames."""

import glob
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames import cameras, foreign, network, pictures
from edge_demo.frames.newest import NewestFrames


class Frame(NamedTuple):
    """One frame.

    source: name of where it comes from. image: uint8 BGR [height, width, 3]. time: seconds on the
    stream's clock, or None for a picture, which stands alone, as the frame of a video that has only
    one does. relative: the picture's path below the folder that was given, or its file name.
    """

    source: str
    image: np.ndarray
    time: float | None
    relative: str


def open_source(text: str, loop: bool = False) -> Iterator[Frame | UserError]:
    """Returns an iterator over the Frames of one SOURCE, with UserErrors for pictures that fail.

    Args:
        text: a camera index or /dev/video path, "picamera", "synthetic", a picture or video file,
            or a folder of pictures.
        loop: play a video again and again, at its own pace.

    Raises:
        UserError: at the first frame: there is no such source, or the folder has no picture.
    """
    if os.path.isdir(text):
        return _folder(text)
    if network.is_network_address(text):
        name = network.without_secrets(text)
        return _live(lambda: network.NetworkCamera(text), name)
    if text == "synthetic":
        return _live(cameras.SyntheticCamera, "synthetic")
    if text == "picamera":
        return _live(cameras.PiCamera, "picamera")
    if text.isdecimal() and not os.path.exists(text):
        return _live(lambda: cameras.UsbCamera(int(text)), f"camera {text}")
    if text.startswith("/dev/"):
        return _live(lambda: cameras.UsbCamera(text), text)
    if os.path.isfile(text) and not _is_picture(text):
        if loop:
            return _live(lambda: cameras.Video(text, loop=True), text)
        return _video(text)
    return _pictures([(text, os.path.basename(text))])


def expand(text: str) -> list[str]:
    """Returns the paths that a pattern stands for, which Windows' shells leave to the program."""
    is_pattern = sys.platform == "win32" and ("*" in text or "?" in text)
    return (sorted(glob.glob(text)) if is_pattern else []) or [text]


def _is_picture(path: str) -> bool:
    """By name and content; where those say nothing, whether OpenCV opens no video there."""
    if pictures.is_picture_name(path) or foreign.foreign_kind(path):
        return True
    try:
        cameras.Video(path).close()
    except OSError:
        return True  # the sentence of a picture that does not decode is the better one
    return False


def _folder(folder: str) -> Iterator[Frame | UserError]:
    paths, _, errors = pictures.find_pictures(folder)
    if not paths:
        pictures.list_pictures(folder)  # says why not
    relative = [path.relative_to(folder) for path in paths]
    yield from errors
    yield from _pictures((os.path.join(folder, path), str(path)) for path in relative)


def _pictures(entries: Iterable[tuple[str, str]]) -> Iterator[Frame | UserError]:
    for source, relative in entries:
        try:
            yield Frame(source, pictures.read_picture(source), None, relative)
        except UserError as error:
            yield error


def _video(path: str) -> Iterator[Frame | UserError]:
    """Every frame of a video file, on the video's own clock; one that is cut short just ends."""
    video = cameras.Video(path)
    number = 0
    try:
        image, following = video.read(), video.read()
        alone = following is None
        while image is not None:
            time_s = None if alone else number / video.frames_per_second
            yield Frame(path, image, time_s, _numbered(path, number))
            number += 1
            image, following = following, video.read()
    finally:
        video.close()
    if number == 0:
        yield UserError(f"{path} holds no frame that can be decoded; it is damaged or cut short.")


def _live(open_camera: Callable[[], Any], name: str) -> Iterator[Frame]:
    """The newest frames of a camera, until it is closed."""
    try:
        frames = NewestFrames(open_camera, name)
    except OSError as error:
        raise UserError(
            f"The source {name} cannot be read: {error}. `python -m edge_demo.doctor` lists the "
            "cameras; `synthetic` needs none."
        ) from error
    try:
        start = time.monotonic()
        for number, (image, taken_at) in enumerate(frames):
            yield Frame(name, image, taken_at - start, _numbered(name, number))
    finally:
        frames.close()


def _numbered(name: str, number: int) -> str:
    stem = os.path.splitext(os.path.basename(name))[0].replace(" ", "-")
    return f"{stem}-{number:06d}.jpg"
