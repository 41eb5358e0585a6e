"""One's own digits beside a large data set: training on both, judged on one's own."""

import dataclasses
import math

import numpy as np

from digitnet.digits.datasets import Digits

# Of the training images. Two hundred of one's own among MNIST's 60,000 would hardly be seen; shown
# as often as this they count, and augmentation makes every showing another picture.
OWN_SHARE = 0.2


def mix(own: Digits, other: Digits) -> Digits:
    """Adds the training images of another data set to one's own.

    Own training images are repeated until they are at least a fifth of all. Validation and test
    images stay one's own, so that every score is about the digits that are to be read.

    Args:
        own: The digits that matter.
        other: Only its training images are used.

    Returns:
        Digits under the name of `own`; `origin["mixed_with"]` tells of the others.
    """
    enough = OWN_SHARE / (1 - OWN_SHARE) * len(other.y_train)
    repeats = max(1, math.ceil(enough / max(1, len(own.y_train))))
    return dataclasses.replace(
        own,
        x_train=np.concatenate([np.tile(own.x_train, (repeats, 1, 1, 1)), other.x_train]),
        y_train=np.concatenate([np.tile(own.y_train, repeats), other.y_train]),
        origin={
            **own.origin,
            "mixed_with": {
                "dataset": other.name,
                "train_count": len(other.y_train),
                "own_train_count": len(own.y_train),
                "own_repeats": repeats,
                "source": other.origin,
            },
        },
    )
