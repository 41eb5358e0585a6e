"""What of a whole picture the page reader's gate lets through, to be looked at."""

from typing import Protocol

import numpy as np

from edge_demo.contract import PAGE_STRIDE
from edge_demo.reading import canvas
from edge_demo.reading.seen import sight_of

FINE = 0  # of the masks: that of the gate on the map of stride 4


class MaskedNetwork(Protocol):
    """The page reader, as `edge_demo.model.page_model.PageModel` runs it."""

    def masks(self, image: np.ndarray) -> np.ndarray | None:
        """Masks float32 [h, w, 2] of a canvas, or `None` where the file has none."""
        ...


def page_mask(gray: np.ndarray, network: MaskedNetwork, turns: int = 0) -> np.ndarray | None:
    """The mask of the finer gate over a picture, as the page reader sees it at full size.

    Args:
        gray: uint8 [height, width].
        network: The page reader.
        turns: Quarter turns, counter-clockwise as `numpy.rot90`, with which the picture was read.

    Returns:
        float32 [h, w], 0 = shut and 1 = open, a value for four pixels of the picture as the network
        is given it, in the picture's own orientation; `None` where the file has no masks.
    """
    level = sight_of(np.ascontiguousarray(np.rot90(gray, turns))).levels[0]
    height, width = level.shape[:2]
    mask = np.ones((-(-height // PAGE_STRIDE), -(-width // PAGE_STRIDE)), np.float32)
    tiles = canvas.plan([(width, height)])
    for number, image in enumerate(canvas.paint([level], tiles)):
        masks = network.masks(image)
        if masks is None:
            return None
        for tile in (tile for tile in tiles if tile.canvas == number):
            rows, columns = (
                slice(start // PAGE_STRIDE, -(-(start + length) // PAGE_STRIDE))
                for start, length in ((tile.y, tile.height), (tile.x, tile.width))
            )
            part = masks[rows, columns, FINE]
            top, left = tile.top // PAGE_STRIDE, tile.left // PAGE_STRIDE
            mask[top : top + part.shape[0], left : left + part.shape[1]] = part
    return np.rot90(mask, -turns)
