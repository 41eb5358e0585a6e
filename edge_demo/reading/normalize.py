"""A digit as MNIST would have made it: grey ink in a 20×20 box, centred by mass in 28×28."""

import cv2
import numpy as np

SIDE = 28  # MNIST's frame
BOX = 20  # MNIST's rule (LeCun's page): fit into 20×20, keep the aspect ratio, then centre by mass
CENTRE = 14.0  # where MNIST's training images have their centre of mass, in pixels from 0
# MNIST's strokes are 2.0 to 4.4 pixels wide in the 20×20 box (5th to 95th percentile of 2,000
# training images, measured with `stroke_width` below); pens outside that range are brought to it.
STROKE_RANGE = (2.2, 4.4)
WORK = 80  # strokes are measured and mended at four times the box, whatever the camera's resolution


def normalize(ink: np.ndarray) -> np.ndarray:
    """Makes a 28×28 image in MNIST's manner from the ink of one digit.

    Args:
        ink: 2-D uint8 (0..255) or float (0..255), 0 = background, 255 = ink, any size and margin.

    Returns:
        uint8 [28, 28], 0 = background, 255 = ink. All zeros when there is no ink.

    Raises:
        ValueError: the array is not 2-D or is empty.

    Example:
        >>> one = np.zeros((90, 60), np.uint8)
        >>> one[10:80, 27:33] = 200  # faint, thin and larger than MNIST's
        >>> image = normalize(one)
        >>> image.shape, int(image.max()), int((image.max(axis=1) > 0).sum())
        ((28, 28), 255, 20)
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.size == 0:
        raise ValueError(f"Expected a 2-D crop with ink as 255. Received: shape={ink.shape}")
    if ink.dtype != np.uint8:
        ink = np.clip(ink, 0, 255).astype(np.uint8)
    if not ink.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    ink = _trimmed(ink)
    # A digit smaller than the box was drawn by a camera or scanner at about MNIST's own resolution:
    # enlarging it to measure its strokes and shrinking it again would only blur it.
    if max(ink.shape) > BOX + 4:
        ink = _trimmed(_mend_strokes(_fit(ink, WORK)))
    return _centre(_stretch(_fit(ink, BOX)))


def stroke_width(ink: np.ndarray) -> float:
    """Returns the mean stroke width in pixels of a 2-D uint8 crop, 0.0 without ink.

    A ribbon of width w has a mean distance to its border of w / 4.
    """
    mask = cv2.copyMakeBorder((ink > 127).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    count = cv2.countNonZero(mask)
    if not count:
        return 0.0
    return 4.0 * float(cv2.distanceTransform(mask, cv2.DIST_L2, 3).sum()) / count


def _trimmed(ink: np.ndarray) -> np.ndarray:
    """Cuts the margins off: ink below a quarter of the strongest counts as margin."""
    x, y, width, height = cv2.boundingRect((ink > int(ink.max()) // 4).astype(np.uint8))
    return ink[y : y + height, x : x + width]


def _fit(ink: np.ndarray, side: int) -> np.ndarray:
    """Resizes so that the longer side is `side`, keeping the aspect ratio."""
    height, width = ink.shape
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _mend_strokes(ink: np.ndarray) -> np.ndarray:
    """Thickens or thins strokes outside MNIST's range; expects ink at `WORK` scale."""
    ink = _stretch(ink)
    scale = WORK / BOX
    width = stroke_width(ink) / scale
    thinnest, thickest = STROKE_RANGE
    if width == 0 or thinnest <= width <= thickest:
        return ink
    if width < thinnest:
        radius = max(1, round((thinnest - width) * scale / 2))
        ink = cv2.copyMakeBorder(ink, radius, radius, radius, radius, cv2.BORDER_CONSTANT)
        return cv2.dilate(ink, _disc(radius))
    # Thinning by half of the excess: eroding all of it would cut the joints of uneven strokes.
    radius = round((width - thickest) * scale / 4)
    return cv2.erode(ink, _disc(radius)) if radius else ink


def _disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _stretch(ink: np.ndarray) -> np.ndarray:
    """Scales the grey levels so that the strongest ink is 255."""
    peak = int(ink.max())
    return ink if peak in (0, 255) else cv2.convertScaleAbs(ink, alpha=255.0 / peak)


def _centre(ink: np.ndarray) -> np.ndarray:
    """Places a small image in 28×28 so that its centre of mass is in the middle, whole pixels."""
    height, width = ink.shape
    moments = cv2.moments(ink)
    frame = np.zeros((SIDE, SIDE), np.uint8)
    left = round(CENTRE - moments["m10"] / moments["m00"])
    top = round(CENTRE - moments["m01"] / moments["m00"])
    left, top = np.clip((left, top), 0, (SIDE - width, SIDE - height))
    frame[top : top + height, left : left + width] = ink
    return frame
