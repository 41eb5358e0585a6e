"""Small picture files, built byte by byte: what OpenCV does not write."""

import struct
import zlib

import cv2
import numpy as np

# The stored picture of each orientation, made from what a viewer shows (EXIF 2.3, 4.6.4).
STORED = {
    1: lambda frame: frame,
    2: lambda frame: frame[:, ::-1],
    3: lambda frame: frame[::-1, ::-1],
    4: lambda frame: frame[::-1],
    5: lambda frame: np.swapaxes(frame, 0, 1),
    6: lambda frame: np.rot90(frame, 1),
    7: lambda frame: np.swapaxes(frame[::-1, ::-1], 0, 1),
    8: lambda frame: np.rot90(frame, -1),
}


def marked_frame():
    """White, with a black patch in the upper left: orientation can be told from it."""
    frame = np.full((60, 80, 3), 255, np.uint8)
    frame[5:25, 5:30] = 0
    return frame


def encode(suffix, frame, *options):
    return cv2.imencode(suffix, np.ascontiguousarray(frame), options)[1].tobytes()


def exif(orientation):
    """EXIF data with one tag, 0x0112."""
    tag = struct.pack(">HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    return b"MM\x00*\x00\x00\x00\x08\x00\x01" + tag


def jpeg(frame, orientation):
    content = encode(".jpg", frame)
    body = b"Exif\x00\x00" + exif(orientation)
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return content[:2] + segment + content[2:]


def png_chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(frame, orientation):
    content = encode(".png", frame)
    return content[:33] + png_chunk(b"eXIf", exif(orientation)) + content[33:]


def png_of_rows(rows, width, depth, colour_type, *chunks):
    """A PNG from the bytes of its rows, with further chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + b"".join(chunks)
        + png_chunk(b"IDAT", pixels)
        + png_chunk(b"IEND", b"")
    )


def webp(frame, orientation, prefix=b""):
    """Lossless, with an EXIF chunk, which only the extended form has."""
    height, width = frame.shape[:2]
    pixels = encode(".webp", frame, cv2.IMWRITE_WEBP_QUALITY, 101)[12:]
    flags = 0x08 | (0x10 if frame.shape[2] == 4 else 0)
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    data = prefix + exif(orientation)
    body = (
        b"WEBPVP8X"
        + struct.pack("<I", 10)
        + bytes([flags, 0, 0, 0])
        + sides
        + pixels
        + b"EXIF"
        + struct.pack("<I", len(data))
        + data
        + b"\x00" * (len(data) % 2)
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(frame, orientation=1, order=">", **tags):
    """Uncompressed; `tags` are further short numbers as {"t338": 2}."""
    height, width, channels = frame.shape
    rgb = frame[:, :, ::-1] if channels == 3 else frame[:, :, [2, 1, 0, 3]]
    entries = {
        **{254: (4, 0), 256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1)},
        **{262: (3, 2), 273: (4, 8), 274: (3, orientation), 277: (3, channels)},
        **{278: (4, height), 279: (4, rgb.size)},
        **{int(name[1:]): (3, value) for name, value in tags.items()},
    }
    bits_at = 8 + rgb.size
    directory_at = bits_at + 2 * channels
    result = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, directory_at)
    result += np.ascontiguousarray(rgb).tobytes() + struct.pack(order + "H", 8) * channels
    result += struct.pack(order + "H", len(entries))
    for tag, (kind, value) in sorted(entries.items()):
        if tag == 258:
            result += struct.pack(order + "HHII", tag, kind, channels, bits_at)
        elif kind == 3:
            result += struct.pack(order + "HHIHH", tag, kind, 1, value, 0)
        else:
            result += struct.pack(order + "HHII", tag, kind, 1, value)
    return result + struct.pack(order + "I", 0)
