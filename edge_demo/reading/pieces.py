"""Connected pieces of ink, each cut out at the contrast of its own pen."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.rulings import without_rulings

# A stroke's edge is where its ink has fallen to this share of its peak: at half, a blurred edge
# stays where the pen left it; a little less keeps strokes whole that a dry pen left uneven.
EDGE_SHARE = 0.42
MOST_PIECES = 600  # the largest are kept; a frame of noise must not take seconds
LEAST_AREA = 6  # pixels
# The darkest pixels of a piece tell its pen; the rest may be the stain that it lies in.
DARKEST_SHARE, DARKEST = 0.02, 60  # whichever is fewer pixels
CRUMB_SHARE = 0.04  # of the largest part's ink, below which what comes off a piece is a crumb
LINE_SHARE = 0.25  # of a line's peak, above which its halo is gone and it is as thin as it is
MOST_UNRULED = 3  # times that lines are taken out of one piece and what is left of it
LARGE_SHARE = 0.3  # of the frame: a larger piece is a line, a shadow or several digits


class Piece(NamedTuple):
    """One connected piece of ink.

    x, y, width, height: its box in pixels of the ink map. ink: uint8 [height, width], its own ink
    strength and 0 elsewhere. area: its ink pixels. peak: the strength of its darkest tenth.
    parts: the Pieces into which it falls at a higher threshold, if it does.
    """

    x: int
    y: int
    width: int
    height: int
    ink: np.ndarray
    area: int
    peak: float
    parts: "tuple[Piece, ...]" = ()


def find_pieces(
    strength: np.ndarray, floor: float, least_peak: float | np.ndarray = 0
) -> list[Piece]:
    """Returns the Pieces of an ink map uint8 [H, W], largest first.

    Everything above `floor` is cut into connected pieces; a piece whose own ink is much stronger
    than the threshold it was found at is cut again at a higher one, until the threshold stands at
    `EDGE_SHARE` of its peak. So a faint pencil keeps its strokes, a marker loses its halo, and a
    digit in a dark stain comes free of the stain. Long lines are taken out of what they run
    through. Pieces with a peak below `least_peak`, a number or a uint8 [H, W], are left out.
    """
    pieces: list[Piece] = []
    frame_side = max(strength.shape)
    strong = (strength >= np.maximum(least_peak, 1)).view(np.uint8)
    queue = [(0, 0, strength, floor, MOST_UNRULED)]
    while queue and len(pieces) < MOST_PIECES:
        left, top, ink, threshold, rulings_left = queue.pop()
        for piece in _components(ink, threshold, left, top, strong):
            large = max(piece.width, piece.height) > LARGE_SHARE * frame_side
            if large and rulings_left and threshold >= LINE_SHARE * piece.peak:
                unruled = without_rulings(piece.ink, strength.shape, (piece.x, piece.y))
                if unruled is not None:
                    queue.append((piece.x, piece.y, unruled, threshold, rulings_left - 1))
                    continue
            target = EDGE_SHARE * _strongest(
                piece.ink, piece.area, min(DARKEST_SHARE * piece.area, DARKEST)
            )
            if threshold >= 0.8 * target:
                if _is_strong(piece, strong):
                    pieces.append(piece)
            elif large:
                # Half the way on a logarithmic scale: a large piece may hold fainter ones.
                step = max(np.sqrt(threshold * target), min(1.5 * threshold, target))
                queue.append((piece.x, piece.y, piece.ink, step, rulings_left))
            else:
                pieces.extend(p for p in _settled(piece, target) if _is_strong(p, strong))
    pieces.sort(key=lambda piece: -piece.area)
    return pieces[:MOST_PIECES]


def _is_strong(piece: Piece, strong: np.ndarray) -> bool:
    """Whether the darkest tenth of a piece is as strong as ink has to be where it lies."""
    box = np.s_[piece.y : piece.y + piece.height, piece.x : piece.x + piece.width]
    own = cv2.bitwise_and(strong[box], strong[box], mask=piece.ink)
    return cv2.countNonZero(own) >= 0.1 * piece.area


def _settled(piece: Piece, threshold: float) -> Iterable[Piece]:
    """Cuts a piece at its own threshold: one piece, one whole with its parts, or several pieces."""
    parts = _without_crumbs(_components(piece.ink, threshold, piece.x, piece.y))
    if len(parts) > 1:
        # Where a stroke is thin it is faint as well: a little lower it may hang together again.
        for share in (0.75, 0.5):
            wholes = _without_crumbs(_components(piece.ink, share * threshold, piece.x, piece.y))
            if len(wholes) == 1:
                return [wholes[0]._replace(parts=parts)]
    return parts


def _without_crumbs(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Keeps the pieces that hold ink worth mentioning beside the largest."""
    whole = tuple(pieces)
    least = CRUMB_SHARE * max((piece.area * piece.peak for piece in whole), default=0)
    return tuple(piece for piece in whole if piece.area * piece.peak >= least)


def _components(
    ink: np.ndarray, threshold: float, left: int, top: int, strong: np.ndarray | None = None
) -> Iterator[Piece]:
    """Yields the connected components of ink above a threshold as Pieces, largest first.

    With `strong`, uint8 [H, W] of the frame, only those that hold strong pixels.
    """
    mask = cv2.threshold(ink, threshold, 255, cv2.THRESH_BINARY)[1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_32S)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    if strong is not None:
        # Thousands of grains of a rough surface end here, before they cost time one by one.
        window = strong[top : top + ink.shape[0], left : left + ink.shape[1]]
        counts = np.bincount(labels[cv2.bitwise_and(window, mask) > 0], minlength=len(areas))
        areas[counts < np.minimum(0.1 * areas, np.minimum(DARKEST_SHARE * areas, DARKEST))] = 0
    for label in np.argsort(-areas[1:])[:MOST_PIECES] + 1:
        if areas[label] < LEAST_AREA:
            break
        x, y, width, height, area = (int(value) for value in stats[label])
        box = np.s_[y : y + height, x : x + width]
        within = (labels[box] == label).view(np.uint8)
        own = cv2.bitwise_and(ink[box], ink[box], mask=within)
        peak = _strongest(own, area, 0.1 * area)
        yield Piece(left + x, top + y, width, height, own, area, peak)


def _strongest(ink: np.ndarray, area: int, count: float) -> float:
    """Returns the strength that the `count` darkest pixels reach."""
    values = ink[ink > 0]
    index = area - 1 - int(count)
    return float(np.partition(values, index)[index])
