"""What is no picture for OpenCV is named for what it is, with the command that converts it."""

import base64
import collections
import io
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames import foreign, heic
from edge_demo.frames.pictures import SUFFIXES, decode_picture, list_pictures
from tests.edge_demo.frames import building

# 96 by 64 pixels, white with a black patch of 24 by 20 at (8, 8), written with libheif.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAACcAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmu"
    "bgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAA"
    "QAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAC9tZGF0AAAAIygBr1hEOQwtdF2MlL/b"
    "w0FZVCy5NNKSLuN8UkLJff4Rgx8o"
)


def media(brand, *compatible):
    brands = brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands


def office(*names, mimetype=None):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "")
    return stream.getvalue()


PREVIEW = building.tiff(building.marked_frame(), t254=1)
FILES = {
    "HEIC of a telephone": (HEIC, "HEIC"),
    "HEIC by a compatible brand": (media(b"mif1", b"mif1", b"heic"), "HEIC"),
    "AVIF": (media(b"mif1", b"mif1", b"avif"), "AVIF"),
    "JPEG XL": (b"\xff\x0a" + bytes(20), "JPEG XL"),
    "JPEG XL in a container": (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(20), "JPEG XL"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "SVG with a prologue": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg/>', "SVG"),
    "DNG": (building.tiff(building.marked_frame(), t50706=1), "camera RAW"),
    "NEF or ARW": (PREVIEW, "camera RAW"),
    "NEF with its directory far behind": (
        building.tiff(np.zeros((200, 300, 3), np.uint8), t254=1),
        "camera RAW",
    ),
    "CR2": (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(20), "camera RAW"),
    "CR3": (media(b"crx ", b"crx ", b"isom"), "camera RAW"),
    "RAF": (b"FUJIFILMCCD-RAW 0201", "camera RAW"),
    "ORF": (b"IIRO\x08\x00\x00\x00", "camera RAW"),
    "RW2": (b"IIU\x00\x18\x00\x00\x00", "camera RAW"),
    "Photoshop": (b"8BPS\x00\x01", "Photoshop"),
    "DjVu": (b"AT&TFORM\x00\x00\x00\x00DJVU", "DjVu"),
    "Word": (office("[Content_Types].xml", "word/document.xml"), "Word"),
    "PowerPoint": (office("ppt/presentation.xml"), "PowerPoint"),
    "OpenDocument": (
        office(mimetype="application/vnd.oasis.opendocument.text"),
        "OpenDocument",
    ),
}


@pytest.fixture
def no_heic(monkeypatch):
    monkeypatch.setattr(heic, "is_readable", lambda: False)


@pytest.mark.parametrize("name", FILES)
def test_a_foreign_file_is_named_whatever_its_name_says(no_heic, tmp_path, name):
    content, kind = FILES[name]
    path = tmp_path / "IMG 1.jpg"
    path.write_bytes(content)
    assert foreign.foreign_kind(path) == foreign.foreign_kind(content) == kind
    command = foreign.COMMANDS[kind].split()[0]
    with pytest.raises(UserError, match=f"its format is {kind}; `{command} .*'IMG 1.jpg'"):
        decode_picture(content, path.name)


PICTURES = {
    "JPEG": building.encode(".jpg", building.marked_frame()),
    "PNG": building.encode(".png", building.marked_frame()),
    "TIFF": building.tiff(building.marked_frame()),
    "text": b"hello <svg>",
    "XML": b'<?xml version="1.0"?><note/>',
    "zip": office("a.txt"),
    "zip, damaged": office("word/document.xml")[:40],
    "video": media(b"isom", b"isom", b"mp42"),
    "nothing": b"",
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_and_others_are_not_foreign(name):
    assert foreign.foreign_kind(PICTURES[name]) is None


def test_what_cannot_be_read_is_of_no_kind(tmp_path):
    assert foreign.foreign_kind(tmp_path) is None
    assert foreign.foreign_kind(tmp_path / "none") is None


def test_every_kind_has_a_command():
    kinds = {*foreign.SIGNATURES.values(), *foreign.OFFICE.values(), "HEIC", "AVIF", "SVG"}
    assert kinds | {"OpenDocument"} == set(foreign.COMMANDS)
    assert all("FILE" in command for command in foreign.COMMANDS.values())


def test_examples_are_as_documented():
    assert foreign.foreign_sentence("a.pdf", "PDF") in foreign.foreign_sentence.__doc__
    counts = collections.Counter({"JPEG XL": 12})
    assert foreign.passed_over(counts) in foreign.passed_over.__doc__


def test_one_sentence_counts_what_was_passed_over():
    sentence = foreign.passed_over(collections.Counter({"PDF": 1, "HEIC": 2}))
    assert sentence.startswith("3 files are not read: 2 HEIC (`heif-convert")
    assert ", 1 PDF (`pdftoppm" in sentence


def test_a_folder_of_nothing_else_says_what_there_is(no_heic, tmp_path):
    (tmp_path / "a.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match="There is no picture .* 1 file is not read: 1 HEIC"):
        list_pictures(tmp_path)


def test_heic_is_read_where_the_extra_is_installed(tmp_path):
    pytest.importorskip("pillow_heif", reason="the extra `heic` is not installed here")
    shown = decode_picture(HEIC, "a.heic")
    assert shown.shape == (64, 96, 3) and shown.dtype == np.uint8
    assert shown[18, 20].max() < 40 and shown[40, 60].min() > 215
    (tmp_path / "a.HEIC").write_bytes(HEIC)
    assert list_pictures(tmp_path) == [tmp_path / "a.HEIC"]


def test_a_damaged_heic_is_a_sentence():
    pytest.importorskip("pillow_heif", reason="the extra `heic` is not installed here")
    for content in (HEIC[:200], HEIC[:-60]):
        with pytest.raises(UserError, match="a.heic cannot be decoded"):
            decode_picture(content, "a.heic")


def test_the_page_on_devices_lists_every_kind_and_name():
    page = Path(__file__).parents[3] / "docs" / "device.md"
    text = page.read_text(encoding="utf-8")
    for command in foreign.COMMANDS.values():
        assert f"| `{command}` |" in text
    names = set(re.findall(r"(?<=[ `])\.[a-z0-9]+(?=[ `])", text))
    assert SUFFIXES | heic.SUFFIXES <= names
