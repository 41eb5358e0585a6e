"""What a camera makes of a page, and whether a person can still read a digit on it."""

import cv2
import numpy as np

from digitnet.drawn import page_papers
from digitnet.drawn.page_ink import Stamp

NEAR = np.ones((5, 5), np.uint8)
LEAST_LEVELS = 6  # of grey between ink and paper
# Of that to the paper's own spread; a small digit gives the eye fewer pixels to go by.
LEAST_RATIO = 0.7
RATIO_PIXELS = 14


def photograph(page: np.ndarray, smallest: float, random: np.random.Generator) -> np.ndarray:
    """Blur, low resolution, exposure, noise, sharpening, JPEG and, rarely, a threshold.

    Args:
        page: float32 [H, W], 0..255 and beyond.
        smallest: height of the smallest digit; blur leaves it readable.
        random: NumPy's Generator.

    Returns:
        uint8 [H, W].
    """
    shape = (page.shape[0], page.shape[1])
    if random.random() < 0.6:
        blur = min(random.uniform(0, 2.5), 0.055 * smallest)
        if blur > 0.3:
            page = cv2.GaussianBlur(page, (0, 0), blur)
    if smallest > 26 and random.random() < 0.15:
        factor = random.uniform(max(0.4, 13 / smallest), 0.9)
        page = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        if random.random() < 0.5:
            page = _compressed(_eight_bits(page), random).astype(np.float32)
        way = cv2.INTER_CUBIC if random.random() < 0.5 else cv2.INTER_LINEAR
        page = cv2.resize(page, shape[::-1], interpolation=way)
    page = _exposed(page, random)
    if random.random() < 0.75:
        strength = np.exp(random.uniform(np.log(0.5), np.log(14)))
        size = random.choice([1.0, random.uniform(1.2, 2.5)], p=[0.7, 0.3])
        noise = page_papers.noise(shape, random)
        if size > 1:
            noise = page_papers.coarse_noise(shape, size, random)
        page = page + np.float32(strength) * noise
    if random.random() < 0.2:
        soft = cv2.GaussianBlur(page, (0, 0), random.uniform(0.8, 2.5))
        page = page + np.float32(random.uniform(0.3, 1.5)) * (page - soft)
    image = _eight_bits(page)
    if random.random() < 0.05:
        image = _thresholded(image, random)
    return _compressed(image, random) if random.random() < 0.85 else image


def ink_grain(shape: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """What pencil and chalk leave out where the paper is rough, float32 0..1."""
    field = page_papers.coarse_noise(shape, np.exp(random.uniform(0, 1.3)), random)
    return np.clip(random.uniform(0.3, 1.1) + field * random.uniform(0.3, 1.2), 0, 1)


def is_readable(image: np.ndarray, stamp: Stamp, box: np.ndarray) -> bool:
    """Whether the ink differs from the paper around it by more than the paper in itself."""
    x, y, width, height = (int(v) for v in box)
    pad = 2 + int(0.12 * height)
    left, top = max(x - pad, 0), max(y - pad, 0)
    right, bottom = min(x + width + pad, image.shape[1]), min(y + height + pad, image.shape[0])
    ink = np.zeros((bottom - top, right - left), np.uint8)
    from_y, from_x = max(top, stamp.top), max(left, stamp.left)
    to_y = min(bottom, stamp.top + stamp.ink.shape[0])
    to_x = min(right, stamp.left + stamp.ink.shape[1])
    part = stamp.ink[from_y - stamp.top : to_y - stamp.top, from_x - stamp.left : to_x - stamp.left]
    ink[from_y - top : to_y - top, from_x - left : to_x - left] = part
    region = image[top:bottom, left:right]
    step = max(1, height // 60)
    region, ink = region[::step, ::step], ink[::step, ::step]
    around = cv2.dilate(ink, NEAR) < 20
    inked = ink >= max(24, 0.6 * ink.max())
    if not inked.any() or not around.any():
        return bool(inked.any())
    paper = region[around].astype(np.float32)
    middle = np.median(paper)
    difference = abs(float(np.median(region[inked])) - float(middle))
    spread = 1.48 * float(np.median(np.abs(paper - middle)))
    return (
        difference >= LEAST_LEVELS and difference >= (LEAST_RATIO + RATIO_PIXELS / height) * spread
    )


def _exposed(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if random.random() < 0.6:
        gamma = np.exp(random.normal(0, 0.3))
        levels = 255 * (np.linspace(0, 1.5, 1537) ** gamma).astype(np.float32)
        page = levels[np.clip(page * (1024 / 255), 0, 1536).astype(np.int32)]
    if random.random() < 0.4:
        page = page * np.float32(np.exp(random.normal(0, 0.2))) + np.float32(random.normal(0, 12))
    return page


def _eight_bits(page: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(np.clip(page, 0, 255))


def _thresholded(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A scan in black and white."""
    if random.random() < 0.5:
        way = cv2.THRESH_BINARY | cv2.THRESH_OTSU
        return np.asarray(cv2.threshold(image, 0, 255, way)[1])
    block = 2 * int(random.integers(10, 40)) + 1
    return np.asarray(
        cv2.adaptiveThreshold(
            image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, random.uniform(5, 15)
        )
    )


def _compressed(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(25, 96))]
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_GRAYSCALE))
