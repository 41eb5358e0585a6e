"""Attention masks as a blue wash: a digit's on its paper, not its ink; a page's around digits."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge_demo.contract import IMAGE_SIDE_PX
from edge_demo.reading.readings import Reading

BLUE = (210, 110, 20)  # BGR: the one colour, deeper where the gate is more open
DEEPEST = 0.5  # share of blue where the mask is highest
PAGE_DEEPEST = 0.35  # a whole page is much blue
PAGE_SHUT, PAGE_OPEN = 1, 99  # percentiles of a page's mask that are no and the most blue
BAND = 256  # rows
LEAST_SIDE_PX = 4  # of a digit on which a wash can be told


def draw_wash(picture: np.ndarray, reading: Reading) -> None:
    """Tints the paper in a digit's box of a BGR picture by the digit's mask.

    Lines of equal height were tried in its place: those of a 14×14 mask are scribbles around the
    digit. The mask covers the 28×28 image with its margin, of which the box shows the inked part.
    """
    x, y, width, height = reading.box
    region = picture[y : y + height, x : x + width]
    if (
        reading.attention is None
        or not reading.image.any()
        or min(region.shape[:2]) < LEAST_SIDE_PX
    ):
        return
    size = region.shape[1], region.shape[0]
    left, top, inner_width, inner_height = cv2.boundingRect((reading.image > 0).astype(np.uint8))
    inner = np.s_[top : top + inner_height, left : left + inner_width]
    seen = cv2.resize(reading.image[inner], size, interpolation=cv2.INTER_LINEAR)
    mask = cv2.resize(mask_image(reading.attention)[inner], size, interpolation=cv2.INTER_LINEAR)
    share = DEEPEST * mask * _paper(region, seen)
    tinted = region + share[:, :, None] * (np.array(BLUE, np.float32) - region)
    region[:] = np.clip(np.round(tinted), 0, 255).astype(np.uint8)


def draw_page_wash(picture: np.ndarray, mask: np.ndarray, readings: Sequence[Reading]) -> None:
    """Tints a BGR picture by a page's mask float32 [h, w], digits' boxes left out."""
    low, high = np.percentile(mask, [PAGE_SHUT, PAGE_OPEN])
    share = np.clip((mask - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
    share = cv2.resize(share, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    for x, y, width, height in (reading.box for reading in readings):
        share[y : y + height, x : x + width] = 0
    share *= PAGE_DEEPEST
    for start in range(0, len(picture), BAND):  # in bands: the float copy of a photograph is large
        band = picture[start : start + BAND]
        tint = share[start : start + BAND, :, None] * (np.array(BLUE, np.float32) - band)
        band[:] = np.round(band + tint).astype(np.uint8)


def mask_image(attention: np.ndarray) -> np.ndarray:
    """A mask enlarged to float32 [28, 28], its lowest value 0 and its highest 1."""
    mask = cv2.resize(attention, (IMAGE_SIDE_PX,) * 2, interpolation=cv2.INTER_LINEAR)
    lowest, highest = float(mask.min()), float(mask.max())
    return (mask - lowest) / max(highest - lowest, 1e-6)


def _paper(region: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Returns float32 of the region's size: 1 = paper, 0 = ink and the blur around it.

    Args:
        region: BGR, the digit's box in the picture.
        seen: uint8 of the same size, the image that the network saw there, 255 = ink.
    """
    gray = cv2.cvtColor(region, cv2.COLOR_BGR2GRAY)
    light = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    ink_is_light = cv2.mean(seen, light)[0] > cv2.mean(seen)[0]
    paper = cv2.erode(1 - light if ink_is_light else light, np.ones((3, 3), np.uint8))
    return paper * cv2.blur(paper.astype(np.float32), (5, 5))
