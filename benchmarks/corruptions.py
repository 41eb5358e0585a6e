"""What befalls pictures of digits before a network sees them: 14 kinds, each of five severities.

Made for choosing between networks that get pictures as they are, without the camera's normaliser.
Nothing here was fitted to a published set, and nothing in training may use it.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

SEVERITIES = (1, 2, 3, 4, 5)
SIDE = 28

# From float32 [28, 28], 0 = background and 255 = ink, to the same; the strength is the kind's own.
Corruption = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def corrupted(images: np.ndarray, kind: str, severity: int, seed: int = 0) -> np.ndarray:
    """Corrupts images, each in a way of its own.

    Args:
        images: uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink.
        kind: One of `KINDS`.
        severity: 1 to 5.
        seed: The same seed gives the same images.

    Returns:
        uint8 of the same shape.
    """
    corrupt, strengths = KINDS[kind]
    strength = strengths[SEVERITIES.index(severity)]
    random = np.random.default_rng((seed, list(KINDS).index(kind), severity))
    result = np.empty_like(images)
    for place, image in enumerate(images):
        changed = corrupt(image[..., 0].astype(np.float32), strength, random)
        result[place, ..., 0] = np.clip(np.round(changed), 0, 255)
    return result


def _noise(image: np.ndarray, deviation: float, random: np.random.Generator) -> np.ndarray:
    return image + random.normal(0, deviation, image.shape)


def _impulse(image: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    struck = random.random(image.shape) < share
    return np.where(struck, 255 * random.integers(0, 2, image.shape), image)


def _blur(image: np.ndarray, sigma: float, random: np.random.Generator) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))


def _brightness(image: np.ndarray, offset: float, random: np.random.Generator) -> np.ndarray:
    return image + offset


def _contrast(image: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    return 128 + share * (image - 128)


def _fog(image: np.ndarray, density: float, random: np.random.Generator) -> np.ndarray:
    clouds = np.zeros(image.shape, np.float32)
    for cells, weight in ((3, 1.0), (6, 0.6), (12, 0.3)):
        grid = random.random((cells, cells)).astype(np.float32)
        clouds += weight * cv2.resize(grid, image.shape[::-1], interpolation=cv2.INTER_CUBIC)
    clouds = (clouds - clouds.min()) / (np.ptp(clouds) + 1e-6)
    veil = density * (0.4 + 0.6 * clouds)
    return image * (1 - veil) + 255 * veil


def _stripes(image: np.ndarray, height: float, random: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    angle, phase = random.uniform(0, np.pi), random.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    wave = np.sin(2 * np.pi * along / random.uniform(4, 9) + phase)
    return image + height * (0.5 + 0.5 * wave)


def _lines(image: np.ndarray, count: float, random: np.random.Generator) -> np.ndarray:
    result = image.copy()
    for _ in range(int(count)):
        edge = random.integers(0, SIDE, 4)
        ends = [(0, int(edge[0])), (SIDE - 1, int(edge[1]))]
        if random.random() < 0.5:
            ends = [(int(edge[2]), 0), (int(edge[3]), SIDE - 1)]
        cv2.line(result, ends[0], ends[1], (230.0,), 1, cv2.LINE_AA)
    return result


def _occlusion(image: np.ndarray, side: float, random: np.random.Generator) -> np.ndarray:
    result, side = image.copy(), int(side)
    y, x = random.integers(4, SIDE - 4 - side + 1, 2)
    result[y : y + side, x : x + side] = random.choice([0, 128, 255])
    return result


def _shift(image: np.ndarray, pixels: float, random: np.random.Generator) -> np.ndarray:
    angle = random.uniform(0, 2 * np.pi)
    return _affine(image, np.eye(2), pixels * np.array([np.cos(angle), np.sin(angle)]))


def _rotate(image: np.ndarray, degrees: float, random: np.random.Generator) -> np.ndarray:
    angle = np.radians(degrees) * random.choice([-1, 1])
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return _affine(image, np.array(turn))


def _scale(image: np.ndarray, change: float, random: np.random.Generator) -> np.ndarray:
    # Digits fill 20 of 28 pixels: larger than 1.4 times they would be cut.
    larger = random.random() < 0.5
    return _affine(image, np.eye(2) * (1 + 0.4 * change if larger else 1 / (1 + 1.2 * change)))


def _shear(image: np.ndarray, slant: float, random: np.random.Generator) -> np.ndarray:
    return _affine(image, np.array([[1, slant * random.choice([-1, 1])], [0, 1]]))


def _inversion(image: np.ndarray, depth: float, random: np.random.Generator) -> np.ndarray:
    return 255 - depth * image


def _affine(image: np.ndarray, matrix: np.ndarray, offset: Sequence[float] = (0, 0)) -> np.ndarray:
    middle = np.array([SIDE - 1, SIDE - 1]) / 2
    whole = np.column_stack([matrix, middle - matrix @ middle + np.asarray(offset)])
    return np.asarray(cv2.warpAffine(image, whole, (SIDE, SIDE), flags=cv2.INTER_LINEAR))


# Kind: (corruption, its strength at each severity).
KINDS: dict[str, tuple[Corruption, tuple[float, ...]]] = {
    "noise": (_noise, (20, 40, 60, 85, 110)),  # standard deviation, grey levels
    "impulse": (_impulse, (0.03, 0.07, 0.12, 0.18, 0.25)),  # share of the pixels
    "blur": (_blur, (0.7, 1.0, 1.3, 1.7, 2.1)),  # pixels
    "brightness": (_brightness, (30, 60, 90, 125, 160)),  # grey levels
    "contrast": (_contrast, (0.7, 0.5, 0.35, 0.22, 0.12)),  # of what there was
    "fog": (_fog, (0.25, 0.4, 0.55, 0.68, 0.8)),  # where it is densest
    "stripes": (_stripes, (40, 75, 110, 145, 180)),  # grey levels
    "lines": (_lines, (1, 2, 3, 4, 6)),
    "occlusion": (_occlusion, (4, 6, 8, 9, 11)),  # pixels a side
    "shift": (_shift, (1, 2, 3, 4, 5)),  # pixels
    "rotate": (_rotate, (8, 15, 22, 29, 36)),  # degrees
    "scale": (_scale, (0.2, 0.4, 0.6, 0.8, 1.0)),
    "shear": (_shear, (0.15, 0.3, 0.45, 0.6, 0.75)),
    "inversion": (_inversion, (1.0, 0.8, 0.6, 0.45, 0.3)),  # depth of the ink, on white
}
