"""Written pages as a camera sees them, with a box around every digit: what `page_reader` learns on.

Every property is drawn by itself, so that anything meets anything: sheets and desks, light and dark
ink on one frame, hands and print, rulings, forms and words, shadows, blur, noise and JPEG.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import cv2
import numpy as np

from digitnet.drawn import page_camera, page_papers
from digitnet.drawn.page_contents import sheet_contents
from digitnet.drawn.page_ink import Stamp, put, stamp_of
from digitnet.drawn.page_sheets import Sheet, draw_rulings, lay_sheets, rule_lines
from digitnet.drawn.page_writing import Mnist

LEAST_VISIBLE = 0.7  # of a digit's ink; of less, people differ
LEAST_HEIGHT = 9  # pixels of a digit that a person can read
NO_DIGIT = 0.16  # share of the pages
SHOW_THROUGH = 0.12  # share of the sheets
__all__ = ["WrittenPage", "draw_written_page"]


class WrittenPage(NamedTuple):
    """A page and what stands on it.

    image: uint8 [height, width] grey. digits: uint8 [N]. boxes: float32 [N, 4] x, y, width, height
    of each digit's visible ink, pixels. unsure: float32 [M, 4], the same of what a person may or
    may not read as a digit: cut off, too faint, too small.
    """

    image: np.ndarray
    digits: np.ndarray
    boxes: np.ndarray
    unsure: np.ndarray


class _Written(NamedTuple):
    digit: int
    stamp: Stamp
    visible: float
    box: np.ndarray


def draw_written_page(
    seed: int | tuple[int, ...],
    digits: np.ndarray,
    labels: np.ndarray,
    side: int | tuple[int, int] = 512,
    wish: dict[str, Any] | None = None,
) -> WrittenPage:
    """Draws a page; the seed decides everything.

    Args:
        seed: Of NumPy's Generator.
        digits: uint8 [M, 28, 28], MNIST digits to write with, 0 = paper.
        labels: Integers [M].
        side: Of the page in pixels, or its (width, height).
        wish: What is not left to chance, for a benchmark's kinds: scene ("full", "edge", "notes"),
            layout (a name of `page_layouts.LAYOUTS`), height and pen_share (low, high), style
            (fields of `Style`), ruling (a name of `page_sheets.RULINGS` or ""), turn (degrees),
            contrast (low, high), clutter (its share), empty, grainy, dark_paper,
            show_through.
    """
    width, height = (side, side) if isinstance(side, int) else side
    shape, wish = (height, width), wish or {}
    random = np.random.default_rng(seed)
    mnist = Mnist(digits, _numbers_by_label(labels.tobytes(), labels.dtype.str))
    empty = bool(wish.get("empty", random.random() < NO_DIGIT))
    sheets, owner = lay_sheets(shape, random, wish)
    page = np.empty(shape, np.float32)
    written: list[_Written] = []
    for number, sheet in enumerate(sheets):
        visible = None if len(sheets) == 1 else (owner == number).astype(np.uint8)
        surface, new = _drawn_sheet(sheet, visible, shape, mnist, empty, random, wish)
        if visible is None:
            page = surface
        else:
            sheet_mask = visible.astype(np.float32)
            if sheet.soft_edge:
                sheet_mask = cv2.GaussianBlur(sheet_mask, (0, 0), sheet.soft_edge)
            if number:
                page = _under_sheet(page, sheet_mask, sheet, random)
                page += sheet_mask * (surface - page)
            else:
                page = surface
        written += new
    page *= page_papers.light(shape, random)
    smallest = min((w.box[3] for w in written if w.box[3] >= LEAST_HEIGHT), default=40.0)
    image = page_camera.photograph(page, float(smallest), random)
    return _with_truth(image, written)


@lru_cache(maxsize=4)
def _numbers_by_label(labels: bytes, kind: str) -> list[np.ndarray]:
    numbers = np.frombuffer(labels, kind)
    return [np.flatnonzero(numbers == digit) for digit in range(10)]


def _drawn_sheet(
    sheet: Sheet,
    visible: np.ndarray | None,
    shape: tuple[int, int],
    mnist: Mnist,
    empty: bool,
    random: np.random.Generator,
    wish: dict[str, Any],
) -> tuple[np.ndarray, list[_Written]]:
    """The sheet as if it covered the page, float32 0..255, and the digits on it."""
    pattern = page_papers.desk if sheet.is_desk else page_papers.paper
    surface = sheet.value * pattern(shape, random)
    if sheet.is_desk and not sheet.written:
        return surface, []
    # A generator of its own: with it or without, the same stands on the front.
    back = np.random.default_rng(random.integers(2**32))
    if wish.get("show_through", back.random() < SHOW_THROUGH):
        surface = _shown_through(surface, sheet, visible, mnist, back)
    layout, style = sheet_contents(sheet, mnist, empty, random, wish)
    rules = rule_lines(sheet, style.height, random, wish)
    if rules.lines or rules.dots:
        cover = np.zeros(shape, np.uint8)
        draw_rulings(cover, sheet, rules.lines, rules.width, rules.dots)
        surface = _inked(surface, cover, rules.contrast * sheet.contrast, sheet.light_ink, None)
    pen, print_ = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    line_width = random.uniform(0.6, max(1.2, 0.8 * style.pen))
    draw_rulings(print_, sheet, layout.lines, line_width, [])
    written = []
    for item in layout.items:
        stamp = stamp_of(item, sheet.to_page, shape, random)
        if stamp is None:
            continue
        share, box = put(stamp, print_ if item.printed else pen, visible)
        if item.digit >= 0 and share > 0:
            written.append(_Written(item.digit, stamp, share, box))
    grain = (
        page_camera.ink_grain(shape, random) if wish.get("grainy", random.random() < 0.2) else None
    )
    print_contrast = sheet.contrast * np.exp(random.uniform(-1.2, 0.2))
    surface = _inked(surface, print_, min(print_contrast, 0.95), sheet.light_ink, None)
    return _inked(surface, pen, sheet.contrast, sheet.light_ink, grain), written


def _shown_through(
    surface: np.ndarray,
    sheet: Sheet,
    visible: np.ndarray | None,
    mnist: Mnist,
    random: np.random.Generator,
) -> np.ndarray:
    """What is written on the sheet's back, mirrored, soft and fainter than what is on its front."""
    shape = (surface.shape[0], surface.shape[1])
    cover = np.zeros(shape, np.uint8)
    layout, _ = sheet_contents(sheet, mnist, False, random, {})
    for item in layout.items:
        stamp = stamp_of(item, sheet.to_page, shape, random)
        if stamp is not None:
            put(stamp, cover, None)
    soft = cv2.GaussianBlur(cv2.flip(cover, 1), (0, 0), random.uniform(0.5, 2.0))
    cover = np.asarray(soft, np.uint8)
    if visible is not None:
        cover = cover * visible
    contrast = sheet.contrast * random.uniform(0.06, 0.3)
    return _inked(surface, cover, contrast, sheet.light_ink, None)


