"""Where the page reader sees digits in a frame: levels, network, peaks, one answer to a digit."""

from typing import Protocol

import numpy as np

from edge_demo.contract import PAGE_STRIDE
from edge_demo.reading import canvas
from edge_demo.reading.peaks import Peaks, find_peaks, separate

LEAST = 0.2  # sureness of a peak; what is to be reported is decided later


class PageNetwork(Protocol):
    """The page reader, as `edge_demo.model.page_model.PageModel` runs it."""

    def maps(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Presence [h, w], digits [h, w, 10] and boxes [h, w, 4] of a canvas, float32."""
        ...


def look(
    pyramid: list[np.ndarray], network: PageNetwork, least: float = LEAST, finest: int = 0
) -> Peaks:
    """The digits that a page reader sees in a frame.

    Args:
        pyramid: The frame's levels, as `levels.pyramid` has them, finest first.
        network: The page reader.
        least: Sureness below which nothing is a peak, 0..1.
        finest: The first level that is looked at: 1 leaves out the frame at its own size, and with
            it digits of less than about 26 pixels, at a quarter of the time.

    Returns:
        Peaks with boxes in pixels of the pyramid's first level, surest first.
    """
    sizes = [(level.shape[1], level.shape[0]) for level in pyramid]
    finest = min(finest, len(pyramid) - 1)
    tiles = [tile._replace(level=tile.level + finest) for tile in canvas.plan(sizes[finest:])]
    canvases = canvas.paint(pyramid, tiles)
    maps = [network.maps(image) for image in canvases]
    found = [_of_tile(tile, sizes[tile.level], maps[tile.canvas], least) for tile in tiles]
    sureness, digits, boxes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-sureness, kind="stable")
    order = order[separate(boxes[order])]
    return Peaks(sureness[order], digits[order], boxes[order])


def _of_tile(
    tile: canvas.Tile, size: tuple[int, int], maps: tuple[np.ndarray, ...], least: float
) -> Peaks:
    """The peaks of one tile, in pixels of the frame."""
    window = np.s_[
        tile.y // PAGE_STRIDE : -(-(tile.y + tile.height) // PAGE_STRIDE),
        tile.x // PAGE_STRIDE : -(-(tile.x + tile.width) // PAGE_STRIDE),
    ]
    presence, digits, boxes = (one[window] for one in maps)
    peaks = find_peaks(presence, digits, boxes, least)
    centres = peaks.boxes[:, :2] + peaks.boxes[:, 2:] / 2
    # Near a cut the neighbouring tile sees more of a digit, and answers for it.
    edge = canvas.OVERLAP / 2
    inside = np.ones(len(centres), bool)
    cut = ((tile.left, tile.width, size[0]), (tile.top, tile.height, size[1]))
    for axis, (start, length, whole) in enumerate(cut):
        low = edge if start > 0 else -np.inf
        high = length - edge if start + length < whole else length
        inside &= (centres[:, axis] >= low) & (centres[:, axis] < high)
    places = peaks.boxes[inside] + np.array([tile.left, tile.top, 0, 0], np.float32)
    return Peaks(peaks.sureness[inside], peaks.digits[inside], places * np.float32(2**tile.level))
