"""What a pen, a sheet of paper and a camera do to ink before the normaliser sees it.

Pictures are float32 `(N, S, S)`, 0 = background, 1 = ink. Draws are vectorised in NumPy; what
OpenCV does to a picture it does to one at a time, and is quicker at it.
"""

import cv2
import numpy as np

CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def photograph(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grain, residue of the page, blur, noise and the finder's threshold, each in a share.

    Takes and returns float32 `(N, S, S)`, 0 = background, 1 = ink; `rng` is NumPy's Generator.
    """
    count, side = len(ink), ink.shape[1]
    ink = np.where(_share(rng, count, 0.2), ink * _grain(count, side, rng), ink)
    ink = np.where(_share(rng, count, 0.12), np.maximum(ink, _residue(count, side, rng)), ink)
    ink = _blurred(ink, rng)
    noise = rng.standard_normal(ink.shape, dtype=np.float32)
    ink = ink + np.where(_share(rng, count, 0.5), 0.09 * rng.random((count, 1, 1)), 0) * noise
    # The finder takes a floor away and stretches what is left.
    ink /= np.maximum(ink.max(axis=(1, 2), keepdims=True), 0.05)
    floor = np.where(_share(rng, count, 0.6), rng.uniform(0.05, 0.35, (count, 1, 1)), 0.02)
    ink = np.clip((ink - floor) / (rng.uniform(0.75, 1, (count, 1, 1)) - floor), 0, 1)
    return np.where(_share(rng, count, 0.15), ink > 0.4, ink).astype(np.float32)


def warp(
    images: np.ndarray,
    rng: np.random.Generator,
    side: int,
    *,
    zoom: float,
    freedom: float = 1.0,
) -> np.ndarray:
    """Turns, slants, stretches and enlarges pictures in one bilinear resampling.

    Args:
        images: uint8 or float `(N, H, H)`.
        rng: Draws rotations in ±12°, slants in ±0.25, scales in 1 ± 0.12 and shifts in ±2 pixels
            of the source.
        side: Side of the result in pixels.
        zoom: Pixels of the result per pixel of the source.
        freedom: Scales all draws; 0 only enlarges.

    Returns:
        float32 `(N, side, side)`, in the range of the input.
    """
    count, height = images.shape[:2]
    draws = rng.uniform(-freedom, freedom, (6, count)).astype(np.float32)
    angle, shear = np.radians(12) * draws[0], 0.25 * draws[1]
    scale_x, scale_y = (1 + 0.12 * draws[2]) / zoom, (1 + 0.12 * draws[3]) / zoom
    cosine, sine = np.cos(angle), np.sin(angle)
    a, b = cosine * scale_x, (cosine * shear - sine) * scale_y
    c, d = sine * scale_x, (sine * shear + cosine) * scale_y
    # Middle goes to middle, and from there by the shift.
    here, there = (side - 1) / 2, (height - 1) / 2 + 2 * draws[4:]
    rows = [(a, b, there[0] - here * (a + b)), (c, d, there[1] - here * (c + d))]
    matrices = np.moveaxis(np.array(rows), 2, 0)
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = np.empty((count, side, side), np.float32)
    for image, matrix, result in zip(images.astype(np.float32), matrices, warped, strict=True):
        cv2.warpAffine(image, matrix, (side, side), result, way)
    return warped


def change_pen(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Thickens a third of the pictures, by a pixel or two, and thins a sixth by one.

    Changes and returns `ink`, float32 `(N, S, S)`, 0 = background, 1 = ink.
    """
    for picture, choice in zip(ink, rng.integers(0, 6, len(ink)), strict=True):
        if choice < 2:
            cv2.dilate(picture, CROSS, picture, iterations=1 + choice)
        elif choice == 2:
            cv2.erode(picture, CROSS, picture)
    return ink


def shrink(ink: np.ndarray, side: int) -> np.ndarray:
    """A picture `(S, S)` at `side` pixels a side, each the mean of the area it covers."""
    return cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA)


def _share(rng: np.random.Generator, count: int, share: float) -> np.ndarray:
    return (rng.random(count) < share)[:, None, None]


def _grain(count: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Pencil on paper: ink that comes and goes over about two pixels."""
    coarse = rng.uniform(0, 1.3, (count, side // 2 + 1, side // 2 + 1)).astype(np.float32)
    fine = np.repeat(np.repeat(coarse, 2, axis=1), 2, axis=2)[:, :side, :side]
    depth = rng.uniform(0.3, 0.85, (count, 1, 1)).astype(np.float32)
    return np.clip(1 - depth + depth * fine, 0, 1)


def _residue(count: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """A faint ruled line across the picture, or specks."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    strength = rng.uniform(0.15, 0.6, (count, 1, 1)).astype(np.float32)
    place = rng.uniform(0.05, 0.95, (count, 1, 1)) * side
    tilt = rng.uniform(-0.08, 0.08, (count, 1, 1))
    upright = rng.random((count, 1, 1)) < 0.4
    across, along = np.where(upright, x, y), np.where(upright, y, x)
    line = np.clip(1.2 - np.abs(across - place - tilt * along), 0, 1) * strength
    centre_x, centre_y = rng.uniform(0, side, (2, count, 1, 1))
    speck = np.clip(
        rng.uniform(0.8, 2.2, (count, 1, 1)) - np.hypot(x - centre_x, y - centre_y), 0, 1
    )
    return np.where(rng.random((count, 1, 1)) < 0.55, line, speck * (0.4 + strength))


def _blurred(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blurs three fifths of the pictures by 0.3 to 1.6 pixels (standard deviation)."""
    result = ink.astype(np.float32)
    for picture, deviation in zip(result, rng.uniform(-0.6, 1.6, len(ink)), strict=True):
        if deviation > 0.3:
            cv2.GaussianBlur(picture, (9, 9), deviation, picture, borderType=cv2.BORDER_CONSTANT)
    return result
