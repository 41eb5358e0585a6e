"""How a picture has to be turned to stand upright, from what the camera wrote into its EXIF data.

OpenCV applies it in some formats and not in others, and not alike in 4.11 and 5; so it is told to
ignore it, and this is the one place that decides.
"""

import struct

import numpy as np

from edge_demo.frames import headers


def orientation_of(content: bytes) -> int:
    """Returns EXIF's orientation, 1 to 8, of JPEG, PNG, WebP and TIFF; 1 where there is none."""
    try:
        tags = headers.tiff_tags(_exif(content))
        value = tags[headers.ORIENTATION][0] if headers.ORIENTATION in tags else 1
    except struct.error:
        return 1
    return value if 1 <= value <= 8 else 1


def without_orientation(content: bytes) -> bytes:
    """Sets a TIFF's own tag to upright, which OpenCV's decoder obeys whatever it is told."""
    if headers.format_of(content) != "TIFF" or orientation_of(content) == 1:
        return content
    _, offset, form = headers.tiff_tags(content)[headers.ORIENTATION]
    result = bytearray(content)
    struct.pack_into(form, result, offset, 1)
    return bytes(result)


def upright(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turns and mirrors a stored picture as a viewer does (EXIF 2.3, 4.6.4, tag 274)."""
    if orientation >= 5:  # rows and columns are exchanged
        image = np.swapaxes(image, 0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)


def _exif(content: bytes) -> bytes:
    """Returns the EXIF data, which is a TIFF file without pixels, or no bytes."""
    found = b""
    kind = headers.format_of(content)
    if kind == "TIFF":
        found = content
    elif kind == "JPEG":
        segments = headers.jpeg_segments(content)
        exif = (s for marker, s in segments if marker == 0xE1 and s[:6] == b"Exif\x00\x00")
        found = next(exif, b"")
    elif kind == "PNG":
        found = dict(headers.png_chunks(content)).get(b"eXIf", b"")
    elif kind == "WebP":
        found = dict(headers.webp_chunks(content)).get(b"EXIF", b"")
    # JPEG has this prefix; some programs write it into WebP and PNG as well.
    return found.removeprefix(b"Exif\x00\x00")
