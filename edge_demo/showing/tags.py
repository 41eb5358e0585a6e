"""Where the tags of digits go: beside their digit, over no digit, no ink and no other tag."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
MARGIN_PX = 2  # from a digit's box to its outline, and from the outline to its tag
MOST_CROWDED = 0.1  # share of tags without a free place above which all tags are made smaller
LEAST_SCALE = 0.3  # of letters that can be read: 7 pixels high
LETTER_HEIGHT_PX = 21  # at scale 1
INK_CONTRAST = 24  # grey levels from the paper around it
SMALL_SIDE_PX = 320  # of the copy of a picture on which its paper is looked for
PAPER_SIDE_PX = 21  # of the neighbourhood there, wider than a stroke

Box = tuple[int, int, int, int]  # x, y, width, height in pixels


class Tag(NamedTuple):
    """Text on a coloured ground: left and top of the ground in pixels, and OpenCV's font scale."""

    text: str
    left: int
    top: int
    scale: float


def tag_size(text: str, scale: float) -> tuple[int, int]:
    """Returns (width, height) in pixels of a tag's ground."""
    (width, height), _ = cv2.getTextSize(text, FONT, scale, line_width(scale))
    return width + 4, height + 5


def line_width(scale: float) -> int:
    """The thickness in pixels of letters of a font scale."""
    return max(1, round(1.5 * scale))


def place(
    picture: np.ndarray,
    boxes: Sequence[Box],
    texts: Sequence[tuple[str, str]],
    scale: float,
    caption: str = "",
) -> tuple[list[Tag], Tag | None]:
    """Places one tag for each digit, and the caption in a free corner.

    The tags of a page are alike: the long text at `scale`, and where that does not fit beside most
    digits a smaller one, then the short text. Where a single one finds no place it is made smaller
    alone, and where that does not help it takes the least bad.

    Args:
        picture: uint8 BGR, on which nothing is drawn yet.
        boxes: of the digits.
        texts: for each digit the long and the short text.
        scale: of the font, where there is room.
        caption: of the picture, or empty.

    Returns:
        The tags in the order of the boxes, and the caption's, or None where no corner is free.
    """
    ground = _Ground(picture)
    for box in boxes:
        ground.take(_grown(box, MARGIN_PX))
    caption_tag = ground.caption(caption, scale) if caption else None
    styles = _styles(boxes, scale)
    while True:
        tags, crowded = [], 0
        free = ground.copy()
        for box, both in zip(boxes, texts, strict=True):
            for length, letters in styles:
                size = tag_size(both[length], letters)
                (left, top), covered = free.find(_places(_grown(box, 2 * MARGIN_PX), *size), *size)
                if not covered:
                    break
            tags.append(Tag(both[length], left, top, letters))
            free.take((left, top, size[0] + 1, size[1] + 1))
            crowded += (length, letters) != styles[0]
        if crowded <= MOST_CROWDED * len(boxes) or len(styles) == 1:
            break
        del styles[0]
    return tags, caption_tag


def _styles(boxes: Sequence[Box], scale: float) -> list[tuple[int, float]]:
    """Pairs (0 for the long text or 1 for the short, font scale), the preferred first."""
    beside = 0.5 * float(np.median([box[3] for box in boxes] or [0])) / LETTER_HEIGHT_PX
    smaller = [
        max(LEAST_SCALE, one) for one in (0.75 * scale, 0.6 * scale, min(beside, 0.6 * scale))
    ]
    return [(0, scale), (0, smaller[0]), *((1, letters) for letters in smaller)]


class _Ground:
    """What of a picture is taken: by digits and tags, and by ink that may be anything."""

    def __init__(self, picture: np.ndarray) -> None:
        self.ink = _ink(picture)
        self.taken = np.zeros_like(self.ink)

    def copy(self) -> "_Ground":
        """Returns one with places of its own."""
        result = copy.copy(self)
        result.taken = self.taken.copy()
        return result

    def take(self, box: Box) -> None:
        """Marks a box, of which parts may lie outside."""
        x, y, width, height = box
        self.taken[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = 1

    def caption(self, text: str, scale: float) -> Tag | None:
        """Takes a corner for a text, in small letters if need be. None where none is free."""
        for letters in (scale, max(LEAST_SCALE, 0.75 * scale)):
            width, height = tag_size(text, letters)
            right, bottom = self.ink.shape[1] - width, self.ink.shape[0] - height
            corners = [(0, bottom), (right, bottom), (0, 0), (right, 0)]
            (left, top), covered = self.find(corners, width, height)
            if not covered:
                self.take((left, top, width, height))
                return Tag(text, left, top, letters)
        return None

    def find(
        self, places: Iterable[tuple[int, int]], width: int, height: int
    ) -> tuple[tuple[int, int], int]:
        """Returns the first of the places (left, top) that is free, else the freest.

        Places are moved into the picture. With it comes how many taken pixels lie under it.
        """
        best, least = (0, 0), (width * height + 1, 0)
        for left, top in places:
            left = max(0, min(left, self.taken.shape[1] - width))
            top = max(0, min(top, self.taken.shape[0] - height))
            under = np.s_[top : top + height, left : left + width]
            covered = cv2.countNonZero(self.taken[under]), cv2.countNonZero(self.ink[under])
            if covered < least:
                best, least = (left, top), covered
            if covered == (0, 0):
                break
        return best, least[0]


def _places(box: Box, width: int, height: int) -> Iterator[tuple[int, int]]:
    """Places (left, top) around a box, the preferred first: above, below, right, left."""
    x, y, box_width, box_height = box
    across = [x, x + box_width - width, x + (box_width - width) // 2]
    down = [y, y + box_height - height, y + (box_height - height) // 2]
    yield from ((left, y - height) for left in across)
    yield from ((left, y + box_height) for left in across)
    yield from ((x + box_width, top) for top in down)
    yield from ((x - width, top) for top in down)


def _ink(picture: np.ndarray) -> np.ndarray:
    """Where something is written, read or not: uint8, 0 = paper.

    The paper is the median around, on a small copy: that is quick, and strokes are narrow there.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    height, width = gray.shape
    shrink = max(1.0, max(height, width) / SMALL_SIDE_PX)
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(small, PAPER_SIDE_PX), (width, height))
    return cv2.threshold(cv2.absdiff(gray, paper), INK_CONTRAST, 1, cv2.THRESH_BINARY)[1]


def _grown(box: Box, margin: int) -> Box:
    x, y, width, height = box
    return x - margin, y - margin, width + 2 * margin, height + 2 * margin
