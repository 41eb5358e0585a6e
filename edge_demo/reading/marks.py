"""What stands between two digits of a line: a decimal point, a sign or nothing."""

from typing import NamedTuple

import cv2
import numpy as np

Box = tuple[int, int, int, int]  # x, y, width, height in pixels

# Lengths are shares of the two digits' mean height. `python -m benchmarks.numbers` measures what
# they do on drawn pages, on which they were chosen.
HEIGHT_PX = 48  # of the digits on the copy of their neighbourhood that is looked at
ABOVE, BELOW = 0.1, 0.35  # of that neighbourhood beyond the digits: a comma hangs below the line
INK = 0.5  # of the digits' own contrast, from which on a pixel is ink
STRONGEST = 0.94  # of the pixels of the digits' boxes are fainter than what tells that contrast
ROUGH, CALMING_PX = 0.01, 1.5  # from this share of grain on the copy is blurred by so much
POINT_SIZE = (0.05, 0.3)  # of a point's longer side
LONGEST_COMMA = 0.42
WIDEST = 1.6  # times as wide as high: wider things are dashes
HIGHEST, LOWEST = 0.67, 1.2  # where a point's centre lies, from the digits' top to their foot
LEANING = 0.3  # of a digit's width by which a point may stand under it, as beneath the 7 in 7.5
RIVAL = 0.3  # of a point's area, from which on something else beside it makes it no point
SIGN_SIZE = 0.22  # of the longer side of what is a sign


class Mark(NamedTuple):
    """is_point: a decimal point or comma; else a sign. box: in pixels of the frame."""

    is_point: bool
    box: Box


def mark_between(frame: np.ndarray, left: Box, right: Box) -> Mark | None:
    """Looks at what stands between two digits that follow each other on a line.

    A point is a small piece of ink on the digits' line, between the two and with nothing else
    there. How dark it has to be is told by the digits themselves, so that neither the light nor the
    polarity counts.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey, in which the line is level.
        left, right: The digits' boxes.

    Returns:
        The point or the sign that stands there, or None.
    """
    height = (left[3] + right[3]) / 2
    start_x = max(0, min(left[0], right[0]))
    start_y = max(0, min(left[1], right[1]) - round(ABOVE * height))
    end_x = max(left[0] + left[2], right[0] + right[2])
    end_y = max(left[1] + left[3], right[1] + right[3]) + round(BELOW * height)
    crop = np.ascontiguousarray(frame[start_y:end_y, start_x:end_x])  # a turned frame is a view
    if min(crop.shape[:2]) < 2 or height < 1:
        return None
    gray = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    scale = HEIGHT_PX / height
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=way)
    digits = [_moved(box, -start_x, -start_y, scale) for box in (left, right)]
    found = _find(gray, *digits)
    if found is None:
        return None
    x, y, width, height = (round(side / scale) for side in found.box)
    return Mark(found.is_point, (x + start_x, y + start_y, width, height))


def _moved(box: Box, by_x: int, by_y: int, scale: float) -> Box:
    """A box of the frame in pixels of a scaled part of it."""
    x, y, width, height = box[0] + by_x, box[1] + by_y, box[2], box[3]
    return round(scale * x), round(scale * y), round(scale * width), round(scale * height)


def _find(gray: np.ndarray, left: Box, right: Box) -> Mark | None:
    """Looks between two boxes of a grey picture in which digits are `HEIGHT_PX` high."""
    ink = _ink(gray, left, right)
    count, _, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    start = left[0] + left[2] - LEANING * left[2]
    end = right[0] + LEANING * right[2]
    top, foot = (left[1] + right[1]) / 2, (left[1] + left[3] + right[1] + right[3]) / 2
    pieces, points = [], []
    for piece, (x, y) in zip(stats[1:count], centres[1:count], strict=True):
        if not start <= x <= end or _reaches_into(piece, left, right):
            continue
        pieces.append(piece)
        width, height = piece[2], piece[3]
        low, high = (share * HEIGHT_PX for share in POINT_SIZE)
        longest = max(width, height)
        slim = width <= high and height <= LONGEST_COMMA * HEIGHT_PX
        level = HIGHEST <= (y - top) / (foot - top) <= LOWEST
        if low <= longest and slim and width <= WIDEST * height and level:
            points.append(piece)
    if not pieces:
        return None
    largest = max(pieces, key=lambda piece: piece[4])
    if len(points) == 1:
        point = points[0]
        rivals = [piece for piece in pieces if piece is not point]
        if not any(piece[4] >= RIVAL * point[4] for piece in rivals):
            return Mark(True, _box(point))
    if max(largest[2], largest[3]) >= SIGN_SIZE * HEIGHT_PX and _is_free(largest, left, right):
        return Mark(False, _box(largest))
    return None


def _ink(gray: np.ndarray, left: Box, right: Box) -> np.ndarray:
    """Where there is ink as strong as that of the two digits: uint8, 0 or 1."""
    inside = np.zeros(gray.shape, np.uint8)
    for x, y, width, height in (left, right):
        inside[max(0, y) : y + height, max(0, x) : x + width] = 1
    digits, around = _shares_up_to(gray, inside), _shares_up_to(gray, 1 - inside)
    paper = int(around.searchsorted(0.5))
    darkest, lightest = digits.searchsorted((1 - STRONGEST, STRONGEST))
    contrast = int(darkest if paper - darkest > lightest - paper else lightest) - paper
    least = paper + INK * contrast
    # What is as far from the paper on the other side is grain: no pen leaves that.
    other = int(np.clip(paper - INK / 2 * contrast, 0, 255))
    grain = 1 - around[other] if contrast < 0 else around[other]
    if grain >= ROUGH:
        gray = cv2.GaussianBlur(gray, (0, 0), CALMING_PX)
    way = cv2.THRESH_BINARY_INV if contrast < 0 else cv2.THRESH_BINARY
    return np.zeros_like(gray) if contrast == 0 else cv2.threshold(gray, least, 1, way)[1]


def _shares_up_to(gray: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The share of a picture's masked pixels that are at most as light as each grey level."""
    counts = cv2.calcHist([gray], [0], mask, [256], [0, 256]).ravel().cumsum()
    return counts / max(counts[-1], 1)


def _reaches_into(piece: np.ndarray, left: Box, right: Box) -> bool:
    """Whether a piece goes beyond the middle of a digit: it is that digit's, or a ruling."""
    return bool(piece[0] < left[0] + left[2] / 2 or piece[0] + piece[2] > right[0] + right[2] / 2)


def _is_free(piece: np.ndarray, left: Box, right: Box) -> bool:
    """Whether a piece stands beside both digits, so that it is no part of either."""
    return bool(piece[0] >= left[0] + left[2] - 1 and piece[0] + piece[2] <= right[0] + 1)


def _box(piece: np.ndarray) -> Box:
    x, y, width, height = (int(side) for side in piece[:4])
    return x, y, width, height
