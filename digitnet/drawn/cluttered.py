"""MNIST's digits laid on clutter: uneven papers, pieces of other digits, lines, noise."""

import cv2
import numpy as np

INK = 255
NEAREST = 0.625  # of the picture's side: how far a piece is pushed out of the middle, at least


def cluttered_digits(images: np.ndarray, seed: int) -> np.ndarray:
    """Lays digits on drawn clutter, which leaves their own ink as it is.

    Args:
        images: uint8 [N, 28, 28, 1], 0 = background, 255 = ink. Pieces of these lie around each.
        seed: Decides everything; digit i of the same array gets the same clutter every time.

    Returns:
        uint8 [N, 28, 28, 1].
    """
    result = np.empty_like(images)
    count, height, width = images.shape[:3]
    for number, image in enumerate(images[..., 0]):
        random = np.random.default_rng((seed, number))
        ground = _paper(height, width, random)
        for _ in range(int(random.integers(1, 4))):
            other = images[int(random.integers(count)), :, :, 0]
            np.maximum(ground, _piece(other, random), out=ground)
        if random.random() < 0.4:
            np.maximum(ground, _line(height, width, random), out=ground)
        noise = random.normal(0, random.uniform(0, 18), (height, width))
        page = np.maximum(ground * random.uniform(0.3, 1), image.astype(np.float32)) + noise
        result[number, :, :, 0] = np.clip(page, 0, INK).astype(np.uint8)
    return result


def _paper(height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """Uneven grey, float32 [height, width]: the light, or the paper's own spots."""
    small = random.uniform(0, 1, (int(random.integers(2, 6)),) * 2).astype(np.float32)
    field = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(field) * np.float32(random.uniform(0, 110)), 0, INK)


def _piece(other: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Another digit, pushed so far to a side that only a part of it is left in the picture."""
    height, width = other.shape
    angle, turn = random.uniform(0, 2 * np.pi), random.normal(0, 20)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, random.uniform(0.8, 1.2))
    reach = random.uniform(NEAREST, 0.95) * max(height, width)
    matrix = matrix + np.array([(0, 0, reach * np.cos(angle)), (0, 0, reach * np.sin(angle))])
    moved = cv2.warpAffine(other, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(moved).astype(np.float32)


def _line(height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """A ruled line through the picture."""
    canvas = np.zeros((height, width), np.uint8)
    start, end = random.integers(0, height, 2).tolist()
    strength = int(random.uniform(60, INK))
    cv2.line(canvas, (-2, start), (width + 2, end), (strength,), 1, cv2.LINE_AA)
    if random.random() < 0.5:
        canvas = np.ascontiguousarray(canvas.T) if height == width else canvas
    return canvas.astype(np.float32)
