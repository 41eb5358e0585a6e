"""Picture files as frames: decoded upright, without transparency, in eight bits, or a sentence."""

import os
import struct
import tempfile
from pathlib import Path

import cv2
import numpy as np

from edge_demo.contract import UserError

SUFFIXES = frozenset(
    ".bmp .dib .gif .jpeg .jpg .jpe .jp2 .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()
)
MAX_PIXELS = 100_000_000  # a decoded frame of this size takes 300 MB


def list_pictures(folder):
    """Returns the paths of the pictures below a folder, sorted; other files are passed over.

    Raises:
        UserError: there is no picture below the folder.
    """
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SUFFIXES)
    paths = [path for path in paths if path.is_file()]
    if not paths:
        raise UserError(
            f"There is no picture in the folder {folder} (looked for {' '.join(sorted(SUFFIXES))})."
        )
    return paths


def read_picture(path: str | os.PathLike) -> np.ndarray:
    """Decodes a picture file as a viewer shows it.

    Returns:
        uint8 [height, width, 3], BGR. The first image of an animation.

    Raises:
        UserError: missing, unreadable, empty, not a picture, damaged or too large.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    return decode_picture(content, str(path))


def decode_picture(content: bytes, name: str) -> np.ndarray:
    """Decodes a picture as a viewer shows it: EXIF orientation applied, transparency laid on paper.

    Args:
        content: the bytes of a picture file.
        name: of the picture, for sentences.

    Returns:
        uint8 [height, width, 3], BGR. The first image of an animation.

    Raises:
        UserError: empty, not a picture, damaged or too large.
    """
    if not content:
        raise UserError(f"{name} is an empty file, not a picture.")
    width, height = _header_size(content)
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{name} is {width:,} by {height:,} pixels, more than the {MAX_PIXELS // 10**6} "
            "megapixels that are read; scale it down first."
        )
    frame = _decode(content)
    if frame is None or frame.size == 0:
        raise UserError(f"{name} cannot be decoded as a picture; it is damaged or something else.")
    return frame


def _decode(content: bytes) -> np.ndarray | None:
    data = np.frombuffer(content, np.uint8)
    try:
        if content[:3] == b"GIF":
            return _first_of_animation(data)
        if _may_be_transparent(content):
            return _on_white(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
        return cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def _first_of_animation(data: np.ndarray) -> np.ndarray | None:
    """OpenCV decodes GIF as a picture only from 4.12 on; before, its video reader does."""
    frame = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if frame is not None:
        return frame
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "animation.gif")
        path.write_bytes(data)
        capture = cv2.VideoCapture(str(path))
        frame = capture.read()[1]
        capture.release()
    return frame


def _may_be_transparent(content):
    """PNG with an alpha channel or a transparent colour, or WebP in its extended form."""
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return content[25:26] in (b"\x04", b"\x06") or b"tRNS" in content[:2048]
    return content[:4] == b"RIFF" and content[12:16] in (b"VP8X", b"VP8L")


def _on_white(image):
    """Lays a picture with transparency on white paper; a viewer's page is white too."""
    if image is None:
        return None
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image.shape[2] == 3:
        return image
    alpha = image[:, :, 3:].astype(np.float32) / 255
    return np.round(image[:, :, :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _header_size(content):
    """Returns (width, height) from the header, or (0, 0) where the format is another one.

    The pixels of a small file can fill the memory many times over, so the size is read first.
    """
    try:
        if content[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack(">II", content[16:24])
        if content[:3] == b"GIF":
            return struct.unpack("<HH", content[6:10])
        if content[:2] == b"BM":
            width, height = struct.unpack("<ii", content[18:26])
            return abs(width), abs(height)
        if content[:2] == b"\xff\xd8":
            return _jpeg_size(content)
    except struct.error:
        pass
    return 0, 0


def _jpeg_size(content):
    position = 2
    while position + 9 < len(content):
        marker, length = struct.unpack(">xBH", content[position : position + 4])
        # Start of frame is C0 to CF without the tables C4, C8 and CC (ITU T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 1 if marker == 0xFF else 2 + length
    return 0, 0
