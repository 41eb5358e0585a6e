"""Pictures turned by 45°, for pages that lie between two of the four ways that quarters reach."""

import cv2
import numpy as np

Box = tuple[int, int, int, int]  # x, y, width, height in pixels

DEGREES = 45  # counter-clockwise, like the quarters of `numpy.rot90`, with which it may be swapped


def slanted(frame: np.ndarray) -> np.ndarray:
    """A frame turned by 45°, whole, on a square of the median shade of its edges.

    Args:
        frame: uint8 [height, width] or [height, width, 3].

    Returns:
        uint8 [side, side] or [side, side, 3].
    """
    height, width = frame.shape[:2]
    side = _side(height, width)
    centre = ((width - 1) / 2, (height - 1) / 2)
    matrix = np.array(cv2.getRotationMatrix2D(centre, DEGREES, 1.0), np.float64)
    matrix[:, 2] += [(side - width) / 2, (side - height) / 2]
    edges = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
    shade = np.atleast_1d(np.median(edges, axis=0)).tolist()
    # Neither mirrored nor drawn out: there would be digits or strokes that nobody wrote.
    return cv2.warpAffine(frame, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=shade)


def slant_box(box: Box, shape: tuple[int, ...], back: bool = False) -> Box:
    """A box of a frame in its slanted picture, or the other way round: of its size, moved.

    Args:
        box: In pixels of the frame, or with `back` of the slanted picture.
        shape: The frame's.
        back: Whether the box is brought back to the frame.
    """
    height, width = shape[:2]
    side = _side(height, width)
    x, y, box_width, box_height = box
    centres = np.array([width - 1, height - 1]) / 2, np.array([side - 1, side - 1]) / 2
    start, end = centres[::-1] if back else centres
    angle = np.radians(-DEGREES if back else DEGREES)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = turn @ (np.array([x + box_width / 2, y + box_height / 2]) - 0.5 - start) + end + 0.5
    corner = np.rint(middle - np.array([box_width, box_height]) / 2).astype(int)
    return int(corner[0]), int(corner[1]), box_width, box_height


def _side(height: int, width: int) -> int:
    return int(np.ceil((height + width) / np.sqrt(2)))
