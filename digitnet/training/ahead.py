"""The next epoch's pictures, made beside the training on this one's."""

import concurrent.futures
from collections.abc import Callable

import numpy as np

Epoch = tuple[np.ndarray, np.ndarray]


class Ahead:
    """Calls a function with 0, 1, 2, … and has the next answer made in a thread of its own.

    Args:
        make: From an epoch's number to its images and labels; equal numbers give equal epochs.
    """

    def __init__(self, make: Callable[[int], Epoch]) -> None:
        self._make = make
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "next-epoch")
        self._next: tuple[int, concurrent.futures.Future[Epoch]] | None = None

    def epoch(self, number: int) -> Epoch:
        """Images and labels of an epoch."""
        coming, self._next = self._next, None
        if coming is not None and coming[0] == number:
            result = coming[1].result()
        else:
            result = self._make(number)
        self._next = number + 1, self._thread.submit(self._make, number + 1)
        return result
