"""Crops of drawn pages at the scale of a level, as the page reader sees frames."""

from typing import NamedTuple

import numpy as np

from digitnet.training.pages.targets import LARGEST, SMALLEST

ON_A_DIGIT = 0.75  # share of the crops that are laid on a digit, scaled into the range
FINEST, COARSEST = 2.0, 1 / 12  # scales of a page
CLOSE = 0.5  # of a digit's longer side: the widest margin of a close-up
# Digits that are surely none after so many quarter turns; others may be a digit's shape still.
NONE_TURNED = {1: (2, 3, 4, 5, 7), 2: (3, 4, 7), 3: (2, 3, 4, 5, 7)}


class Crop(NamedTuple):
    """image: uint8 `(side, side, 3)`, as `levels.contrast` makes it; the rest in its pixels.

    digits: int `(N,)`. boxes: float32 `(N, 4)`, x, y, width, height. unsure: float32 `(M, 4)`.
    """

    image: np.ndarray
    digits: np.ndarray
    boxes: np.ndarray
    unsure: np.ndarray


def draw_crop(
    page: np.ndarray,
    digits: np.ndarray,
    boxes: np.ndarray,
    unsure: np.ndarray,
    side: int,
    rng: np.random.Generator,
) -> Crop:
    """A crop of a page at a random scale and place, in either polarity.

    Beyond the page it is as grey as a canvas beyond its levels.

    Args:
        page: uint8 `(H, W)`.
        digits, boxes, unsure: As `digitnet.drawn` gives them, in pixels of the page.
        side: Of the crop in pixels.
        rng: NumPy's Generator: decides scale, place and polarity.
    """
    scale, place = _scale_and_place(page.shape, boxes, side, rng)
    return _cut(page, digits, boxes, unsure, side, scale, place, side / scale, rng)[0]


def draw_close_up(
    page: np.ndarray,
    digits: np.ndarray,
    boxes: np.ndarray,
    unsure: np.ndarray,
    side: int,
    rng: np.random.Generator,
) -> Crop:
    """A picture that one digit fills, as it lies on a canvas; arguments as `draw_crop` has them.

    Raises:
        ValueError: On a page without digits.
    """
    if not len(boxes):
        raise ValueError("A close-up needs a digit. Received: a page with none")
    box = boxes[rng.integers(len(boxes))]
    wanted = np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST)))
    scale = float(np.clip(wanted / max(box[2:]), COARSEST, FINEST))
    low = box[:2] - rng.uniform(0, CLOSE, 2) * max(box[2:])
    high = box[:2] + box[2:] + rng.uniform(0, CLOSE, 2) * max(box[2:])
    crop, (columns, rows) = _cut(page, digits, boxes, unsure, side, scale, low, high - low, rng)
    # What the frame shows only a part of is not asked of the empty canvas beside it.
    centres = crop.boxes[:, :2] + crop.boxes[:, 2:] / 2
    inside = ((centres >= 0) & (centres < (columns, rows))).all(axis=1)
    return crop._replace(
        digits=crop.digits[inside],
        boxes=crop.boxes[inside],
        unsure=np.concatenate([crop.unsure, crop.boxes[~inside]]),
    )


def _cut(
    page: np.ndarray,
    digits: np.ndarray,
    boxes: np.ndarray,
    unsure: np.ndarray,
    side: int,
    scale: float,
    place: np.ndarray,
    extent: np.ndarray | float,
    rng: np.random.Generator,
) -> tuple[Crop, tuple[int, int]]:
    """What a page shows from a place on, in its pixels, on a canvas; the width and height of it."""
    import cv2

    from edge_demo.reading import levels

    halvings = max(0, int(np.floor(np.log2(1 / scale))))
    block = 2**halvings
    height, width = page.shape
    ends = place + extent
    left, top = max(0, int(place[0])), max(0, int(place[1]))
    right, bottom = (
        int(min(limit, np.ceil(end))) for limit, end in zip((width, height), ends, strict=True)
    )
    columns = min(side, max(1, round((right - left) * scale)))
    rows = min(side, max(1, round((bottom - top) * scale)))
    part = page[top:bottom, left:right]
    way = cv2.INTER_AREA if scale * block <= 1 else cv2.INTER_CUBIC
    part = cv2.resize(part, (columns * block, rows * block), interpolation=way)
    level = levels.level_zero(part)
    for _ in range(halvings):
        level = levels.halved(level)
    image = levels.contrast(level)
    if rng.random() < 0.5:
        image = _inverted(image)
    canvas = np.full((side, side, 3), levels.MIDDLE, np.uint8)
    x, y = (int((start - at) * scale) for start, at in zip((left, top), place, strict=True))
    x, y = min(max(x, 0), side - columns), min(max(y, 0), side - rows)
    canvas[y : y + rows, x : x + columns] = image
    factors = np.array([columns / (right - left), rows / (bottom - top)], np.float32)

    def moved(given: np.ndarray) -> np.ndarray:
        result = np.empty((len(given), 4), np.float32)
        result[:, :2] = (given[:, :2] - (left, top)) * factors + (x, y)
        result[:, 2:] = given[:, 2:] * factors
        return result

    return Crop(canvas, digits, moved(boxes), moved(unsure)), (columns, rows)


def turned(crop: Crop, turns: int) -> Crop:
    """The same crop on its side or upside down, where nothing on it is to be read.

    A reader that takes letters and digits that lie wrongly for others cannot tell how a page lies.
    Where a turned digit may look like one, nothing is asked.

    Args:
        crop: A square one.
        turns: 1 to 3 quarters, counter-clockwise as `numpy.rot90`.
    """
    side = crop.image.shape[0]
    open_question = ~np.isin(crop.digits, NONE_TURNED[turns])
    unsure = np.concatenate([crop.unsure, crop.boxes[open_question]])
    for _ in range(turns):
        x, y, width, height = unsure.T
        unsure = np.stack([y, side - x - width, height, width], axis=1)
    image = np.ascontiguousarray(np.rot90(crop.image, turns))
    return Crop(image, crop.digits[:0], crop.boxes[:0], unsure)


def _scale_and_place(
    shape: tuple[int, ...], boxes: np.ndarray, side: int, rng: np.random.Generator
) -> tuple[float, np.ndarray]:
    """The scale of a page, and where on it (x, y), in its own pixels, a crop begins."""
    size = np.array(shape[::-1], float)
    if len(boxes) and rng.random() < ON_A_DIGIT:
        box = boxes[rng.integers(len(boxes))]
        wanted = np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST)))
        scale = float(np.clip(wanted / max(box[2:]), COARSEST, FINEST))
        place = box[:2] + box[2:] / 2 - rng.uniform(0.1, 0.9, 2) * side / scale
        # A page's edge stands inside a crop only where it has to.
        room = size - side / scale
        place = np.clip(place, np.minimum(room, 0), np.maximum(room, 0))
    else:
        scale = float(np.exp(rng.uniform(np.log(2 * COARSEST), np.log(FINEST))))
        place = rng.uniform(0, 1, 2) * (size - side / scale)
    return scale, place


def _inverted(image: np.ndarray) -> np.ndarray:
    """What ink and paper swapped would look like: darkest and lightest change places."""
    from edge_demo.reading.levels import MIDDLE

    turned = 2 * MIDDLE - image[:, :, [0, 2, 1]].astype(np.int16)
    return np.clip(turned, 0, 255).astype(np.uint8)
