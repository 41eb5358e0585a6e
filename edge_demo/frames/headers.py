"""What a picture file says about itself before its pixels: format and size."""

import re
import struct
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
TIFF_SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # + is BigTIFF
JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
J2K_SIGNATURE = b"\xff\x4f\xff\x51"  # start of a codestream, and the marker of its size

# TIFF tags (TIFF 6.0; DNG has them too).
SUBFILE_TYPE, WIDTH, HEIGHT, ORIENTATION = 254, 256, 257, 274
SAMPLES_PER_PIXEL, EXTRA_SAMPLES, DNG_VERSION = 277, 338, 50706
TAG_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}  # byte, short, long, long of BigTIFF


def format_of(content: bytes) -> str | None:
    """Returns the format of a picture file by its first bytes, or None where it is another one."""
    if content[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if content.startswith(PNG_SIGNATURE):
        return "PNG"
    if content.startswith(TIFF_SIGNATURES):
        return "TIFF"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content[:4] == b"GIF8":
        return "GIF"
    if content.startswith((JP2_SIGNATURE, J2K_SIGNATURE)):
        return "JPEG 2000"
    if re.match(rb"P[1-7]\s", content):
        return "PNM"
    if content[:2] == b"BM":
        return "BMP"
    return None


def size_of(content: bytes) -> tuple[int, int]:
    """Returns (width, height) from the header, or (0, 0) where that is damaged.

    The pixels of a small file can fill the memory many times over, so the size is read first.
    """
    try:
        reader = SIZE_READERS.get(format_of(content) or "")
        return reader(content) if reader else (0, 0)
    except (struct.error, ValueError):
        return 0, 0


def jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields (marker, content of the segment) up to the first scan."""
    position = 2
    while position + 4 <= len(content):
        marker, length = struct.unpack_from(">xBH", content, position)
        if marker == 0xFF:  # a byte of filling
            position += 1
            continue
        if marker == 0xDA:
            return
        yield marker, content[position + 4 : position + 2 + length]
        position += 2 + length


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields (type, content) of each chunk."""
    position = len(PNG_SIGNATURE)
    while position + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        yield name, content[position + 8 : position + 8 + length]
        position += 12 + length


def webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields (type, content) of each chunk of the RIFF container."""
    position = 12
    while position + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, position)
        yield name, content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def tiff_tags(content: bytes) -> dict[int, tuple[int, int, str]]:
    """The whole numbers of the first directory: {tag: (value, its offset, its struct format)}.

    Of a tag with several values, the first; one that is not held in the directory itself is left
    out, as none of those above is.

    Raises:
        struct.error: the directory is cut short.
    """
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\x00", b"\x00+")
    # BigTIFF has 8 bytes where TIFF has 4, and counts its entries in 8 where TIFF has 2.
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    if start > len(content):  # beyond what `unpack_from` takes for an offset, too
        raise struct.error("the directory lies outside of the file")
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), content, start)
    first, step = start + (8 if big else 2), 20 if big else 12
    result = {}
    for entry in range(first, first + step * min(count, 4096), step):
        tag, kind = struct.unpack_from(order + "HH", content, entry)
        if kind in TAG_TYPES:
            value_at, form = entry + (12 if big else 8), order + TAG_TYPES[kind]
            result[tag] = (struct.unpack_from(form, content, value_at)[0], value_at, form)
    return result


def jpeg_2000_components(content: bytes) -> int:
    """Returns how many channels a JPEG 2000 picture has, or 0 where its header is damaged."""
    start = content.find(J2K_SIGNATURE)
    return int.from_bytes(content[start + 40 : start + 42], "big") if start >= 0 else 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    for marker, segment in jpeg_segments(content):
        # Start of frame is C0 to CF without the tables C4, C8 and CC (ITU T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", segment, 1)
            return width, height
    return 0, 0


def _png_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _bmp_size(content: bytes) -> tuple[int, int]:
    (header,) = struct.unpack_from("<I", content, 14)
    # A header of 12 bytes is that of OS/2, with short numbers; a negative height is top-down.
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", content, 18)
    return abs(width), abs(height)


def _tiff_size(content: bytes) -> tuple[int, int]:
    tags = tiff_tags(content)
    return (tags[WIDTH][0], tags[HEIGHT][0]) if WIDTH in tags and HEIGHT in tags else (0, 0)


def _webp_size(content: bytes) -> tuple[int, int]:
    name, chunk = next(webp_chunks(content), (b"", b""))
    if name == b"VP8X":  # 24 bits each, less one
        return 1 + int.from_bytes(chunk[4:7], "little"), 1 + int.from_bytes(chunk[7:10], "little")
    if name == b"VP8L":  # 14 bits each, less one, after a byte of signature
        bits = int.from_bytes(chunk[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", chunk, 6)  # 14 bits and 2 of scale
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_2000_size(content: bytes) -> tuple[int, int]:
    start = content.index(J2K_SIGNATURE)
    width, height, left, top = struct.unpack_from(">IIII", content, start + 8)
    return width - left, height - top


def _pnm_size(content: bytes) -> tuple[int, int]:
    header = re.sub(rb"#[^\n]*", b"", content[:4096])
    if content[:2] == b"P7":
        named = dict(re.findall(rb"\b(WIDTH|HEIGHT)\s+(\d+)", header))
        return int(named.get(b"WIDTH", 0)), int(named.get(b"HEIGHT", 0))
    match = re.match(rb"P\d\s+(\d+)\s+(\d+)", header)
    return (int(match[1]), int(match[2])) if match else (0, 0)


SIZE_READERS = {
    "JPEG": _jpeg_size,
    "PNG": _png_size,
    "TIFF": _tiff_size,
    "WebP": _webp_size,
    "GIF": _gif_size,
    "JPEG 2000": _jpeg_2000_size,
    "PNM": _pnm_size,
    "BMP": _bmp_size,
}
