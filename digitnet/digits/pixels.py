"""Pixels in the ranges and polarities that people have them in become 0 = background, 255 = ink.

A set is looked at as a whole, so that its parts are converted alike:

    range      of the lowest and the highest pixel of all parts
      0 to 255   kept as they are, also where they reach to 240 only: nothing is stretched that was
                 meant as bytes. From 128 on that is believed, below 200 with a note
      0 to 1     times 255: floats, Booleans, and integers that are 0 or 1
      -1 to 1    plus 1, times 127.5
      0 to 16    four bits, times 255 / 15, or 255 / 16 where 16 occurs, as in UCI's digits
    polarity   black on white, where three quarters of the images have a light border that the rest
               of the image is darker than: inverted. MNIST's borders are black
"""

import dataclasses
import sys
from collections.abc import Mapping

import numpy as np

from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SIDE_PX

ROUNDING = 1e-3  # of floats that were divided and multiplied
LEAST_UNIT = 0.5  # floats that stay below it were divided twice, or by something else
LEAST_FOUR_BITS, LEAST_BYTES = 8, 128
CLEARLY_BYTES = 200  # MNIST's own, faintly printed or rounded, stay above it
LIGHT_SHARE = 0.75  # of the images, for a set to be black on white; below a quarter it is not
FEWEST_IMAGES = 10  # of a part that has a polarity of its own

KNOWN = "0..255 (0 = background, 255 = ink), 0..1, -1..1, 0..15 and 0..16"


@dataclasses.dataclass(frozen=True)
class _Range:
    """A range by its name, and the values in it that become 0 and 255."""

    name: str
    low: float
    high: float


BYTES = _Range("0..255", 0, 255)


def to_ink(
    name: str, parts: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Converts the images of a set, and says on stderr what was found where they were converted.

    Args:
        name: Of the set, for sentences.
        parts: Images by the name of the part, numbers `(N, 28, 28, 1)`; some may be empty.

    Returns:
        The images by part, uint8, 0 = background, 255 = ink; and what was done to them, for the
        record: `pixels` and `polarity`, each only where it changed anything.

    Raises:
        UserError: If pixels are NaN or infinite, lie in no known range, or the parts differ.
    """
    found = _common_range(name, parts)
    converted = {part: _scaled(images, found) for part, images in parts.items()}
    done = {} if found == BYTES else {"pixels": f"{found.name}, brought to 0..255"}
    if _is_black_on_white(name, converted):
        converted = {part: 255 - images for part, images in converted.items()}
        done["polarity"] = "black on white, inverted"
    if done:
        _note(f"{name}: the images are {'; '.join(done.values())} (0 = background, 255 = ink).")
    return converted, done


def _common_range(name: str, parts: Mapping[str, np.ndarray]) -> _Range:
    extremes = {part: _extremes(name, part, one) for part, one in parts.items() if one.size}
    # A part of black images says nothing of its range.
    extremes = {part: pair for part, pair in extremes.items() if pair != (0, 0)}
    if not extremes:
        if any(images.size for images in parts.values()):
            _note(f"{name}: every pixel is 0; there is no ink in these images.")
        return BYTES
    low = min(pair[0] for pair in extremes.values())
    high = max(pair[1] for pair in extremes.values())
    found = _range_of(low, high)
    if found is None:
        twice = low >= 0 and high < LEAST_UNIT
        raise UserError(
            f"{name}: the images reach from {low:.4g} to {high:.4g}, and digitnet reads {KNOWN}; "
            + ("they look divided twice, " if twice else "")
            + "give them as uint8 from 0 to 255, not standardised."
        )
    others = {part: _range_of(*pair) for part, pair in extremes.items()}
    if any(other is not None and other.name != found.name for other in others.values()):
        told = " and ".join(
            f"the {part} images from {pair[0]:.4g} to {pair[1]:.4g}"
            for part, pair in extremes.items()
        )
        raise UserError(f"{name}: {told} are in different ranges; give both parts in the same one.")
    if found == BYTES and high < CLEARLY_BYTES:
        _note(f"{name}: the images reach to {high:g} only, taken as they are (255 = ink).")
    return found


def _extremes(name: str, part: str, images: np.ndarray) -> tuple[float, float]:
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        raise UserError(f"{name}: the {part} images hold NaN or infinite pixels; mend them first.")
    return low, high


def _range_of(low: float, high: float) -> _Range | None:
    """The range that these extremes belong to, or None."""
    if -1 - ROUNDING <= low <= -1 + ROUNDING and LEAST_UNIT <= high <= 1 + ROUNDING:
        return _Range("-1..1", -1, 1)
    if low < -ROUNDING:
        return None
    if LEAST_UNIT <= high <= 1 + ROUNDING:
        return _Range("0..1", 0, 1)
    if LEAST_FOUR_BITS <= high <= 16:
        return _Range("four bits", 0, 15 if high <= 15 else 16)
    if LEAST_BYTES <= high <= 255 + ROUNDING:
        return BYTES
    return None


def _scaled(images: np.ndarray, found: _Range) -> np.ndarray:
    if images.dtype == np.uint8 and found == BYTES:
        return images
    factor = np.float32(255 / (found.high - found.low))
    values = (images.astype(np.float32) - np.float32(found.low)) * factor
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _is_black_on_white(name: str, parts: Mapping[str, np.ndarray]) -> bool:
    light = {part: _has_light_border(images) for part, images in parts.items()}
    every = np.concatenate(list(light.values()))
    if not len(every):
        return False
    shares = [one.mean() for one in light.values() if len(one) >= FEWEST_IMAGES]
    if shares and min(shares) < 1 - LIGHT_SHARE and max(shares) > LIGHT_SHARE:
        raise UserError(
            f"{name}: one part is black on white and the other white on black "
            f"(images with a light border: "
            + ", ".join(f"{one.sum()} of {len(one)} {part}" for part, one in light.items())
            + "); give both with 0 = background, 255 = ink."
        )
    share = every.mean()
    if 1 - LIGHT_SHARE <= share < LIGHT_SHARE:
        _note(
            f"{name}: {every.sum()} of {len(every)} images are black on white, the others are not; "
            "all are taken as they are, though 0 = background and 255 = ink is what is read."
        )
    return bool(share >= LIGHT_SHARE)


def _has_light_border(images: np.ndarray) -> np.ndarray:
    """Bool `(N,)`: whether the outermost pixels are light, and the image darker than they are."""
    ring = np.ones((IMAGE_SIDE_PX, IMAGE_SIDE_PX), bool)
    ring[1:-1, 1:-1] = False
    border = images[:, ring].mean(axis=(1, 2))
    return (border >= LEAST_BYTES) & (images.mean(axis=(1, 2, 3)) <= border)


def _note(sentence: str) -> None:
    print(f"NOTE: {sentence}", file=sys.stderr, flush=True)
