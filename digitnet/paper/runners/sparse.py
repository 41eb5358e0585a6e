"""Sparse representation: a learned dictionary, sparse codes, a linear classifier, on all images."""

import time
import warnings

import numpy as np

from digitnet.digits.datasets import Digits
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.classic import require_reproduce_extra, score_features
from digitnet.paper.runners.store import Outcome, Store

ATOMS = 512  # fewer than 784 pixels, many more than the digits' ten kinds
# Weight of the codes' absolute sum, for images of length 1: about a dozen atoms make up an image.
# Codes by orthogonal matching pursuit were 2 to 4 points worse on held-out training images.
ALPHA = 0.1
PASSES = 1  # over the training images while the dictionary is learned
CHUNK = 5000  # images coded at a time: their correlations with all atoms are held in memory


def run_sparse(job: Job, digits: Digits, store: Store) -> Outcome:
    """Learns atoms from the training images, writes every image in them, and classifies the codes.

    The dictionary is learned online (Mairal et al. 2009), codes are the lasso's, by coordinate
    descent. Images are scaled to length 1, so that thick strokes do not weigh more.
    """
    try:
        from sklearn.decomposition import MiniBatchDictionaryLearning
        from sklearn.exceptions import ConvergenceWarning
    except ImportError as error:
        require_reproduce_extra(error)
    started = time.perf_counter()
    x_train, x_test = unit_vectors(digits.x_train), unit_vectors(digits.x_test)
    learner = MiniBatchDictionaryLearning(
        min(ATOMS, len(x_train)),
        alpha=ALPHA,
        max_iter=PASSES,
        batch_size=256,
        fit_algorithm="cd",
        random_state=job.seed,
    )
    with warnings.catch_warnings():
        # Coordinate descent that stops a millionth short of the optimum is near enough here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        atoms = learner.fit(x_train).components_
        features = codes(x_train, atoms), codes(x_test, atoms)
    seconds = time.perf_counter() - started
    return score_features(job, digits, features, seconds, parameters=atoms.size)


def unit_vectors(images: np.ndarray) -> np.ndarray:
    """Images as float32 rows of length 1, `(N, 784)`; an empty image stays 0."""
    rows = images.reshape(len(images), -1).astype(np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


def codes(rows: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """How much of which atoms makes up each row: float32 `(N, atoms)`, mostly 0."""
    from sklearn.decomposition import sparse_encode

    lengths = np.linalg.norm(atoms, axis=1, keepdims=True)
    atoms = (atoms / np.maximum(lengths, 1e-6)).astype(np.float64)
    gram = atoms @ atoms.T
    found = np.empty((len(rows), len(atoms)), np.float32)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK].astype(np.float64)
        found[start : start + CHUNK] = sparse_encode(
            part, atoms, gram=gram, algorithm="lasso_cd", alpha=ALPHA
        )
    return found
