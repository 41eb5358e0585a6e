"""Ruled lines and grids are taken out of the ink; strokes that cross them stay."""

import cv2
import numpy as np

LEAST_SHARE = 0.08  # of the frame's longer side: a shorter straight run may be a digit's bar
LEAST_LENGTH = 28  # pixels
WIDEST = 1.6  # times its height; wider ink, where it spans the frame, is no digit
LONGEST = 3.0  # times its height; wider ink is no digit anywhere
SPAN = 0.9  # of the frame
THROUGH = 0.6  # of a grid's width: a shorter line is not one of its rules
LEAST_LINES = 4  # of one direction make a grid; a digit has three bars at most


def without_rulings(
    ink: np.ndarray, frame_shape: tuple[int, ...], corner: tuple[int, int] = (0, 0)
) -> np.ndarray | None:
    """Takes long straight lines, level or upright and somewhat tilted, out of a piece of ink.

    Only what cannot be a digit is touched: a piece that is very long, or runs from edge to edge of
    the frame; a piece that holds a grid; and a line that goes on far beyond the ink it runs
    through (a lone upright line may be a 1). There a pixel goes when it lies on a straight run of
    at least `LEAST_SHARE` of the frame and the ink across the run is no thicker than the line:
    where a digit crosses or touches the line it is thicker, and stays. (Staff-line removal in
    printed music works alike.)

    Args:
        ink: uint8 [height, width], 0 where there is none.
        frame_shape: (height, width) of the frame in pixels.
        corner: (x, y) of the piece in the frame.

    Returns:
        uint8 [height, width], or None where nothing was taken out.
    """
    length = max(LEAST_LENGTH, round(LEAST_SHARE * max(frame_shape)))
    mask = (ink > 0).astype(np.uint8)
    height, width = mask.shape
    long = width > LONGEST * height
    spans = width > SPAN * frame_shape[1] and width > WIDEST * height
    # A digit may fill the frame, but a line leaves it at the top and at the bottom.
    leaves = (
        corner[1] <= 1 and corner[1] + height >= frame_shape[0] - 1 and height > LONGEST * width
    )
    level = _ruling(mask, length, surely=long or spans)
    upright = _ruling(np.ascontiguousarray(mask.T), length, surely=leaves)
    if level is None and upright is None:
        return None
    result = ink.copy()
    if level is not None:
        result[level > 0] = 0
    if upright is not None:
        result[upright.T > 0] = 0
    return result


def _ruling(mask: np.ndarray, length: int, surely: bool = False) -> np.ndarray | None:
    """Returns the pixels of level rulings in a mask uint8 of 0 and 1, or None.

    Fewer than a grid's are taken only when the piece is `surely` no digit, or when they go on far
    beyond the rest of it.
    """
    if mask.shape[1] < length:
        return None
    # A tilted line climbs in steps of one pixel; thickened, its steps overlap and the run goes on.
    runs = _runs(cv2.dilate(mask, np.ones((3, 1), np.uint8)), length)
    surely = surely or _count_long(runs) >= LEAST_LINES
    runs = cv2.bitwise_and(runs, mask)
    covered = int(cv2.countNonZero(runs))
    starts = cv2.countNonZero(cv2.subtract(runs[1:], runs[:-1])) + cv2.countNonZero(runs[:1])
    thickness = covered / max(starts, 1)
    if not covered or thickness > length / 4:  # a dark area is not a line
        return None
    across = np.ones((int(1.8 * thickness) + 2, 1), np.uint8)
    crossings = cv2.morphologyEx(mask, cv2.MORPH_OPEN, across)
    lines = cv2.subtract(runs, crossings)
    if not lines.any() or not (surely or _goes_on(mask, lines, thickness)):
        return None
    return lines


def _goes_on(mask: np.ndarray, lines: np.ndarray, thickness: float) -> bool:
    """Whether lines go on, on both sides of what else there is, by as much as that is long."""
    rest = cv2.subtract(mask, lines).any(axis=0)
    columns = np.flatnonzero(rest)
    if not columns.size:
        return False
    first, last = int(columns[0]), int(columns[-1]) + 1
    extent = max(last - first, 3 * thickness)
    return min(first, mask.shape[1] - last) >= extent


def _count_long(runs: np.ndarray) -> int:
    """Counts the lines that run through most of a piece."""
    stats = cv2.connectedComponentsWithStats(runs, ltype=cv2.CV_32S)[2]
    return int((stats[1:, cv2.CC_STAT_WIDTH] >= THROUGH * runs.shape[1]).sum())


def _runs(mask: np.ndarray, length: int) -> np.ndarray:
    """Returns the pixels on level runs of ones of at least a length: an opening by two box sums.

    OpenCV's own opening takes time in proportion to the length.
    """
    size = (length | 1, 1)
    whole = (_box_sum(mask, size) == size[0]).astype(np.uint8)
    return (_box_sum(whole, size) > 0).astype(np.uint8)


def _box_sum(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.boxFilter(mask, cv2.CV_32S, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
