"""What each epoch shows, decided by seed and epoch number alone.

A resumed run sees what an unbroken one would have seen, without any state to keep.
"""

import numpy as np


class Shuffled:
    """Images and labels, every epoch in an order of its own.

    Args:
        images: uint8 `(N, 28, 28, 1)`.
        labels: int64 `(N,)`.
        seed: Decides every order.

    Attributes:
        fixed: Images and labels as they were given: every epoch shows these.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, seed: int) -> None:
        self.images, self.labels, self.seed = images, labels, seed
        self.epoch_size = len(labels)
        self.fixed = images, labels

    def order(self, number: int) -> np.ndarray:
        """Which image comes when in an epoch."""
        return np.random.default_rng([self.seed, number]).permutation(self.epoch_size)

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of one epoch (its number from 0), in its order."""
        order = self.order(number)
        return self.images[order], self.labels[order]
