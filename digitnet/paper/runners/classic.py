"""What the two older families share: features, a linear classifier, an outcome."""

import time
import warnings
from typing import NoReturn

import numpy as np

from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.paper.experiments.trials import Job
from digitnet.paper.runners.store import AT_CHANCE, CHANCE, DONE, Outcome
from digitnet.training import provenance

# Inverse weight of its penalty: better than scikit-learn's 1 for both families' features on
# held-out training images, on which alone it was chosen.
INVERSE_PENALTY = 10.0
MOST_ITERATIONS = 500  # of L-BFGS; it stops sooner where its gradient is small


def require_reproduce_extra(error: ImportError) -> NoReturn:
    """Says how to install what is missing."""
    raise UserError(
        f"{error.name} is not installed; LBP and sparse representation need "
        "pip install 'digitnet[reproduce]'."
    ) from error


def score_features(
    job: Job,
    digits: Digits,
    features: tuple[np.ndarray, np.ndarray],
    seconds: float,
    parameters: int,
) -> Outcome:
    """Fits a linear classifier to features and scores it.

    The classifier is multinomial logistic regression.

    Args:
        job: The job.
        digits: Whose labels are learned and scored.
        features: Training and test features, floats `(N, F)` each.
        seconds: What the features took.
        parameters: Numbers that were learned for the features.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    started = time.perf_counter()
    x_train, x_test = features
    classifier = LogisticRegression(C=INVERSE_PENALTY, max_iter=MOST_ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told below
        classifier.fit(x_train, digits.y_train)
    converged = bool(classifier.n_iter_.max() < MOST_ITERATIONS)
    seconds += time.perf_counter() - started
    test_accuracy = float(classifier.score(x_test, digits.y_test))
    learned = test_accuracy >= CHANCE
    message = None if learned else "it answers no better than chance."
    facts = {
        "parameters": int(parameters + classifier.coef_.size + classifier.intercept_.size),
        "test_count": len(digits.x_test),
        "dataset": digits.name,
        "converged": converged,
        "provenance": provenance.describe(),
        "history": {
            "seconds": [round(seconds, 2)],
            "test_accuracy": [test_accuracy],
            "train_accuracy": [float(classifier.score(x_train, digits.y_train))],
        },
    }
    return Outcome(job, DONE if learned else AT_CHANCE, message, facts)
