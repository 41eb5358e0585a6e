"""The classifier keeps the contract of a model file and refuses what does not."""

import copy
import pickle
import sys

import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.model import classifier as module
from edge_demo.model import model_file
from edge_demo.model.classifier import Classifier, ModelFileError


def test_one_image_gives_ten_probabilities(classifier):
    prediction = classifier.predict(np.zeros((28, 28), np.uint8))
    assert prediction.probabilities.shape == (10,)
    assert prediction.probabilities.dtype == np.float32
    assert 0 <= prediction.probabilities.min()
    assert prediction.probabilities.sum() <= 1.05  # int8 steps of 1/256 round up at most tenfold


def test_attention_is_a_mask_between_0_and_1(classifier):
    attention = classifier.predict(np.full((28, 28), 90, np.uint8)).attention
    assert attention.ndim == 2
    assert attention.min() >= 0 and attention.max() <= 1.01


def test_batch_equals_single_images(classifier):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), np.uint8)
    batch = classifier.predict_batch(images)
    singles = [classifier.predict(image) for image in images]
    np.testing.assert_array_equal(batch.probabilities, [p.probabilities for p in singles])
    np.testing.assert_array_equal(batch.attention, [p.attention for p in singles])


def test_empty_batch_gives_empty_arrays(classifier):
    batch = classifier.predict_batch(np.zeros((0, 28, 28), np.uint8))
    assert batch.probabilities.shape == (0, 10)
    assert batch.attention.shape[0] == 0


def test_the_shipped_file_says_what_it_is(classifier):
    assert classifier.labels == tuple("0123456789")
    assert classifier.metadata
    assert classifier.runtime.split()[0] in ("tflite-runtime", "ai-edge-litert")


@pytest.mark.parametrize(
    "image",
    [np.zeros((28, 28), np.float32), np.zeros((27, 28), np.uint8), np.zeros((28, 28, 3), np.uint8)],
    ids=["float", "too small", "colour"],
)
def test_an_image_of_another_kind_is_refused(classifier, image):
    with pytest.raises(ValueError, match="Received: dtype"):
        classifier.predict(image)


def test_without_a_runtime_the_sentence_says_what_to_install(monkeypatch):
    for name in module.RUNTIMES:
        monkeypatch.setitem(sys.modules, f"{name}.interpreter", None)
    with pytest.raises(UserError, match="pip install"):
        module.load_runtime()


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(ModelFileError, match="There is no model file"):
        Classifier(tmp_path / "none.tflite")


def test_a_text_file_is_not_a_model(tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("not a model, but long enough to look at")
    with pytest.raises(ModelFileError, match="is not a TensorFlow Lite file"):
        Classifier(path)


def test_a_truncated_model_is_a_sentence(tmp_path):
    path = tmp_path / "short.tflite"
    path.write_bytes(model_file.DEFAULT_PATH.read_bytes()[:64])
    with pytest.raises(ModelFileError):
        Classifier(path)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_opens_the_file_anew_and_answers_alike(classifier, copied):
    image = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    other = copied(classifier)
    assert other.model_path == classifier.model_path
    np.testing.assert_array_equal(
        other.predict(image).probabilities, classifier.predict(image).probabilities
    )


def test_damaged_files_never_end_the_process(tmp_path):
    # tflite-runtime follows the offsets of a damaged file and segfaults; the checksum that the
    # file carries, or a child process, has to come first.
    content = bytearray(model_file.DEFAULT_PATH.read_bytes())
    random = np.random.default_rng(0)
    path = tmp_path / "damaged.tflite"
    for position in random.integers(0, len(content), 40):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="damaged|not a TensorFlow Lite file"):
            Classifier(path)


def test_a_damaged_file_without_checksum_is_tried_in_a_child(tmp_path):
    content = model_file.DEFAULT_PATH.read_bytes()
    path = tmp_path / "bare.tflite"
    path.write_bytes(content[: content.index(b"PK\x03\x04") // 2])
    with pytest.raises(ModelFileError, match="cannot run"):
        Classifier(path)


def test_tflite_runtime_is_not_taken_beside_numpy_2(monkeypatch):
    # It imported there, and ended in a SystemError's traceback at the first tensor.
    monkeypatch.setattr(np, "__version__", "2.1.0")
    monkeypatch.setattr(module, "RUNTIMES", ("tflite_runtime",))
    with pytest.raises(UserError, match="numpy<2"):
        module.load_runtime()
