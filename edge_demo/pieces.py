"""Connected pieces of ink, each cut out at the contrast of its own pen."""

from typing import NamedTuple

import cv2
import numpy as np

# A stroke's edge is where its ink has fallen to this share of its peak: at half, a blurred edge
# stays where the pen left it; a little less keeps strokes whole that a dry pen left uneven.
EDGE_SHARE = 0.42
MOST_PIECES = 600  # the largest are kept; a frame of noise must not take seconds
LEAST_AREA = 6  # pixels


class Piece(NamedTuple):
    """One connected piece of ink.

    x, y, width, height: its box in pixels of the ink map. ink: uint8 [height, width], its own ink
    strength and 0 elsewhere. area: its ink pixels. peak: the strength of its darkest tenth.
    """

    x: int
    y: int
    width: int
    height: int
    ink: np.ndarray
    area: int
    peak: float


def find_pieces(strength, floor):
    """Returns the Pieces of an ink map uint8 [H, W], largest first.

    Everything above `floor` is cut into connected pieces; a piece whose own ink is much stronger
    than the threshold it was found at is cut again at a higher one, until the threshold stands at
    `EDGE_SHARE` of its peak. So a faint pencil keeps its strokes, a marker loses its halo, and a
    digit in a dark stain comes free of the stain.
    """
    pieces = []
    queue = [(0, 0, strength, floor)]
    while queue:
        left, top, ink, threshold = queue.pop()
        mask = cv2.threshold(ink, threshold, 255, cv2.THRESH_BINARY)[1]
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, 8, cv2.CV_32S)
        order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:MOST_PIECES] + 1
        for label in order:
            x, y, width, height, area = (int(value) for value in stats[label])
            if area < LEAST_AREA:
                break
            box = np.s_[y : y + height, x : x + width]
            own = np.where(labels[box] == label, ink[box], 0).astype(np.uint8)
            values = own[own > 0]
            peak = float(np.partition(values, -(-area * 9 // 10) - 1)[-(-area * 9 // 10) - 1])
            target = EDGE_SHARE * peak
            if threshold >= 0.8 * target:
                pieces.append(Piece(left + x, top + y, width, height, own, area, peak))
            else:
                # Half the way on a logarithmic scale for large pieces, which may hold fainter ones.
                large = max(width, height) > max(strength.shape) // 4
                step = np.sqrt(threshold * target) if large and target > 2 * threshold else target
                queue.append((left + x, top + y, own, step))
    pieces.sort(key=lambda piece: -piece.area)
    return pieces[:MOST_PIECES]
