"""What befalls the light: how bright, how even, how much of it the ink takes, and which is darker.

Pictures are float32 `(N, 28, 28)`, 0 = background, 1 = ink, each changed in a way of its own.
"""

import numpy as np

from digitnet.drawn.sheets import Sheets


def gain_and_offset(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Pale ink, and a background that is not black."""
    gain = np.exp(_draw(rng, pictures, np.log(0.12), np.log(1.3)))
    return pictures * gain + _draw(rng, pictures, -0.1, 0.75)


def inverted(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Dark ink on light paper."""
    return 1 - pictures


def gradient(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Light that falls off to one side."""
    ramp = _along(rng, pictures) / pictures.shape[1]  # -0.7..0.7
    return pictures + ramp * _draw(rng, pictures, 0.1, 0.9) + _draw(rng, pictures, 0, 0.4)


def clouds(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """A soft veil that hides the ink as it covers it, mostly light."""
    veil = sheets.windows("clouds", len(pictures), rng) * _draw(rng, pictures, 0.2, 1.2)
    veil = np.minimum(veil + _draw(rng, pictures, 0, 0.35), 0.9)
    return pictures + veil * (np.clip(_draw(rng, pictures, 0, 1.6), 0, 1) - pictures)


def bands(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """One band or many, with hard edges or soft ones, that are lighter, darker, or turned over."""
    along = _along(rng, pictures) + _draw(rng, pictures, -10, 10)
    period = np.exp(_draw(rng, pictures, np.log(3.5), np.log(56)))
    sharp = np.exp(_draw(rng, pictures, np.log(1), np.log(12)))
    wave = np.sin(2 * np.pi / period * along) + _draw(rng, pictures, -0.6, 0.6)
    inside = np.clip(0.5 + 0.5 * sharp * wave, 0, 1)
    lighter = _draw(rng, pictures, -0.4, 0.8)
    turned = rng.random((len(pictures), 1, 1)) < 0.4
    return pictures + inside * np.where(turned, 1 - 2 * pictures, lighter)


def _draw(rng: np.random.Generator, pictures: np.ndarray, low: float, high: float) -> np.ndarray:
    return rng.uniform(low, high, (len(pictures), 1, 1)).astype(np.float32)


def _along(rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
    """How far a pixel lies from the middle in a direction, in pixels; half of them upright."""
    count, side = pictures.shape[:2]
    angle = rng.uniform(0, 2 * np.pi, count)
    angle = np.where(rng.random(count) < 0.5, np.round(angle * 2 / np.pi) * np.pi / 2, angle)
    line = np.arange(side, dtype=np.float32) - (side - 1) / 2
    cosine, sine = (part(angle).astype(np.float32)[:, None, None] for part in (np.cos, np.sin))
    return cosine * line[None, None, :] + sine * line[None, :, None]
