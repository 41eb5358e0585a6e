"""Training pictures for a network that gets pictures as they are, without the camera's normaliser.

Document analysis calls it degradation: whatever happens between a pen and the pixels. Each kind is
drawn in general terms and strengths; none was made after a published set of corruptions, nor after
the one by which networks are chosen here (`benchmarks.corruptions`).
"""

import numpy as np

from digitnet.drawn import degraded_camera, degraded_ink, degraded_light
from digitnet.drawn.deformation import USUAL, WIDE, deformed
from digitnet.drawn.sheets import Sheets

GROUP = 500  # pictures at a time: what they need stays in the processor's cache
# Streams of draws: of an epoch's digits, of its pictures, of what is held out or calibrated with.
DIGITS_STREAM, PICTURES_STREAM, OTHERS_STREAM = 0xD16, 0xD26, 0xD36
AS_IT_IS = 1 / 8  # of the digits are neither deformed nor resampled

# Share of the degraded pictures that each befalls, in the order in which it does: about two each.
KINDS = (
    (0.20, degraded_ink.other_pen),
    (0.18, degraded_ink.other_strokes),
    (0.10, degraded_ink.blots),
    (0.08, degraded_ink.wiped),
    (0.25, degraded_light.gain_and_offset),
    (0.10, degraded_light.inverted),
    (0.08, degraded_light.gradient),
    (0.14, degraded_light.clouds),
    (0.14, degraded_light.bands),
    (0.20, degraded_camera.blurred),
    (0.30, degraded_camera.noise),
)
WIDELY = 0.3  # share of the degraded pictures that are deformed further than handwriting is


class Degradation:
    """Degrades a share of the pictures it is given, each in a way of its own.

    What happens to a picture depends on the seed, the key that comes with the pictures, and its
    place among them.

    Args:
        seed: Decides the sheets that noise and other ink are cut from, and every draw.
        share: Of the pictures; the others stay clean.
    """

    def __init__(self, seed: int, share: float) -> None:
        self.seed, self.share = seed, share
        self.sheets = Sheets(seed)

    def digits(self, images: np.ndarray, *key: int) -> np.ndarray:
        """Deforms digits as handwriting varies, but for one in eight: one resampling.

        Args:
            images: uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink.
            key: Numbers that stand for these draws, an epoch's for one.

        Returns:
            uint8 of the same shape.
        """
        result = images.copy()
        for start, rng in self._groups(len(images), *key):
            part = result[start : start + GROUP, :, :, 0]
            moved = np.flatnonzero(rng.random(len(part)) >= AS_IT_IS)
            part[moved] = np.rint(deformed(part[moved], USUAL, rng, self.sheets))
        return result

    def pictures(self, images: np.ndarray, *key: int, share: float | None = None) -> np.ndarray:
        """Degrades a share of pictures, this one or the usual; else as `digits`."""
        share = self.share if share is None else share
        result = images.copy()
        for start, rng in self._groups(len(images), *key):
            part = result[start : start + GROUP, :, :, 0]
            chosen = np.flatnonzero(rng.random(len(part)) < share)
            worse = _degraded(part[chosen].astype(np.float32) / 255, rng, self.sheets)
            part[chosen] = np.rint(np.clip(worse, 0, 1) * 255)
        return result

    def _groups(self, count: int, *key: int) -> list[tuple[int, np.random.Generator]]:
        """The first place of each group, and its draws."""
        return [
            (start, np.random.default_rng([self.seed, *key, start]))
            for start in range(0, count, GROUP)
        ]


def _degraded(pictures: np.ndarray, rng: np.random.Generator, sheets: Sheets) -> np.ndarray:
    """Takes and returns float32 `(N, 28, 28)`, 0 = background, 1 = ink, not yet clipped."""
    chosen = np.flatnonzero(rng.random(len(pictures)) < WIDELY)
    pictures[chosen] = deformed(pictures[chosen], WIDE, rng, sheets)
    for share, befall in KINDS:
        chosen = np.flatnonzero(rng.random(len(pictures)) < share)
        if len(chosen):
            pictures[chosen] = befall(pictures[chosen], rng, sheets)
    return pictures
