"""Contact sheets: every mistake of a benchmark in one picture."""

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX


def tile(picture, captions, side):
    """Returns a uint8 [side + 18 · lines, side, 3] tile: the picture fitted in, captions above."""
    scale = side / max(picture.shape[:2])
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = cv2.resize(picture, size, interpolation=way)
    top = 18 * len(captions)
    result = np.full((side + top, side, 3), 235, np.uint8)
    result[top : top + size[1], : size[0]] = small if small.ndim == 3 else small[:, :, None]
    for line, text in enumerate(captions):
        origin = (2, 13 + 18 * line)
        cv2.putText(result, text, origin, FONT, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return result


def sheet(tiles, columns):
    """Returns the tiles, all of one size, side by side in rows."""
    blank = np.full_like(tiles[0], 255)
    tiles = tiles + [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)
