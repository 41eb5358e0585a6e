"""One's own digits are those that the demo would read, whichever it takes them for."""

import subprocess
import sys

import numpy as np
import pytest

from digitnet.digits import photographs
from digitnet.errors import UserError

cv2 = pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from digitnet.drawn.pages import draw_scene  # noqa: E402  (draws with OpenCV)
from edge_demo.frames.synthetic import draw_page  # noqa: E402
from edge_demo.model.classifier import Classifier, Prediction  # noqa: E402
from edge_demo.model.page_model import PageModel  # noqa: E402
from edge_demo.reading.own_digits import find_own_digits  # noqa: E402
from edge_demo.reading.reader import read_digits  # noqa: E402


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.fixture(scope="module")
def network():
    return PageModel()


def test_signs_beside_digits_are_left_out():
    scenes = [draw_scene("signs", seed) for seed in (37, 39)]
    given = [len(photographs.digits_of(scene.image)) for scene in scenes]
    assert given == [len(scene.digits) for scene in scenes]


def test_own_digits_are_the_images_that_the_demo_reads(classifier, network):
    page = draw_page(["2358", "4670"], seed=1)
    given = photographs.digits_of(page.image)
    read = [reading.image for reading in read_digits(page.image, classifier, network)]
    np.testing.assert_array_equal(given[..., 0], read)


class Misled:
    """The demo's classifier, never right: it names another digit."""

    def __init__(self, classifier):
        self.classifier = classifier

    def predict(self, image):
        probabilities, attention = self.classifier.predict(image)
        return Prediction(np.roll(probabilities, 3), attention)


def test_digits_that_the_model_misreads_are_found(classifier, network):
    page, misled = draw_page(["44444", "77777"], seed=3), Misled(classifier)
    surely = [one for one in read_digits(page.image, misled, network) if one.confidence > 0.97]
    assert len(surely) < len(page.digits) / 2
    found = find_own_digits(page.image, misled, network)
    assert [digit.box for digit in found] == [
        r.box for r in read_digits(page.image, classifier, network)
    ]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_does_not_lie_upright_gives_upright_digits(quarters):
    page = draw_page(["23457", "67234"], seed=1)
    upright = photographs.digits_of(page.image)
    turned = photographs.digits_of(np.ascontiguousarray(np.rot90(page.image, quarters)))
    assert len(turned) == len(upright)
    assert np.abs(turned.astype(int) - upright).mean() < 6


def test_the_same_digit_all_over_a_sheet_is_found(classifier, network):
    for digit in (1, 6, 9):
        page = draw_page([str(digit) * 5] * 2, seed=2)
        assert len(find_own_digits(page.image, classifier, network)) == 10


def test_a_missing_runtime_is_a_sentence_that_names_the_extra(monkeypatch):
    for name in ("tflite_runtime", "ai_edge_litert"):
        monkeypatch.setitem(sys.modules, f"{name}.interpreter", None)
    photographs._demo_files.cache_clear()
    with pytest.raises(UserError, match=r"Lite runtime: pip install 'digitnet\[edge\]'"):
        photographs.digits_of(draw_page(["12"]).image)
    assert len(photographs.digits_of(draw_page(["1"], size=(90, 90)).image)) == 1  # a crop


@pytest.mark.slow
def test_photographs_are_read_where_tensorflow_was_imported_first():
    # tflite-runtime 2.14.0 took TensorFlow's symbols for its own: "vector::reserve" at best.
    pytest.importorskip("tensorflow")
    code = (
        "import tensorflow\n"
        "from digitnet.digits import photographs\n"
        "from edge_demo.frames.synthetic import draw_page\n"
        "print(len(photographs.digits_of(draw_page(['123']).image)))\n"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.stdout.strip() == "3", child.stderr
