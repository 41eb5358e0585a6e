"""Which images set the ranges of an int8 file: training images, drawn by a seed, on record."""

import hashlib
from typing import Any

import numpy as np

from edge_demo.contract import UserError

IMAGES = 500
SEED = 0


def check(count: int, seed: int) -> None:
    """Raises UserError where fewer than one image is asked for, or the seed is negative."""
    if count < 1:
        raise UserError(
            f"int8 needs at least one calibration image and {count} were asked for; give "
            "--calibration-images a positive number."
        )
    if seed < 0:
        raise UserError(f"--seed takes 0 or more. Received: {seed}")


def draw(
    images: np.ndarray, count: int = IMAGES, seed: int = SEED
) -> tuple[np.ndarray, dict[str, Any]]:
    """Draws calibration images without replacement.

    The input's scale is exactly 1 where black and full ink are among the pixels. Where the images
    reach less far (digits scanned up to 240), one more is added, black with a pixel of full ink in
    its corner: it sets the ends of the input and of nothing that is computed from it.

    Args:
        images: training images, uint8 `(N, 28, 28, 1)`. Never validation or test images.
        count: how many; all of them where there are fewer.
        seed: of the draw.

    Returns:
        (uint8 `(count, 28, 28, 1)`, or one more; record for the report: count, seed, sha256 of the
        pixels, and whether the one was added).

    Raises:
        UserError: there are no images, or none is asked for.

    Example:
        >>> images = np.tile(np.uint8([0, 255]), (9, 28, 14))[..., None]
        >>> drawn, record = draw(images, count=4)
        >>> drawn.shape, record["images"], record["seed"]
        ((4, 28, 28, 1), 4, 0)
    """
    check(count, seed)
    if len(images) == 0:
        raise UserError("int8 needs calibration images, and the training set holds none.")
    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[:count])
    drawn = np.ascontiguousarray(images[chosen])
    reaches_both_ends = drawn.min() == 0 and drawn.max() == 255
    if not reaches_both_ends:
        ends = np.zeros_like(drawn[:1])
        ends[0, 0, 0] = 255
        drawn = np.concatenate([drawn, ends])
    return drawn, {
        "images": len(chosen),
        "of": "training images",
        "seed": seed,
        "pixels_sha256": hashlib.sha256(drawn.tobytes()).hexdigest(),
        "ends_added": not reaches_both_ends,
    }
