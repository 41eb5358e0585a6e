"""Frame to digit candidates, on any paper, in any light."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.candidates import Candidate, from_pieces
from edge_demo.reading.ink import find_ink
from edge_demo.reading.pieces import find_pieces

LONGEST_SIDE = 1600  # pixels; larger frames are searched on a copy of this size
SMALL_SIDE, ENLARGED = 800, 2  # a frame with a shorter longest side may be searched enlarged
MOST_CANDIDATES = 300  # those with the most ink; a page of print must not hold up a camera


class Found(NamedTuple):
    """What may be digits in a frame.

    candidates: list of Candidate, those with the most ink first, in pixels of the searched copy.
    scale: of that copy. gray: uint8, the copy, ink dark on light paper. light_on_dark:
    whether the ink is lighter than its paper in the frame itself.
    """

    candidates: list[Candidate]
    scale: float
    gray: np.ndarray
    light_on_dark: bool


def find_candidates(
    frame: np.ndarray, light_on_dark: bool | None = None, enlarge: bool = False
) -> Found:
    """Finds what may be digits in a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        light_on_dark: whether the ink is lighter than the paper. None: decided from the frame.
        enlarge: search a small frame on a copy of twice its size, on which the thin strokes and
            narrow loops of small digits survive. It takes about three times as long.
    """
    gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, LONGEST_SIDE / max(gray.shape))
    if scale < 1:
        size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    elif enlarge and max(gray.shape) < SMALL_SIDE:
        scale = float(ENLARGED)
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    ink = find_ink(gray, light_on_dark)
    pieces = find_pieces(ink.strength, ink.floor, ink.significant())
    candidates = sorted(from_pieces(pieces), key=lambda candidate: -candidate.mass)
    gray = cv2.bitwise_not(gray) if ink.light_on_dark else gray
    return Found(candidates[:MOST_CANDIDATES], scale, gray, ink.light_on_dark)