def _inked(
    surface: np.ndarray,
    cover: np.ndarray,
    contrast: float,
    light_ink: bool,
    grain: np.ndarray | None,
) -> np.ndarray:
    amount = cover * np.float32(contrast / 255)
    if grain is not None:
        amount *= grain
    if light_ink:
        return np.asarray(surface + amount * np.maximum(245 - surface, 0))
    return np.asarray(surface * (1 - amount))


def _under_sheet(
    page: np.ndarray, mask: np.ndarray, sheet: Sheet, random: np.random.Generator
) -> np.ndarray:
    """The sheet's shadow on what it lies on."""
    if sheet.shadow <= 0:
        return page
    small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, random.normal(0, 2)], [0, 1, random.normal(0, 2)]])
    small = cv2.warpAffine(small, shift, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    small = cv2.GaussianBlur(small, (0, 0), np.exp(random.uniform(-0.5, 1.5)))
    return np.asarray(page * (1 - sheet.shadow * cv2.resize(small, page.shape[::-1])))


def _with_truth(image: np.ndarray, written: list[_Written]) -> WrittenPage:
    digits, boxes, unsure = [], [], []
    for one in written:
        sure = one.visible >= LEAST_VISIBLE and one.box[3] >= LEAST_HEIGHT
        if sure and page_camera.is_readable(image, one.stamp, one.box):
            digits.append(one.digit)
            boxes.append(one.box)
        else:
            unsure.append(one.box)
    return WrittenPage(
        image,
        np.array(digits, np.uint8),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(unsure, np.float32).reshape(-1, 4),
    )
