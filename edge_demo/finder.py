"""Frame to digit candidates, on any paper, in any light."""

import cv2

from edge_demo.candidates import from_pieces
from edge_demo.ink import find_ink
from edge_demo.pieces import find_pieces

LONGEST_SIDE = 1600  # pixels; larger frames are searched on a copy of this size
MOST_CANDIDATES = 300  # those with the most ink; a page of print must not hold up a camera


def find_candidates(frame):
    """Finds what may be digits in a frame.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.

    Returns:
        (list of Candidate, those with the most ink first; scale). Boxes are in pixels of the
        searched copy, which is `scale` times the frame.
    """
    gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, LONGEST_SIDE / max(gray.shape))
    if scale < 1:
        size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    ink = find_ink(gray)
    pieces = find_pieces(ink.strength, ink.floor, ink.significant())
    candidates = sorted(from_pieces(pieces), key=lambda candidate: -candidate.mass)
    return candidates[:MOST_CANDIDATES], scale
