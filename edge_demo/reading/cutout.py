"""The ink of a digit whose box is known: what stands out in it, lighter or darker than around."""

from collections.abc import Iterator

import cv2
import numpy as np

MARGIN = 0.2  # of a box's longer side: ink may reach beyond the box, and paper is seen around it
PAPER = 0.6  # of the longer side: strokes are narrower than this, and their paper is not
MOST_SIDE = 160  # pixels: larger cut-outs are read on a smaller copy
OWN = 0.5  # share of a piece of ink that lies in the box when the piece is the digit's
BOX_MARGIN = 0.06  # of the longer side, by which a box may be too small
STRONGEST = 0.9  # quantile of the ink's shades that is its strokes' contrast
STROKE = 0.02  # quantile of a box's shades: a ball-pen's strokes cover that of it and its margin
SAMPLED_SIDE = 64  # pixels of a side, of which a digit's shades are taken
CRUMB = 0.03  # share of the ink, below which a piece is a speck


def cut_out(gray: np.ndarray, box: np.ndarray) -> Iterator[np.ndarray]:
    """Yields the ink of a box in either polarity, dark ink first.

    Args:
        gray: uint8 [height, width].
        box: float [4], x, y, width, height in pixels of the frame.

    Yields:
        uint8 [h, w] for each polarity that has ink in the box, 255 = ink, 0 = paper and what is no
        part of the digit.
    """
    part, inside = _part(gray, box)
    if part.size == 0:
        return
    longest = max(inside[2:])
    kernel = np.ones((max(3, int(PAPER * longest) | 1),) * 2, np.uint8)
    for one in (part, cv2.bitwise_not(part)):
        paper = cv2.blur(cv2.morphologyEx(one, cv2.MORPH_CLOSE, kernel), (3, 3))
        strength = cv2.bitwise_not(cv2.divide(one, np.maximum(paper, 1), scale=255))
        ink = _own_ink(strength, inside)
        if ink is not None:
            yield ink


def contrast(gray: np.ndarray, box: np.ndarray) -> float:
    """How much the strongest strokes of a digit stand out from their paper, in either polarity.

    Args:
        gray: uint8 [height, width].
        box: float [4], x, y, width, height in pixels of the frame.

    Returns:
        1..255, a share of the way from the paper's shade to black or to white, times 255.
    """
    part, _ = _part(gray, box)
    if part.size == 0:
        return 1.0
    step = max(1, max(part.shape) // SAMPLED_SIDE)
    shades = np.sort(part[::step, ::step], axis=None)
    # With its margin a box is paper for more than the half of it.
    dark, paper, light = (
        float(shades[int(share * (len(shades) - 1))]) for share in (STROKE, 0.5, 1 - STROKE)
    )
    darker, lighter = 1 - dark / max(paper, 1), (light - paper) / max(255 - paper, 1)
    return max(255 * darker, 255 * lighter, 1.0)


def _part(gray: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The box with its margin, made smaller where it is large, and the box in its pixels."""
    x, y, width, height = (float(side) for side in box)
    margin = MARGIN * max(width, height) + 2
    left, top = max(0, int(x - margin)), max(0, int(y - margin))
    right = min(gray.shape[1], int(np.ceil(x + width + margin)))
    bottom = min(gray.shape[0], int(np.ceil(y + height + margin)))
    part = gray[top : max(bottom, top), left : max(right, left)]
    inside = np.array([x - left, y - top, width, height])
    if part.size and max(part.shape) > MOST_SIDE:
        scale = MOST_SIDE / max(part.shape)
        size = [max(1, round(side * scale)) for side in part.shape[::-1]]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        inside = inside * scale
    return part, inside


def _own_ink(strength: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """The pieces of ink that lie in the box for the most part, or None where there are none."""
    margin = BOX_MARGIN * max(inside[2:]) + 1
    left, top = (max(0, int(v - margin)) for v in inside[:2])
    right, bottom = (int(np.ceil(v + margin)) for v in inside[:2] + inside[2:])
    core = np.zeros_like(strength)
    core[top:bottom, left:right] = 255
    level, _ = cv2.threshold(
        strength[top:bottom, left:right], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    mask = cv2.threshold(strength, max(0.8 * level, 1), 255, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(mask)
    if count < 2:
        return None
    weights = strength.astype(np.float32).ravel()
    total = np.bincount(labels.ravel(), weights, count)
    within = np.bincount(labels.ravel(), weights * (core.ravel() > 0), count)
    total[0] = 0
    own = (within > OWN * total) & (within > CRUMB * within[1:].sum())
    own[0] = False
    if not own.any():
        # Joined to a line or a neighbour: what lies in the box is all there is of the digit.
        own = within > CRUMB * within[1:].sum()
        own[0] = False
    # What reaches out of the box belongs to something else.
    kept = (own[labels] & (core > 0)).astype(np.uint8)
    ink = cv2.bitwise_and(strength, strength, mask=kept)
    strokes = np.sort(ink[kept > 0])
    peak = float(strokes[int(STRONGEST * (len(strokes) - 1))]) if len(strokes) else 0.0
    if peak < 1:
        return None
    return cv2.convertScaleAbs(ink, alpha=255 / peak)
