"""Frame to digit candidates, on any paper, in any light."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.candidates import from_pieces
from edge_demo.reading.ink import find_ink
from edge_demo.reading.pieces import find_pieces

LONGEST_SIDE = 1600  # pixels; larger frames are searched on a copy of this size
MOST_CANDIDATES = 300  # those with the most ink; a page of print must not hold up a camera


class Found(NamedTuple):
    """What may be digits in a frame.

    candidates: list of Candidate, those with the most ink first, in pixels of the searched copy.
    scale: of that copy. gray: uint8, the copy, ink dark on light paper.
    """

    candidates: list
    scale: float
    gray: np.ndarray


def find_candidates(frame):
    """Finds what may be digits in a frame, uint8 [height, width, 3] BGR or [height, width] grey.

    Returns:
        Found.
    """
    gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, LONGEST_SIDE / max(gray.shape))
    if scale < 1:
        size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    ink = find_ink(gray)
    pieces = find_pieces(ink.strength, ink.floor, ink.significant())
    candidates = sorted(from_pieces(pieces), key=lambda candidate: -candidate.mass)
    gray = cv2.bitwise_not(gray) if ink.light_on_dark else gray
    return Found(candidates[:MOST_CANDIDATES], scale, gray)
