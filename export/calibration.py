"""Which images set the ranges of an int8 file: training images, drawn by a seed, on record."""

import hashlib

import numpy as np

from edge_demo.contract import UserError

IMAGES = 500
SEED = 0


def check_count(count):
    """Raises UserError where fewer than one calibration image is asked for."""
    if count < 1:
        raise UserError(
            f"int8 needs at least one calibration image and {count} were asked for; give "
            "--calibration-images a positive number."
        )


def draw(images, count=IMAGES, seed=SEED):
    """Draws calibration images without replacement.

    Args:
        images: training images, uint8 `(N, 28, 28, 1)`. Never validation or test images.
        count: how many; all of them where there are fewer.
        seed: of the draw.

    Returns:
        (uint8 `(count, 28, 28, 1)`, record for the report: count, seed, sha256 of the pixels).

    Raises:
        UserError: there are no images, or none is asked for.

    Example:
        >>> images = np.tile(np.uint8([0, 255]), (9, 28, 14))[..., None]
        >>> drawn, record = draw(images, count=4)
        >>> drawn.shape, record["images"], record["seed"]
        ((4, 28, 28, 1), 4, 0)
    """
    check_count(count)
    if len(images) == 0:
        raise UserError("int8 needs calibration images, and the training set holds none.")
    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[:count])
    drawn = np.ascontiguousarray(images[chosen])
    # Ranges are exact at both ends only where black and full ink are among the pixels.
    if drawn.min() != 0 or drawn.max() != 255:
        raise UserError(
            f"The {len(drawn)} calibration images reach from {drawn.min()} to {drawn.max()} where "
            "images of ink on a background reach from 0 to 255; calibrate with more images."
        )
    return drawn, {
        "images": len(drawn),
        "of": "training images",
        "seed": seed,
        "pixels_sha256": hashlib.sha256(drawn.tobytes()).hexdigest(),
    }
