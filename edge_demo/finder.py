"""Frame to digit candidates: boxes and ink, on any paper, in any light."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.ink import find_ink
from edge_demo.pieces import find_pieces

LONGEST_SIDE = 1600  # larger frames are searched on a copy of this size
LEAST_HEIGHT = 10  # pixels of the searched copy
MOST_CANDIDATES = 300  # those with the most ink; a page of print must not hold up a camera


class Candidate(NamedTuple):
    """Something that may be a digit.

    box: (x, y, width, height) in pixels of the frame. ink: uint8 crop, 255 = ink, 0 = background.
    peak: contrast of its darkest strokes, 0..255. mass: how much ink it holds, area times peak.
    """

    box: tuple
    ink: np.ndarray
    peak: float
    mass: float


def find_candidates(frame):
    """Finds what may be digits in a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.

    Returns:
        list of Candidate, those with the most ink first.
    """
    gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, LONGEST_SIDE / max(gray.shape))
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = find_ink(gray)
    pieces = find_pieces(ink.strength, ink.floor)
    candidates = [
        Candidate(_frame_box(p, scale, frame.shape), _darkened(p), p.peak, p.area * p.peak)
        for p in pieces
        if p.peak >= ink.significant and _may_be_digit(p)
    ]
    candidates.sort(key=lambda candidate: -candidate.mass)
    return candidates[:MOST_CANDIDATES]


def _may_be_digit(piece):
    return piece.height >= LEAST_HEIGHT and piece.width <= 2 * piece.height


def _darkened(piece):
    return np.minimum(piece.ink * (255 / piece.peak), 255).astype(np.uint8)


def _frame_box(piece, scale, shape):
    x, y = int(piece.x / scale), int(piece.y / scale)
    right = min(shape[1], int(np.ceil((piece.x + piece.width) / scale)))
    bottom = min(shape[0], int(np.ceil((piece.y + piece.height) / scale)))
    return x, y, right - x, bottom - y
