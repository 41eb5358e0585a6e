"""Photographs and crops of digits as training images, as the camera demo sees them.

The device side is imported by the functions that need it, because training on arrays does without.
"""

import functools
import pathlib
from typing import TYPE_CHECKING

import numpy as np

from digitnet.errors import UserError

if TYPE_CHECKING:
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel

CROP_SIDE_PX = 128  # a picture no larger than this holds one digit and may have no margin
EVEN, CALM = 12, 0.9  # grey levels; share of a crop's border that lies within them on even paper
LEAST_CONTRAST = 24  # grey levels between ink and paper
STROKES = 0.02  # share of a crop that a pen's strokes cover at least


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


def read_digits(path: str | pathlib.Path) -> np.ndarray:
    """All digits of one picture file, each as MNIST would have made it.

    A picture of at most 128 pixels a side is a crop: one digit, with or without a margin. On a
    larger one the digits are those that the demo would read, line by line, whichever digits it
    takes them for: what the demo's model calls no digit at all (signs, letters), and what no pen
    wrote, is left out. Dark ink on light paper and the reverse are told apart.

    Args:
        path: A picture in any format that the demo reads, with the orientation, transparency and
            depth that it sees.

    Returns:
        uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink; N is 0 where nothing was found.

    Raises:
        UserError: If the file cannot be read as a picture, or a package is missing.
    """
    from edge_demo.frames.pictures import read_picture

    return digits_of(read_picture(path))


def digits_of(frame: np.ndarray) -> np.ndarray:
    """All digits of a frame, uint8 `(H, W, 3)` BGR or `(H, W)`, as `read_digits` returns them."""
    from edge_demo.reading.own_digits import find_own_digits

    if max(frame.shape[:2]) > CROP_SIDE_PX:
        own = find_own_digits(frame, *_demo_files())
        images = [digit.image for digit in own]
    else:
        images = _digit_of_crop(frame)
    return np.array(images, np.uint8).reshape(-1, 28, 28, 1)


@functools.cache
def _demo_files() -> "tuple[Classifier, PageModel]":
    """The demo's own, which tell digits from what is none."""
    from edge_demo.model.classifier import Classifier, load_runtime
    from edge_demo.model.page_model import PageModel

    try:
        load_runtime()
    except UserError as error:
        raise UserError(
            "reading photographs of digits needs a TensorFlow Lite runtime: "
            "pip install 'digitnet[edge]'."
        ) from error
    return Classifier(), PageModel()


def _digit_of_crop(frame: np.ndarray) -> list[np.ndarray]:
    """The one digit of a crop, whatever it looks like: its normalised image, or nothing."""
    from edge_demo.reading.cutout import cut_out
    from edge_demo.reading.normalize import normalize
    from edge_demo.reading.reader import grey

    ink = _on_even_paper(frame)
    if ink is not None:
        return [normalize(ink)]
    whole = np.array([0, 0, *frame.shape[1::-1]], float)
    gray = grey(frame)
    dark, paper, light = np.quantile(gray, (STROKES, 0.5, 1 - STROKES))
    # Dark ink comes first.
    either = list(cut_out(gray, whole))[:: 1 if paper - dark > light - paper else -1]
    return [normalize(cutout.ink) for cutout in either[:1]]


def _on_even_paper(frame: np.ndarray) -> np.ndarray | None:
    """The ink of a crop whose border is even paper, uint8 `(H, W)`, or None where it is not.

    What cuts ink out of photographs would take the faint ends of small strokes away.
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
