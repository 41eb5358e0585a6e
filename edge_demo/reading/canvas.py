"""The levels of a frame on canvases of one size, which is what a fixed graph runs fastest on.

A frame of 640×480 pixels takes one canvas: the frame itself above, its smaller levels below.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edge_demo.contract import PAGE_CANVAS
from edge_demo.reading.levels import MIDDLE

HEIGHT, WIDTH, CHANNELS = PAGE_CANVAS
# Pixels: the coarsest stride of the network, on whose multiples tiles begin. They may lie side by
# side without a gap: the network is trained on crops that do.
GRID = 16
OVERLAP = 64  # pixels that tiles of one level share, more than the largest digit of a level


class Tile(NamedTuple):
    """A part of a level on a canvas.

    canvas: its number. level: the level's. x, y: where it lies on the canvas. left, top: where
    in the level it was cut out. width, height: of the part. All in pixels.
    """

    canvas: int
    level: int
    x: int
    y: int
    left: int
    top: int
    width: int
    height: int


def plan(sizes: Sequence[tuple[int, int]]) -> list[Tile]:
    """Places levels of sizes (width, height), cut where they are larger than a canvas.

    Example:

    >>> [tuple(tile) for tile in plan([(640, 480), (320, 240)])]
    [(0, 0, 0, 0, 0, 0, 640, 480), (0, 1, 0, 480, 0, 0, 320, 240)]
    """
    parts = [
        (level, left, top, width, height)
        for level, (level_width, level_height) in enumerate(sizes)
        for top, height in _cuts(level_height, HEIGHT)
        for left, width in _cuts(level_width, WIDTH)
    ]
    parts.sort(key=lambda part: -part[4])
    shelves: list[list[int]] = []  # canvas, y, height, where the next tile begins
    ends: list[int] = []  # of each canvas: the y from which it is free
    tiles = []
    for level, left, top, width, height in parts:
        for shelf in shelves:
            if shelf[2] >= height and shelf[3] + width <= WIDTH:
                break
        else:
            canvas = next((c for c, end in enumerate(ends) if end + height <= HEIGHT), len(ends))
            if canvas == len(ends):
                ends.append(0)
            shelf = [canvas, ends[canvas], height, 0]
            shelves.append(shelf)
            ends[canvas] = _next(ends[canvas] + height)
        tiles.append(Tile(shelf[0], level, shelf[3], shelf[1], left, top, width, height))
        shelf[3] = _next(shelf[3] + width)
    return tiles


def paint(levels: Sequence[np.ndarray], tiles: Sequence[Tile]) -> np.ndarray:
    """The canvases, uint8 [count, HEIGHT, WIDTH, 3], of levels as `levels.contrast` has them."""
    count = 1 + max(tile.canvas for tile in tiles)
    canvases = np.full((count, HEIGHT, WIDTH, CHANNELS), MIDDLE, np.uint8)
    for tile in tiles:
        part = levels[tile.level][
            tile.top : tile.top + tile.height, tile.left : tile.left + tile.width
        ]
        canvases[tile.canvas, tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = part
    return canvases


def _cuts(length: int, most: int) -> list[tuple[int, int]]:
    """(start, length) of the parts of a side, the starts on multiples of `GRID`."""
    if length <= most:
        return [(0, length)]
    count = -(-(length - OVERLAP) // (most - OVERLAP))
    step = -(-(length - OVERLAP) // count // GRID) * GRID
    return [
        (start, min(step + OVERLAP, length - start)) for start in range(0, length - OVERLAP, step)
    ]


def _next(end: int) -> int:
    return -(-end // GRID) * GRID
