"""Other people's hands: letters, words and digits of handwriting fonts, with any pen.

What `allographs.py` and `page_letters.py` hold was drawn by one person. A folder of fonts that were
made from handwriting brings as many other ones. A font's own strokes are only followed: the middle
of its ink is written again with the pen of the page.
"""

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from digitnet.drawn.page_glyphs import Picture
from digitnet.errors import UserError

ENDINGS = {".ttf", ".otf", ".woff", ".woff2"}
CAPITAL = 64  # pixels of a capital letter's height, at which glyphs are kept
NEEDED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BEND = 0.035  # standard deviation of the displacement of a glyph's points, in its heights
HELD_OUT = 8  # every eighth font writes only the pages by which a reader is judged

_chosen: tuple[str, bool] = ("", False)
_fonts: list[str] = []


def use(folder: str | Path, held_out: bool = False) -> int:
    """Has pages written in the hands of a folder's fonts from now on, in this process.

    Args:
        folder: Searched for font files, also below; empty for none.
        held_out: Whether every eighth font is used, or all others.

    Returns:
        How many fonts these are.

    Raises:
        UserError: If the folder is missing, holds no font with all digits and letters, or Pillow
            is not installed.
    """
    global _chosen, _fonts
    _chosen, _fonts = ("", False), []
    if not str(folder):
        return 0
    if not Path(folder).is_dir():
        raise UserError(f"--hands takes a folder of handwriting fonts, but {folder} is none.")
    if importlib.util.find_spec("PIL") is None:
        raise UserError("fonts are read with Pillow: pip install 'digitnet[train]'.")
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in ENDINGS)
    whole = [str(path) for path in paths if _is_whole(path)]
    _fonts = [p for i, p in enumerate(whole) if (i % HELD_OUT == HELD_OUT - 1) == held_out]
    if not whole:
        raise UserError(
            f"{folder} holds no font (.ttf, .otf, .woff, .woff2) that has all digits and letters."
        )
    _chosen = str(folder), held_out
    return len(_fonts)


def chosen() -> tuple[str, bool]:
    """What `use` was given last, for another process."""
    return _chosen


def count() -> int:
    """How many fonts are in use."""
    return len(_fonts)


def fingerprint() -> str:
    """The SHA-256 of all fonts in use, in their order."""
    digest = hashlib.sha256()
    for path in _fonts:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def written(text: str, hand: int, pen: float, random: np.random.Generator) -> Picture:
    """Text in the hand of a font.

    Args:
        text: Letters and digits; what is no ASCII is left out, for a font may lack it.
        hand: Number of the font, 0 to `count() - 1`.
        pen: Width as a share of a capital's height.
        random: Bends what is written a little, each time in another way.
    """
    middle, top = _middle(_fonts[hand], text.encode("ascii", "ignore").decode())
    pad = int(np.ceil(pen * CAPITAL / 2)) + 3
    middle = cv2.copyMakeBorder(middle, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    away = cv2.distanceTransform(255 - middle, cv2.DIST_L2, 5)
    away = _bent(away, random)
    ink = (np.clip(pen * CAPITAL / 2 + 0.5 - away, 0, 1) * 255).astype(np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return Picture(ink[:4, :4], float(CAPITAL))
    above = float(top + pad - rows[0])
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Picture(ink, float(CAPITAL), above)


def written_digit(digit: int, hand: int, pen: float, random: np.random.Generator) -> Picture:
    """One digit in the hand of a font, its height the unit; pen is a share of that."""
    tall = _middle(_fonts[hand], str(digit))[0].shape[0] / CAPITAL
    ink = written(str(digit), hand, pen * max(tall, 0.3), random).ink
    return Picture(ink, float(ink.shape[0]))


def _bent(away: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = away.shape
    # A displacement that changes over about half a capital's height.
    coarse = max(2, 2 * height // CAPITAL + 2), max(2, 2 * width // CAPITAL + 2)
    shifts = random.normal(0, BEND * CAPITAL, (2, *coarse)).astype(np.float32)
    down, across = (cv2.resize(s, (width, height), interpolation=cv2.INTER_CUBIC) for s in shifts)
    across += np.arange(width, dtype=np.float32)
    down += np.arange(height, dtype=np.float32)[:, None]
    beyond = float(away.max())
    return np.asarray(
        cv2.remap(
            away,
            across,
            down,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(beyond,),
        )
    )


@lru_cache(maxsize=20_000)
def _middle(path: str, text: str) -> tuple[np.ndarray, int]:
    """The middle of a text's ink, uint8 `(H, W)`, 0 or 255, and the row of a capital's top in it.

    The middle are the points that lie farther from the paper than their neighbours.
    """
    font = _font(path)
    left, top, right, bottom = font.getbbox(text)
    if right - left < 2 or bottom - top < 2:
        return np.zeros((4, 4), np.uint8), 0
    mask = _mask(font, text, (left, top, right, bottom))
    inside = cv2.distanceTransform((mask > 127).astype(np.uint8) * 255, cv2.DIST_L2, 5)
    ridge = (inside > 0.6) & (inside >= cv2.dilate(inside, np.ones((3, 3))) - 0.35)
    capital_top = font.getbbox("H")[1]
    return np.where(ridge, 255, 0).astype(np.uint8), round(capital_top - top) + 2


def _mask(font: Any, text: str, box: tuple[float, float, float, float]) -> np.ndarray:
    from PIL import Image, ImageDraw

    left, top, right, bottom = box
    canvas = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(canvas).text((2 - left, 2 - top), text, fill=255, font=font)
    return np.asarray(canvas)


@lru_cache(maxsize=500)
def _font(path: str) -> Any:
    """A font whose capitals are `CAPITAL` pixels high."""
    from PIL import ImageFont

    first = ImageFont.truetype(path, 100)
    _, top, _, bottom = first.getbbox("H")
    return ImageFont.truetype(path, max(8, round(100 * CAPITAL / max(bottom - top, 1))))


def _is_whole(path: Path) -> bool:
    """Whether a font has a glyph of its own for each digit and letter."""
    try:
        font = _font(str(path))
        missing = bytes(font.getmask("\uffff"))
        glyphs = {bytes(font.getmask(character)) for character in NEEDED}
    except OSError:
        return False
    # Where capitals serve for small letters there are fewer, but no digit is lost.
    return missing not in glyphs and len(glyphs) >= 36 and b"" not in glyphs
