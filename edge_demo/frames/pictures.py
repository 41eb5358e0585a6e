"""Picture files as frames: decoded upright, without transparency, in eight bits, or a sentence."""

import os
import stat
import tempfile
from pathlib import Path

import cv2
import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames import foreign, headers, heic, orientation, transparency

SUFFIXES = frozenset(
    ".bmp .dib .gif .jpeg .jpg .jpe .jp2 .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()
)
MAX_PIXELS = 100_000_000  # a decoded frame of this size takes 300 MB


def is_picture_name(path: str | os.PathLike) -> bool:
    """Whether a file's name ends as that of a picture that can be read here."""
    suffix = Path(path).suffix.lower()
    return suffix in SUFFIXES or (suffix in heic.SUFFIXES and heic.is_readable())


def list_pictures(folder: str | os.PathLike[str]) -> list[Path]:
    """Returns the paths of the pictures below a folder, sorted; other files are passed over.

    Raises:
        UserError: there is no picture below the folder, or it or a folder in it cannot be read.
    """
    paths, others, errors = find_pictures(folder)
    if errors:
        raise errors[0]
    if not paths:
        kinds = foreign.count_kinds(others)
        looked_for = " ".join(sorted(SUFFIXES))
        raise UserError(
            f"There is no picture in the folder {folder} (looked for {looked_for})."
            + (f" {foreign.passed_over(kinds)}" if kinds else "")
        )
    return paths


def find_pictures(
    folder: str | os.PathLike[str],
) -> tuple[list[Path], list[Path], list[UserError]]:
    """Looks through a folder and those in it, in the order of names.

    Hidden files and folders are nobody's pictures: macOS leaves `._a.jpg` beside `a.jpg`. Neither
    is what is no file, such as a pipe.

    Returns:
        the pictures, the other files, and a sentence for each folder that cannot be read.
    """
    errors: list[UserError] = []

    def refuse(error: OSError) -> None:
        errors.append(UserError(f"The folder {error.filename} cannot be read: {error.strerror}."))

    found = []
    for parent, folders, names in os.walk(os.fspath(folder), onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    files = [path for path in sorted(found) if _is_file(path)]
    pictures = [path for path in files if is_picture_name(path)]
    return pictures, [path for path in files if not is_picture_name(path)], errors


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:  # a link to what is gone
        return False
    except OSError:
        return True  # reading it gives the reason


def read_picture(path: str | os.PathLike) -> np.ndarray:
    """Decodes a picture file as a viewer shows it.

    Returns:
        uint8 [height, width, 3], BGR. The first image of an animation.

    Raises:
        UserError: missing, unreadable, no file, empty, not a picture, damaged or too large.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no file but a pipe or a device"
            raise UserError(f"{path} is {what}; name a picture file.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    return decode_picture(content, str(path))


def decode_picture(content: bytes, name: str, most_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Decodes a picture as a viewer shows it: EXIF orientation applied, transparency laid on paper.

    Args:
        content: the bytes of a picture file.
        name: of the picture, for sentences.
        most_pixels: more are refused, before anything is decoded.

    Returns:
        uint8 [height, width, 3], BGR. The first image of an animation.

    Raises:
        UserError: empty, not a picture, damaged or too large.
    """
    if not content:
        raise UserError(f"{name} is an empty file, not a picture.")
    kind = foreign.foreign_kind(content)
    is_heic = kind == "HEIC" and heic.is_readable()
    if kind and not is_heic:
        raise UserError(foreign.foreign_sentence(name, kind))
    width, height = heic.size_of(content) if is_heic else headers.size_of(content)
    if width * height > most_pixels:
        raise UserError(
            f"{name} is {width:,} by {height:,} pixels, more than the {most_pixels // 10**6} "
            "megapixels that are read; scale it down first."
        )
    frame = _decode_heic(content) if is_heic else _decode(content)
    if frame is None or frame.size == 0:
        raise UserError(f"{name} cannot be decoded as a picture; it is damaged or something else.")
    return frame


def _decode(content: bytes) -> np.ndarray | None:
    if headers.format_of(content) is None:  # OpenCV knows more, whose sizes are not looked at
        return None
    stored = orientation.without_orientation(content)
    data = np.frombuffer(stored, np.uint8)
    try:
        if transparency.may_be_transparent(content):
            image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)  # ignores the orientation
        else:
            image = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    if image is None and headers.format_of(content) == "GIF":
        image = _first_of_animation(content)
    if image is None or image.size == 0:
        return None
    image = transparency.on_paper(image, content)
    return orientation.upright(image, orientation.orientation_of(content))


def _decode_heic(content: bytes) -> np.ndarray | None:
    image = heic.decode(content)
    return None if image is None else transparency.on_paper(image, content)


def _first_of_animation(content: bytes) -> np.ndarray | None:
    """OpenCV decodes GIF as a picture only from 4.12 on; before, its video reader does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "animation.gif")
        path.write_bytes(content)
        capture = cv2.VideoCapture(str(path))
        frame = capture.read()[1]
        capture.release()
    return frame
