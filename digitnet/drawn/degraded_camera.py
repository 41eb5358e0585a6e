"""What befalls a picture in the camera: blur, round or along a line, and noise of several kinds.

Pictures are float32 `(N, 28, 28)`, 0 = background, 1 = ink, each changed in a way of its own.
"""

import cv2
import numpy as np

from digitnet.drawn.sheets import Sheets

RADIUS = 4  # of a blur, in pixels
ALIKE = 6  # pictures that share a blur


def blurred(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """A lens out of focus, and a hand that moves; a few pictures share one."""
    result = np.empty_like(pictures)
    size = pictures.shape[1] + 2 * RADIUS
    for start in range(0, len(pictures), ALIKE):
        some = pictures[start : start + ALIKE]
        frame = ((0, 0), (RADIUS, RADIUS), (RADIUS, RADIUS))
        strip = np.pad(some, frame, mode="edge").reshape(-1, size)
        strip = np.asarray(cv2.filter2D(strip, -1, _spread(rng))).reshape(-1, size, size)
        result[start : start + ALIKE] = strip[:, RADIUS:-RADIUS, RADIUS:-RADIUS]
    return result


def _spread(rng: np.random.Generator) -> np.ndarray:
    """What becomes of one bright point: a line of 0 to 8 pixels, out of focus; its sum is 1."""
    angle, sigma = rng.uniform(0, np.pi), rng.uniform(0.35, 1.7)
    length = max(0.0, rng.uniform(-6, 8))
    if length > 4:
        sigma *= 0.5
    offsets = np.arange(-RADIUS, RADIUS + 1, dtype=np.float32)
    along = np.linspace(-length / 2, length / 2, 17)
    x = np.exp(-((offsets[:, None] - along * np.cos(angle)) ** 2) / (2 * sigma**2))
    y = np.exp(-((offsets[:, None] - along * np.sin(angle)) ** 2) / (2 * sigma**2))
    kernel = y @ x.T
    return kernel / kernel.sum()


def noise(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Of one kind a picture: even, stronger where it is bright, coarse, or single wrong pixels."""
    result = np.empty_like(pictures)
    kinds = rng.integers(0, 5, len(pictures))
    for kind in np.unique(kinds):
        chosen = np.flatnonzero(kinds == kind)
        result[chosen] = _NOISES[kind](pictures[chosen], rng, sheets)
    return result


def _even(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    return pictures + _amount(rng, pictures, 0.45) * sheets.windows("white", len(pictures), rng)


def _of_light(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """As few photons have it: the deviation grows as the root of the light, or as the light."""
    light = np.clip(pictures, 0, 1)
    strength = np.where(rng.random((len(pictures), 1, 1)) < 0.5, np.sqrt(light), light)
    grains = sheets.windows("white", len(pictures), rng)
    return pictures + _amount(rng, pictures, 0.7) * strength * grains


def _coarse(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    return pictures + _amount(rng, pictures, 0.35) * sheets.windows("fine", len(pictures), rng)


def _wrong_pixels(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Light ones, dark ones, or both."""
    chance = sheets.windows("uniform", len(pictures), rng)
    light, dark = _amount(rng, pictures, 0.22), _amount(rng, pictures, 0.22)
    pictures = np.where(chance < light, np.float32(1), pictures)
    return np.where(chance > 1 - dark, np.float32(0), pictures)


def _amount(rng: np.random.Generator, pictures: np.ndarray, most: float) -> np.ndarray:
    return rng.uniform(0, most, (len(pictures), 1, 1)).astype(np.float32)


_NOISES = (_even, _of_light, _coarse, _wrong_pixels, _wrong_pixels)
