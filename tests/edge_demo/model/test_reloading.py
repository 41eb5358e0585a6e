"""A replaced model file is taken up when valid and refused when not."""

import copy
import os
import pickle
import shutil

import numpy as np
import pytest

from edge_demo.model import model_file
from edge_demo.model.reloading import ReloadingClassifier

BLANK = np.zeros((28, 28), np.uint8)


@pytest.fixture
def model(tmp_path):
    return shutil.copy(model_file.DEFAULT_PATH, tmp_path / "model.tflite")


def look(classifier, times=3):
    for _ in range(times):
        classifier.predict(BLANK)


def test_a_new_valid_model_is_taken_up(model, capsys):
    classifier = ReloadingClassifier(model, look_seconds=0)
    old = classifier.classifier
    os.replace(shutil.copy(model, f"{model}.new"), model)
    look(classifier)
    assert classifier.classifier is not old
    assert "took up the new model" in capsys.readouterr().err


def test_an_invalid_model_is_refused_once_and_the_old_one_stays(model, capsys):
    classifier = ReloadingClassifier(model, look_seconds=0)
    old = classifier.classifier
    with open(model, "w") as file:
        file.write("this is no model at all")
    look(classifier, 6)
    assert classifier.classifier is old
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "is not a TensorFlow Lite file" in error and "The model in use stays." in error


def test_a_file_that_is_still_growing_is_left_alone(model, capsys):
    classifier = ReloadingClassifier(model, look_seconds=0)
    old = classifier.classifier
    for size in (10, 20, 30, 40):
        with open(model, "wb") as file:
            file.write(b"x" * size)
        look(classifier, 1)
    assert classifier.classifier is old
    assert capsys.readouterr().err == ""


def test_a_deleted_file_does_not_matter(model):
    classifier = ReloadingClassifier(model, look_seconds=0)
    os.remove(model)
    look(classifier)
    assert classifier.predict(BLANK).probabilities.shape == (10,)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_follows_the_same_file(model, copied):
    # __getattr__ asked an object without attributes for its classifier, which asked __getattr__.
    classifier = ReloadingClassifier(model, look_seconds=0)
    other = copied(classifier)
    assert other.model_path == classifier.model_path
    os.replace(shutil.copy(model, f"{model}.new"), model)
    old = other.classifier
    look(other)
    assert other.classifier is not old


def test_it_says_what_its_classifier_says(model):
    reloading = ReloadingClassifier(model)
    for name in ("labels", "metadata", "model_path", "runtime"):
        assert getattr(reloading, name) == getattr(reloading.classifier, name)
    assert reloading.predict_batch(np.zeros((2, 28, 28), np.uint8)).probabilities.shape == (2, 10)
