"""The ink of a digit whose box is known: what stands out in it, lighter or darker than around."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

MARGIN = 0.2  # of a box's longer side: ink may reach beyond the box, and paper is seen around it
# Of the longer side: nothing of a digit is as wide, so that a blot is ink to its middle and not the
# ring that reads as a 0. On drawn pages 0.6 and 1.2 read alike.
PAPER = 1.2
MOST_SIDE = 96  # pixels: larger cut-outs are read on a smaller copy
OWN = 0.5  # share of a piece of ink that lies in the box when the piece is the digit's
WHOLE = 0.8  # the same, from which on what reaches out of the box is the digit's as well
BOX_MARGIN = 0.06  # of the longer side, by which a box may be too small
STRONGEST = 0.9  # quantile of the ink's shades that is its strokes' contrast
STROKE = 0.02  # quantile of a box's shades: a ball-pen's strokes cover that of it and its margin
# Grey levels between paper and white, or black, at least: on the white paper of a scan each grain
# is most of the way to white.
ROOM = 64
CRUMB = 0.03  # share of the ink, below which a piece is a speck


class CutOut(NamedTuple):
    """The ink of a digit: uint8 [h, w], 255 = ink, 0 = paper and what is no part of the digit, at
    most `MOST_SIDE` pixels and its margin; box: x, y, width, height of that ink in the frame;
    whole: the share of it and what it is joined to that lies in the box and its margin, 0..1.
    """

    ink: np.ndarray
    box: tuple[int, int, int, int]
    whole: float


def cut_out(gray: np.ndarray, box: np.ndarray) -> Iterator[CutOut]:
    """Yields the ink of a box in either polarity, dark ink first.

    Args:
        gray: uint8 [height, width].
        box: float [4], x, y, width, height in pixels of the frame.

    Yields:
        A CutOut for each polarity that has ink in the box.
    """
    part, inside, (left, top, scale) = _part(gray, box)
    if part.size == 0:
        return
    longest = max(inside[2:])
    kernel = np.ones((max(3, int(PAPER * longest) | 1),) * 2, np.uint8)
    for one in (part, cv2.bitwise_not(part)):
        paper = cv2.blur(cv2.morphologyEx(one, cv2.MORPH_CLOSE, kernel), (3, 3))
        strength = cv2.bitwise_not(cv2.divide(one, np.maximum(paper, 1), scale=255))
        own = _own_ink(strength, inside)
        if own is not None:
            ink, whole = own
            yield CutOut(ink, _place(ink, left, top, scale, gray.shape), whole)


def contrast(gray: np.ndarray, box: np.ndarray) -> float:
    """How much the strongest strokes of a digit stand out from their paper, in either polarity.

    Args:
        gray: uint8 [height, width].
        box: float [4], x, y, width, height in pixels of the frame.

    Returns:
        1..255, a share of the way from the paper's shade to black or to white, times 255.
    """
    part = _part(gray, box)[0]
    if part.size == 0:
        return 1.0
    # With its margin a box is paper for more than the half of it.
    dark, paper, light = _quantiles(part, None, STROKE, 0.5, 1 - STROKE)
    darker, lighter = (paper - dark) / max(paper, ROOM), (light - paper) / max(255 - paper, ROOM)
    return max(255 * darker, 255 * lighter, 1.0)


def _quantiles(shades: np.ndarray, mask: np.ndarray | None, *shares: float) -> list[float]:
    """The shades, 0..255, that so many of the masked pixels are at most as light as; else 0."""
    counts = cv2.calcHist([shades], [0], mask, [256], [0, 256]).ravel().cumsum()
    return [float(counts.searchsorted(share * counts[-1])) for share in shares]


def _part(
    gray: np.ndarray, box: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[int, int, float]]:
    """The box with its margin, made smaller where it is large; the box in its pixels; where in the
    frame the part begins, x and y, and its pixels for one of the frame.
    """
    x, y, width, height = (float(side) for side in box)
    margin = MARGIN * max(width, height) + 2
    left, top = max(0, int(x - margin)), max(0, int(y - margin))
    right = min(gray.shape[1], int(np.ceil(x + width + margin)))
    bottom = min(gray.shape[0], int(np.ceil(y + height + margin)))
    part = gray[top : max(bottom, top), left : max(right, left)]
    inside = np.array([x - left, y - top, width, height])
    scale = 1.0
    if part.size and max(part.shape) > MOST_SIDE:
        scale = MOST_SIDE / max(part.shape)
        size = [max(1, round(side * scale)) for side in part.shape[::-1]]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        inside = inside * scale
    return part, inside, (left, top, scale)


def _place(
    ink: np.ndarray, left: int, top: int, scale: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """The box of the ink of a part in whole pixels of the frame, none of it outside."""
    x, y, width, height = cv2.boundingRect(ink)
    right = min(shape[1], left + int(np.ceil((x + width) / scale)))
    bottom = min(shape[0], top + int(np.ceil((y + height) / scale)))
    x, y = left + int(x / scale), top + int(y / scale)
    return x, y, max(1, right - x), max(1, bottom - y)


def _own_ink(strength: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, float] | None:
    """The pieces of ink that lie in the box for the most part, and the share of them that does.

    None where there are none.
    """
    margin = BOX_MARGIN * max(inside[2:]) + 1
    left, top = (max(0, int(v - margin)) for v in inside[:2])
    right, bottom = (int(np.ceil(v + margin)) for v in inside[:2] + inside[2:])
    core = np.s_[top:bottom, left:right]
    level, _ = cv2.threshold(strength[core], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.threshold(strength, max(0.8 * level, 1), 255, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(mask, ltype=cv2.CV_16U)
    if count < 2:
        return None
    total, within = (
        cv2.calcHist([part], [0], None, [count], [0, count]).ravel()
        for part in (labels, np.ascontiguousarray(labels[core]))
    )
    own = (within > OWN * total) & (within > CRUMB * within[1:].sum())
    own[0] = False
    # A piece that goes on beyond the margin is a line that the digit stands on.
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    whole = own & (within > WHOLE * total)
    whole[border] = False
    if not own.any():
        # Joined to a line or a neighbour: what lies in the box is all there is of the digit.
        own = within > CRUMB * within[1:].sum()
        own[0] = False
    # What reaches far out of the box belongs to something else.
    kept = whole.view(np.uint8)[labels]
    kept[core] = own.view(np.uint8)[labels[core]]
    ink = cv2.bitwise_and(strength, strength, mask=kept)
    peak = _quantiles(ink, kept, STRONGEST)[0]
    if peak < 1:
        return None
    share = float(within[own].sum() / max(total[own].sum(), 1))
    return cv2.convertScaleAbs(ink, alpha=255 / peak), share
