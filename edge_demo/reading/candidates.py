"""What may be a digit: a piece of ink, or pieces that may be one digit together."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.pieces import Piece

LEAST_HEIGHT = 10  # pixels of the searched frame
WIDEST = 2.0  # times its height; a wider piece is a line, a minus or several digits
SLIM = 0.5  # times its height; as slim as this, a convex shape may be a 1
BLOT_SOLIDITY = 0.93  # area over the area of the convex hull: a blot's is higher
BLOT_EXTENT = 0.5  # area over the area of the upright box: a blot's is higher
LEAST_HOLE = 0.01  # of its box: a smaller hole is a speck of light in a blot
GAP_ABOVE = 0.16  # of a digit's height: strokes above one another further apart are of two digits
GAP_BESIDE = 0.06  # the same for strokes beside one another, where the next digit is near
MOST_TOGETHER = 5  # pieces of one digit


class Candidate(NamedTuple):
    """Something that may be a digit.

    x, y, width, height: its box in pixels of the searched frame. ink: uint8 crop, 255 = ink,
    0 = background. peak: contrast of its darkest strokes, 0..255. mass: how much ink it holds,
    area times peak. parts: Candidates that it falls into; the reader decides between them and it.
    """

    x: int
    y: int
    width: int
    height: int
    ink: np.ndarray
    peak: float
    mass: float
    parts: "tuple[Candidate, ...]" = ()


def from_pieces(pieces: Sequence[Piece]) -> list[Candidate]:
    """Returns the Candidates that pieces of ink give: each alone, or joined where they are near."""
    single = [_from_piece(piece) for piece in pieces]
    groups = _groups(single)
    candidates = [joined(group) for group in groups if len(group) > 1]
    candidates += [group[0] for group in groups if len(group) == 1]
    return [candidate for candidate in candidates if candidate.parts or may_be_digit(candidate)]


def may_be_digit(candidate: Candidate) -> bool:
    """Whether the size and shape alone leave it possible that this is a digit."""
    height, width = candidate.height, candidate.width
    return height >= LEAST_HEIGHT and width <= WIDEST * height and not _is_blot(candidate)


def _is_blot(candidate: Candidate) -> bool:
    """Whether it is a filled, convex shape: digits have bays or holes, unless they are a slim 1."""
    area = cv2.countNonZero(candidate.ink)
    # Hulls are slow, and the extent alone excludes most.
    if candidate.width < SLIM * candidate.height or area < BLOT_EXTENT * candidate.ink.size:
        return False
    hull = cv2.convexHull(cv2.findNonZero(candidate.ink))
    solid = area > BLOT_SOLIDITY * cv2.contourArea(hull)
    return solid and not _has_hole(candidate.ink)


def _has_hole(ink: np.ndarray) -> bool:
    """Whether its Euler number is below 1: a thick pen leaves a pinhole in a 0."""
    levels = cv2.findContours(
        cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY)[1], cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    holes = [c for c, link in zip(levels[0], levels[1][0], strict=True) if link[3] >= 0]
    return any(cv2.contourArea(hole) >= LEAST_HOLE * ink.size for hole in holes)


def joined(members: Sequence[Candidate]) -> Candidate:
    """Returns one Candidate of several, which become its parts."""
    x, y = min(m.x for m in members), min(m.y for m in members)
    right = max(m.x + m.width for m in members)
    bottom = max(m.y + m.height for m in members)
    ink = np.zeros((bottom - y, right - x), np.uint8)
    for m in members:
        region = ink[m.y - y : m.y - y + m.height, m.x - x : m.x - x + m.width]
        np.maximum(region, m.ink, out=region)
    mass = sum(m.mass for m in members)
    peak = sum(m.peak * m.mass for m in members) / mass
    return Candidate(x, y, right - x, bottom - y, ink, peak, mass, tuple(members))


def _from_piece(piece: Piece) -> Candidate:
    ink = np.minimum(piece.ink * np.float32(255 / piece.peak), 255).astype(np.uint8)
    parts = tuple(_from_piece(part) for part in piece.parts)
    mass = piece.area * piece.peak
    return Candidate(piece.x, piece.y, piece.width, piece.height, ink, piece.peak, mass, parts)


def _groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Returns lists of candidates; those of one list may be strokes of one digit."""
    parent = list(range(len(candidates)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for first, second in _near_pairs(candidates):
        parent[root(first)] = root(second)
    members: dict[int, list[Candidate]] = {}
    for index, candidate in enumerate(candidates):
        members.setdefault(root(index), []).append(candidate)
    result: list[list[Candidate]] = []
    for group in members.values():
        fits = len(group) <= MOST_TOGETHER
        result += [group] if fits else [[candidate] for candidate in group]
    return result


def _near_pairs(candidates: Sequence[Candidate]) -> Iterator[list[int]]:
    """Yields pairs of indices (smaller, larger) of pieces that may belong to one digit."""
    sized = [i for i, c in enumerate(candidates) if max(c.width, c.height) >= LEAST_HEIGHT / 2]
    if len(sized) < 2:
        return
    boxes = np.array([candidates[i][:4] for i in sized])
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    for row, first in enumerate(sized):
        gaps = np.maximum(low - high[row], low[row] - high).clip(min=0)
        reach = GAP_ABOVE * np.maximum(boxes[:, 2:].max(axis=1), boxes[row, 2:].max())
        for other in np.flatnonzero((gaps.max(axis=1) <= reach) & (np.arange(len(sized)) > row)):
            pair = sorted((first, sized[other]), key=lambda i: max(candidates[i][2:4]))
            if _may_be_one_digit(*(candidates[i] for i in pair)):
                yield pair


def _may_be_one_digit(small: Candidate, large: Candidate) -> bool:
    """Whether a piece may be a stroke of the digit that a larger piece is most of."""
    side = max(large.width, large.height)
    if max(small.width, small.height) < 0.12 * side or small.peak < 0.35 * large.peak:
        return False
    left, right = min(small.x, large.x), max(small.x + small.width, large.x + large.width)
    top, bottom = min(small.y, large.y), max(small.y + small.height, large.y + large.height)
    if bottom - top > 1.8 * side or right - left > 1.4 * side:
        return False
    shared = small.width + large.width - (right - left)
    beside = shared < 0.3 * min(small.width, large.width)
    if not beside:
        return True
    # Beside each other and of like height, they are neighbours on a line.
    return -shared <= GAP_BESIDE * side and small.height <= 0.6 * large.height
