"""Pictures are decoded as a viewer shows them, or refused with a sentence."""

import struct
import zlib

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames.pictures import list_pictures, read_picture


def marked_frame():
    """White, with a black patch in the upper left: orientation can be told from it."""
    frame = np.full((60, 80, 3), 255, np.uint8)
    frame[5:25, 5:30] = 0
    return frame


def write(path, frame, *options):
    path.write_bytes(cv2.imencode(path.suffix, frame, *options)[1].tobytes())
    return path


def with_orientation(jpeg, orientation):
    """Inserts an EXIF segment with one tag (0x0112, orientation) after the JPEG's first marker."""
    tag = struct.pack(">HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + tag
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


# The stored picture of each orientation, made from what a viewer shows (EXIF 2.3, 4.6.4).
STORED = {
    1: lambda frame: frame,
    2: lambda frame: frame[:, ::-1],
    3: lambda frame: frame[::-1, ::-1],
    4: lambda frame: frame[::-1],
    5: lambda frame: frame.transpose(1, 0, 2),
    6: lambda frame: np.rot90(frame, 1),
    7: lambda frame: frame[::-1, ::-1].transpose(1, 0, 2),
    8: lambda frame: np.rot90(frame, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_a_rotated_jpeg_is_shown_upright(tmp_path, orientation):
    frame = marked_frame()
    path = write(tmp_path / "a.jpg", np.ascontiguousarray(STORED[orientation](frame)))
    path.write_bytes(with_orientation(path.read_bytes(), orientation))
    shown = read_picture(path)
    assert shown.shape == frame.shape
    assert np.abs(shown.astype(int) - frame).mean() < 3


def test_transparency_is_laid_on_white(tmp_path):
    frame = np.zeros((20, 30, 4), np.uint8)
    frame[5:10, 5:10, 3] = 255
    shown = read_picture(write(tmp_path / "a.png", frame))
    assert shown.shape == (20, 30, 3)
    assert (shown[0, 0] == 255).all() and (shown[7, 7] == 0).all()


def test_sixteen_bits_become_eight(tmp_path):
    frame = np.full((20, 30), 0xC000, np.uint16)
    shown = read_picture(write(tmp_path / "a.png", frame))
    assert shown.dtype == np.uint8 and (shown == 0xC0).all()


def test_one_pixel_is_a_picture(tmp_path):
    assert read_picture(write(tmp_path / "a.png", np.zeros((1, 1), np.uint8))).shape == (1, 1, 3)


def test_the_first_image_of_an_animation_is_read(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(ANIMATION)
    shown = read_picture(path)
    assert shown.shape == (2, 2, 3)
    assert shown.mean() > 200


# Two frames of 2×2 pixels, white and then black, written by hand after the GIF89a specification.
IMAGE = b"\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00"
ANIMATION = (
    b"GIF89a\x02\x00\x02\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    + b"\x21\xf9\x04\x00\x0a\x00\x00\x00" + IMAGE + b"\x02\x03\x4c\x12\x05\x00"
    + b"\x21\xf9\x04\x00\x0a\x00\x00\x00" + IMAGE + b"\x02\x03\x04\x00\x05\x00"
    + b"\x3b"
)  # fmt: skip


def png_header(width, height):
    """A PNG that claims a size and holds no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty file"),
        (b"hello", "cannot be decoded"),
        (png_header(20_000, 20_000), "20,000 by 20,000 pixels"),
    ],
    ids=["zero bytes", "text", "huge"],
)
def test_what_cannot_be_decoded_is_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        read_picture(path)


def test_a_jpeg_cut_short_is_a_sentence(tmp_path):
    path = write(tmp_path / "a.jpg", marked_frame())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="cannot be decoded"):
        read_picture(path)


def test_a_large_jpeg_is_refused_before_it_is_decoded(tmp_path):
    path = write(tmp_path / "a.jpg", marked_frame())
    content = path.read_bytes()
    start = content.index(b"\xff\xc0") + 5
    path.write_bytes(content[:start] + struct.pack(">HH", 20_000, 20_000) + content[start + 4 :])
    with pytest.raises(UserError, match="20,000 by 20,000"):
        read_picture(path)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        read_picture(tmp_path / "none.png")


def test_a_folder_is_read_recursively_and_sorted(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("b.png", "a.JPG", "sub/c.png"):
        write(tmp_path / name, marked_frame())
    (tmp_path / "notes.txt").write_text("not a picture")
    names = [str(path.relative_to(tmp_path)) for path in list_pictures(tmp_path)]
    assert names == ["a.JPG", "b.png", "sub/c.png"]


def test_a_folder_without_pictures_is_a_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("not a picture")
    with pytest.raises(UserError, match="no picture in the folder"):
        list_pictures(tmp_path)
