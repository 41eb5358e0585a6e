"""Pictures are decoded as a viewer shows them, or refused with a sentence."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames.pictures import find_pictures, list_pictures, read_picture
from tests.edge_demo.frames.building import marked_frame


def write(path, frame, *options):
    path.write_bytes(cv2.imencode(path.suffix, frame, *options)[1].tobytes())
    return path


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


def test_hidden_files_are_no_pictures(tmp_path):
    (tmp_path / ".thumbnails").mkdir()
    write(tmp_path / "a.jpg", marked_frame())
    write(tmp_path / ".thumbnails" / "b.jpg", marked_frame())
    (tmp_path / "._a.jpg").write_bytes(b"\x00\x05\x16\x07")
    assert list_pictures(tmp_path) == [tmp_path / "a.jpg"]


def test_a_hidden_folder_that_is_named_is_read(tmp_path):
    (tmp_path / ".hidden").mkdir()
    path = write(tmp_path / ".hidden" / "a.jpg", marked_frame())
    assert list_pictures(tmp_path / ".hidden") == [path]


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """Two folders, of which `locked` refuses to be listed, to whoever runs the test."""
    for name in ("locked", "open"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "a.png", marked_frame())
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return tmp_path / "locked"


def test_a_folder_that_may_not_be_read_says_so(locked):
    with pytest.raises(UserError, match=r"The folder .*locked cannot be read: Permission denied\."):
        list_pictures(locked)


def test_a_locked_folder_among_others_does_not_hide_them(locked):
    pictures, _, errors = find_pictures(locked.parent)
    assert [path.parent.name for path in pictures] == ["open"]
    assert len(errors) == 1 and "Permission denied" in str(errors[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_as_a_picture_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(UserError, match="is no file but a pipe or a device"):
        read_picture(tmp_path / "a.jpg")
    with pytest.raises(UserError, match="no picture in the folder"):
        list_pictures(tmp_path)


def test_a_link_to_what_is_gone_is_no_picture(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(UserError, match="no picture in the folder"):
        list_pictures(tmp_path)
