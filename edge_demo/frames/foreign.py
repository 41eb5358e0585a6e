"""Files that people take for pictures and OpenCV does not read: what they are, what converts them.

They are known by their content, because a telephone's HEIC is often named `.jpg`.
"""

import collections
import os
import shlex
import struct
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

from edge_demo.frames import headers

HEAD_BYTES = 65536  # that are enough to tell
RAW = "camera RAW"

# The command that makes a picture of each; FILE stands for the file's name.
COMMANDS = {
    "HEIC": "heif-convert FILE page.jpg",
    "AVIF": "avifdec FILE page.png",
    "JPEG XL": "djxl FILE page.png",
    "PDF": "pdftoppm -r 200 -png FILE page",
    "PostScript": "gs -sDEVICE=png16m -r200 -o page-%d.png FILE",
    "SVG": "rsvg-convert --width 1600 --keep-aspect-ratio --background-color white "
    "--output page.png FILE",
    RAW: "darktable-cli FILE page.jpg",
    "DjVu": "ddjvu -format=tiff FILE page.tif",
    "Photoshop": "magick FILE[0] page.png",
    "Word": "soffice --headless --convert-to png FILE",
    "PowerPoint": "soffice --headless --convert-to png FILE",
    "OpenDocument": "soffice --headless --convert-to png FILE",
}

# Brands of the ISO base media format (ISO/IEC 23008-12 for HEIC, 23000-22 for AVIF).
HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
AVIF_BRANDS = frozenset((b"avif", b"avis"))
SIGNATURES = {
    b"%PDF-": "PDF",
    b"%!PS": "PostScript",
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL",
    b"AT&TFORM": "DjVu",
    b"8BPS": "Photoshop",
    b"FUJIFILMCCD-RAW": RAW,
    b"II\x1a\x00\x00\x00HEAPCCDR": RAW,  # CRW
    b"IIRO": RAW,  # ORF
    b"IIRS": RAW,
    b"MMOR": RAW,
    b"IIU\x00": RAW,  # RW2
    b"FOVb": RAW,  # X3F
    b"\x00MRM": RAW,
}
# The first folder in the zip of an office document.
OFFICE = {"word": "Word", "ppt": "PowerPoint"}


def foreign_kind(file: str | os.PathLike | bytes) -> str | None:
    """Returns the name of a kind that is not read as a picture, or None.

    Args:
        file: a path, or the bytes of a file. One that cannot be read is of no kind.
    """
    if isinstance(file, bytes):
        return _kind(file[:HEAD_BYTES], lambda: file)
    path = Path(file)
    try:
        if not path.is_file():  # a pipe would never end
            return None
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        return _kind(head, path.read_bytes)
    except OSError:
        return None


def foreign_sentence(name: str, kind: str) -> str:
    """The sentence for a file that was to be read as a picture.

    Example:

    >>> foreign_sentence("a.pdf", "PDF")
    'a.pdf is not read: its format is PDF; `pdftoppm -r 200 -png a.pdf page` makes a picture of it.'
    """
    command = COMMANDS[kind].replace("FILE", shlex.quote(name))
    extra = ", or the extra `heic` reads it" if kind == "HEIC" else ""
    return f"{name} is not read: its format is {kind}; `{command}` makes a picture of it{extra}."


def count_kinds(paths: Iterable[str | os.PathLike]) -> collections.Counter[str]:
    """Counts the files of each kind that is not read."""
    kinds = (foreign_kind(path) for path in paths)
    return collections.Counter(kind for kind in kinds if kind)


def passed_over(kinds: collections.Counter[str]) -> str:
    """The sentence for files that were passed over among pictures.

    Example:

    >>> passed_over(collections.Counter({"JPEG XL": 12}))
    '12 files are not read: 12 JPEG XL (`djxl FILE page.png` makes a picture of one).'
    """
    total = sum(kinds.values())
    files = "1 file is" if total == 1 else f"{total} files are"
    parts = [
        f"{count} {kind} (`{COMMANDS[kind]}` makes a picture of one)"
        for kind, count in kinds.most_common()
    ]
    return f"{files} not read: {', '.join(parts)}."


def _kind(head: bytes, whole: Callable[[], bytes]) -> str | None:
    for signature, kind in SIGNATURES.items():
        if head.startswith(signature):
            return kind
    if head[4:8] == b"ftyp":
        return _media_kind(head)
    if head[:4] == b"PK\x03\x04":
        return _office_kind(whole)
    if headers.format_of(head) == "TIFF":
        return RAW if _is_raw(head, whole) else None
    return "SVG" if _is_svg(head) else None


def _media_kind(head: bytes) -> str | None:
    """The major brand, then the compatible ones: `mif1` alone says only that it is a still."""
    length = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(length, 256), 4))]
    if b"crx " in brands[:1]:  # CR3
        return RAW
    if AVIF_BRANDS.intersection(brands):
        return "AVIF"
    return "HEIC" if HEIC_BRANDS.intersection(brands) else None


def _office_kind(whole: Callable[[], bytes]) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(whole())) as archive:
            names = archive.namelist()
            if "mimetype" in names and b"opendocument" in archive.read("mimetype"):
                return "OpenDocument"
    except Exception:  # zipfile raises what the damaged part makes it raise: no document then
        return None
    folders = {name.split("/")[0] for name in names}
    return next((kind for folder, kind in OFFICE.items() if folder in folders), None)


def _is_raw(head: bytes, whole: Callable[[], bytes]) -> bool:
    """Camera RAW in a TIFF's clothes: CR2 and DNG say so, others begin with a small preview."""
    if head[8:10] == b"CR":
        return True
    try:
        try:
            tags = headers.tiff_tags(head)
        except struct.error:  # the directory lies behind the pixels
            tags = headers.tiff_tags(whole())
    except struct.error:
        return False
    reduced = tags.get(headers.SUBFILE_TYPE, (0,))[0] == 1
    return headers.DNG_VERSION in tags or reduced


def _is_svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!")) and b"<svg" in text)
