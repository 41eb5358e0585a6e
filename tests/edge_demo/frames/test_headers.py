"""The size of a picture is known from its header, in every format that is decoded."""

import struct
import tracemalloc

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames import headers
from edge_demo.frames.pictures import MAX_PIXELS, decode_picture
from tests.edge_demo.frames import building

FRAME = building.marked_frame()
ALPHA = np.dstack([FRAME, 255 - FRAME[:, :, :1]])


def bigtiff():
    entries = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in SIDES.items())
    return b"II+\x00" + struct.pack("<HHQQ", 8, 0, 16, len(SIDES)) + entries


SIDES = {256: 80, 257: 60}
FILES = {
    "JPEG": building.encode(".jpg", FRAME),
    "PNG": building.encode(".png", FRAME),
    "TIFF": building.encode(".tif", FRAME),
    "TIFF, big-endian": building.tiff(FRAME),
    "BigTIFF": bigtiff(),
    "WebP, lossy": building.encode(".webp", FRAME, cv2.IMWRITE_WEBP_QUALITY, 80),
    "WebP, lossless": building.encode(".webp", FRAME, cv2.IMWRITE_WEBP_QUALITY, 101),
    "WebP, extended": building.encode(".webp", ALPHA, cv2.IMWRITE_WEBP_QUALITY, 80),
    "GIF": b"GIF89a" + struct.pack("<HH", 80, 60),
    "JPEG 2000": building.encode(".jp2", FRAME),
    "BMP": building.encode(".bmp", FRAME),
    "BMP, top down": b"BM" + bytes(12) + struct.pack("<Iii", 40, 80, -60),
    "BMP of OS/2": b"BM" + bytes(12) + struct.pack("<IHH", 12, 80, 60),
    "PPM": building.encode(".ppm", FRAME),
    "PGM": building.encode(".pgm", FRAME[:, :, 0]),
    "PBM with a comment": b"P4\n# 1 2\n80 # wide\n60\n" + bytes(600),
    "PAM": b"P7\nWIDTH 80\nHEIGHT 60\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n",
}


@pytest.mark.parametrize("name", FILES)
def test_the_size_is_read_from_the_header(name):
    assert headers.size_of(FILES[name]) == (80, 60)


@pytest.mark.parametrize("name", FILES)
def test_a_header_cut_short_at_any_byte_is_no_error(name):
    for length in range(min(len(FILES[name]), 300)):
        width, height = headers.size_of(FILES[name][:length])
        assert width <= 80 and height <= 60


def huge(name):
    """The file with sides of 11,000 pixels in its header and the pixels of a small picture."""
    content = bytearray(FILES[name])
    if name.startswith("TIFF"):
        tags = headers.tiff_tags(bytes(content))
        for tag in (headers.WIDTH, headers.HEIGHT):
            struct.pack_into(tags[tag][2], content, tags[tag][1], 11_000)
    elif name == "WebP, extended":
        content[24:30] = (10_999).to_bytes(3, "little") * 2
    elif name == "JPEG 2000":
        start = content.index(headers.J2K_SIGNATURE)
        struct.pack_into(">II", content, start + 8, 11_000, 11_000)
    elif name == "BMP":
        struct.pack_into("<ii", content, 18, 11_000, 11_000)
    elif name == "PPM":
        return bytes(content).replace(b"80 60", b"11000 11000")
    return bytes(content)


@pytest.mark.parametrize(
    "name", ["TIFF", "TIFF, big-endian", "WebP, extended", "JPEG 2000", "BMP", "PPM"]
)
def test_121_megapixels_are_refused_before_they_are_decoded(name):
    assert headers.size_of(huge(name)) == (11_000, 11_000)
    tracemalloc.start()
    with pytest.raises(UserError, match="11,000 by 11,000 pixels, more than the 100 megapixels"):
        decode_picture(huge(name), "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MAX_PIXELS / 100


def test_a_format_whose_size_is_not_looked_at_is_not_decoded():
    sun_raster = building.encode(".ras", FRAME)
    assert cv2.imdecode(np.frombuffer(sun_raster, np.uint8), cv2.IMREAD_COLOR) is not None
    with pytest.raises(UserError, match="cannot be decoded"):
        decode_picture(sun_raster, "a")


def test_a_directory_beyond_every_file_is_damage():
    content = b"II+\x00" + struct.pack("<HH", 8, 0) + b"\xff" * 8
    with pytest.raises(UserError, match="cannot be decoded"):
        decode_picture(content, "a")
