"""Photographs and crops of digits as training images, through the camera's finder and normaliser.

OpenCV is imported by the functions that need it, because training on arrays does without it.
"""

import numpy as np

from digitnet.errors import UserError

CROP_SIDE_PX = 128  # a picture no larger than this holds one digit and may have no margin
EVEN, CALM = 12, 0.9  # grey levels; share of a crop's border that lies within them on even paper
LEAST_CONTRAST = 24  # grey levels between ink and paper, as the finder asks for
LEAST_HEIGHT, GREATEST_HEIGHT = 0.5, 2.0  # times the height of the digits in one photograph
LEAST_PEAK = 0.4  # times their contrast


def require_opencv() -> None:
    """Checks that pictures can be read here.

    Raises:
        UserError: If not, with the command that mends it.
    """
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise UserError(
            "reading photographs of digits needs OpenCV: pip install 'digitnet[edge]'."
        ) from error


def read_digits(path) -> np.ndarray:
    """All digits of one picture file, each as MNIST would have made it.

    A picture of at most 128 pixels a side is a crop: one digit, with or without a margin. On a
    larger one, everything that has the height and the contrast of the page's writing is a digit,
    line by line. Dark ink on light paper and the reverse are told apart.

    Args:
        path: A picture in any format that the demo reads. EXIF orientation is applied,
            transparency becomes white paper, 16 bits become 8.

    Returns:
        uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink; N is 0 where nothing was found.

    Raises:
        UserError: If the file cannot be read as a picture.
    """
    from edge_demo.frames.pictures import read_picture

    try:
        frame = read_picture(path)
    except ValueError as error:  # the demo's own sentence
        raise UserError(str(error)) from error
    return digits_of(frame)


def digits_of(frame: np.ndarray) -> np.ndarray:
    """All digits of a frame, uint8 `(H, W, 3)` BGR or `(H, W)`, as `read_digits` returns them."""
    from edge_demo.reading.finder import find_candidates
    from edge_demo.reading.normalize import normalize

    if max(frame.shape[:2]) > CROP_SIDE_PX:
        found = find_candidates(frame)
        inside = [c for c in found.candidates if not _is_cut_off(c, frame.shape, found.scale)]
        inks = [candidate.ink for candidate in _written(inside or found.candidates)]
    else:
        ink = _on_even_paper(frame)
        # The first candidate is the one with the most ink.
        inks = [ink]
        if ink is None:
            inks = [one.ink for one in find_candidates(_with_margin(frame)).candidates[:1]]
    return np.array([normalize(ink) for ink in inks], np.uint8).reshape(-1, 28, 28, 1)


def _on_even_paper(frame):
    """The ink of a crop whose border is even paper, uint8 `(H, W)`, or None where it is not.

    The finder, made for photographs, would take the faint ends of small strokes away.
    """
    grey = frame if frame.ndim == 2 else frame.mean(axis=2)
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    difference = grey - np.median(border)
    if np.mean(np.abs(border - np.median(border)) <= EVEN) < CALM:
        return None
    if difference.max() < -difference.min():
        difference = -difference
    if difference.max() < LEAST_CONTRAST:
        return None
    return np.clip(difference, 0, 255).astype(np.uint8)


def _with_margin(frame):
    """Puts paper around a crop, as bright as its border is in the middle of its grey levels."""
    import cv2

    border = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
    paper = np.median(border, axis=0)
    width = max(4, max(frame.shape[:2]) // 2)
    colour = [float(value) for value in np.atleast_1d(paper)]
    return cv2.copyMakeBorder(frame, *[width] * 4, cv2.BORDER_CONSTANT, value=colour)


def _is_cut_off(candidate, shape, scale):
    """Whether a candidate touches the frame's edge: a page's border, a table, or half a digit."""
    right, bottom = candidate.x + candidate.width, candidate.y + candidate.height
    height, width = (scale * side for side in shape[:2])
    return min(candidate.x, candidate.y) <= 1 or right >= width - 2 or bottom >= height - 2


def _written(candidates):
    """The candidates that look like the writing most of the ink is in, in reading order."""
    if len(candidates) < 2:
        return candidates
    weights = np.array([candidate.mass for candidate in candidates])
    height = _weighted_median([candidate.height for candidate in candidates], weights)
    peak = _weighted_median([candidate.peak for candidate in candidates], weights)
    chosen = [
        candidate
        for candidate in candidates
        if LEAST_HEIGHT * height <= candidate.height <= GREATEST_HEIGHT * height
        and candidate.peak >= LEAST_PEAK * peak
    ]
    return sorted(chosen, key=lambda candidate: (round(candidate.y / height), candidate.x))


def _weighted_median(values, weights):
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(np.asarray(values)[order][np.searchsorted(total, total[-1] / 2)])
