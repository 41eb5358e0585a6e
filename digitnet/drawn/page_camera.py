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
CLEAR = 4  # times the paper's spread: no grain hides ink that differs by so much
# (difference in the paper's spread over a stroke's width, likeness to the ink): below both of a
# pair hardly anybody could read it. Chosen by eye on 460 digits of drawn pages, sorted by them.
HIDDEN = ((3.5, 0.5), (2.2, 0.7))


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
    """Whether a person could read the digit: its ink differs from the paper around it by more than
    the paper does in itself, pixel by pixel and over a stroke's width, or its shape can be seen.
    """
    region, ink = _around(image, stamp, box)
    height = int(box[3])
    inked = ink >= max(24, 0.6 * ink.max())
    if not inked.any():
        return False
    spread, difference = _spread_and_difference(region, ink, inked, 1)
    enough = (LEAST_RATIO + RATIO_PIXELS / height) * spread
    if difference < max(LEAST_LEVELS, enough):
        return False
    if spread and difference >= CLEAR * spread:
        return True
    # Grain as coarse as the strokes are wide hides what fine grain of the same strength does not.
    wide = max(3, round(min(height, 60) / 7)) | 1
    coarse = difference / (_spread_and_difference(region, ink, inked, wide)[0] + 0.3)
    likeness = _likeness(region, ink, max(2, wide // 2))
    return not any(coarse < least and likeness < too_little for least, too_little in HIDDEN)


def _around(image: np.ndarray, stamp: Stamp, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32, uint8: what the digit's surroundings show, and its ink alone there."""
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
    step = max(1, height // 60)
    return image[top:bottom:step, left:right:step].astype(np.float32), ink[::step, ::step]


def _spread_and_difference(
    region: np.ndarray, ink: np.ndarray, inked: np.ndarray, wide: int
) -> tuple[float, float]:
    """Grey levels: of the paper, smoothed over `wide` pixels, in itself, and to the ink."""
    near = NEAR if wide == 1 else np.ones((wide + 2, wide + 2), np.uint8)
    paper = (region if wide == 1 else cv2.blur(region, (wide, wide)))[cv2.dilate(ink, near) < 20]
    if not paper.size:  # ink all over: nothing hides it
        return 0.0, 255.0
    middle = float(np.median(paper))
    spread = 1.48 * float(np.median(np.abs(paper - middle)))
    return spread, abs(float(np.median(region[inked])) - middle)


def _likeness(region: np.ndarray, ink: np.ndarray, wide: int) -> float:
    """0..1: how what is seen close to the ink goes with it (normalised correlation)."""
    near = cv2.dilate(ink, np.ones((2 * wide + 1, 2 * wide + 1), np.uint8)) >= 20
    region, ink = region[near], ink[near]
    seen, meant = region - region.mean(), ink - np.float32(ink.mean())
    both = float(np.sqrt((seen * seen).sum() * (meant * meant).sum()))
    return abs(float((seen * meant).sum())) / max(both, 1e-6)


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
