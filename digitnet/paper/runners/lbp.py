"""Local binary patterns with a linear classifier, on all images."""

import time

import numpy as np

from digitnet.digits.datasets import Digits
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.classic import require_reproduce_extra, score_features
from digitnet.paper.runners.store import Outcome, Store

NEIGHBOURS, RADIUS_PX = 8, 1
PATTERNS = NEIGHBOURS * (NEIGHBOURS - 1) + 3  # 59: the uniform ones, and one for the rest
CELLS = 4  # a side: 7×7 pixels each


def patterns(image: np.ndarray) -> np.ndarray:
    """The pattern of every pixel: its eight neighbours, brighter or not, as a number 0..58.

    Patterns with at most two changes around the circle have numbers of their own, all others share
    the last.

    Args:
        image: uint8 `(28, 28)`, 0 = background, 255 = ink.

    Reference:
        Ojala, Pietikäinen, Mäenpää 2002; the cells are Ahonen, Hadid, Pietikäinen 2006.
    """
    try:
        from skimage.feature import local_binary_pattern
    except ImportError as error:
        require_reproduce_extra(error)
    return local_binary_pattern(image, NEIGHBOURS, RADIUS_PX, "nri_uniform").astype(np.int64)


def histograms(images: np.ndarray) -> np.ndarray:
    """How often each pattern occurs in each of 4×4 cells: float32 `(N, 16 · 59)`.

    Square roots of the shares: a linear classifier then compares histograms by Hellinger's
    distance, which suits counts.

    Args:
        images: uint8 `(N, 28, 28, 1)`.
    """
    side = images.shape[1] // CELLS
    found = np.empty((len(images), CELLS, CELLS, PATTERNS), np.float32)
    for image, into in zip(images, found, strict=True):
        cells = patterns(image[..., 0]).reshape(CELLS, side, CELLS, side)
        for row in range(CELLS):
            for column in range(CELLS):
                into[row, column] = np.bincount(cells[row, :, column].ravel(), minlength=PATTERNS)
    return np.sqrt(found / side**2).reshape(len(images), -1)


def run_lbp(job: Job, digits: Digits, store: Store) -> Outcome:
    """Histograms of patterns, then the classifier. Nothing in it is random."""
    started = time.perf_counter()
    features = histograms(digits.x_train), histograms(digits.x_test)
    return score_features(job, digits, features, time.perf_counter() - started, parameters=0)
