"""Files that others made: what can be run is run, the rest refused, no confidence is above 1."""

import json

import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.model.classifier import Classifier

RANDOM = np.random.default_rng(0)
WEIGHTS = RANDOM.normal(0, 0.4, (784, 10)).astype(np.float32)
IMAGES = RANDOM.integers(0, 256, (8, 28, 28), np.uint8) * (RANDOM.random((8, 28, 28)) < 0.2)


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def expected():
    return softmax(IMAGES.reshape(8, 784) / 255 @ WEIGHTS)


def write(path, shape=(1, 28, 28, 1), outputs=("probabilities",), integers=None, rows=-1):
    """Converts a linear model of fractions 0..1 and writes it without metadata.

    Args:
        path: of the file.
        shape: of its input; None is an open axis.
        outputs: of "probabilities", "logits", "mask", in their order.
        integers: dtype of a fully integer file's input and outputs.
        rows: of the reshape inside; a number holds the batch fast.
    """
    import tensorflow

    def model(image):
        flat = tensorflow.reshape(image, (rows, 784))
        logits = tensorflow.matmul(flat, WEIGHTS)
        mask = tensorflow.sigmoid(tensorflow.reshape(flat, (rows, 28, 28, 1)) - 0.5)
        results = {"logits": logits, "mask": mask, "probabilities": tensorflow.nn.softmax(logits)}
        return [results[name] for name in outputs]

    signature = [tensorflow.TensorSpec(shape, tensorflow.float32)]
    function = tensorflow.function(model, input_signature=signature).get_concrete_function()
    converter = tensorflow.lite.TFLiteConverter.from_concrete_functions([function])
    if integers:
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = integers
        fractions = (IMAGES / 255).astype(np.float32).reshape(8, *shape)
        converter.representative_dataset = lambda: ([one] for one in fractions)
    path.write_bytes(converter.convert())
    return path


FORMS = {
    "float32 logits": {"outputs": ["logits"]},
    "batch 32": {"shape": (32, 28, 28, 1)},
    "batch 32, held fast": {"shape": (32, 28, 28, 1), "rows": 32},
    "open batch, no last axis": {"shape": (None, 28, 28)},
    "one row of pixels": {"shape": (1, 784), "outputs": ["logits"]},
    "mask first": {"outputs": ["mask", "probabilities"]},
    "mask last": {"outputs": ["probabilities", "mask"]},
    "int8 logits": {"outputs": ["logits"], "integers": "int8"},
    "uint8 probabilities": {"integers": "uint8"},
}


@pytest.mark.filterwarnings("ignore:Statistics for quantized inputs")  # they are calibrated
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_foreign_file_gives_its_probabilities(tmp_path, form):
    tensorflow = pytest.importorskip("tensorflow")
    options = dict(FORMS[form])
    if "integers" in options:
        options["integers"] = getattr(tensorflow, options["integers"])
    prediction = Classifier(write(tmp_path / "foreign.tflite", **options)).predict_batch(IMAGES)
    tolerance = 0.05 if "integers" in options else 1e-4
    np.testing.assert_allclose(prediction.probabilities, expected(), atol=tolerance)
    assert prediction.probabilities.max() <= 1
    if "mask" in options.get("outputs", ()):
        np.testing.assert_allclose(
            prediction.attention, 1 / (1 + np.exp(0.5 - IMAGES / 255)), atol=1e-4
        )
    else:
        assert prediction.attention is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"outputs": ["mask"]}, r"gives outputs of shapes \[\[1, 28, 28, 1\]\]"),
        ({"shape": (1, 28, 28, 3), "rows": 3}, r"takes float32 \[1, 28, 28, 3\]"),
    ],
    ids=["no ten numbers", "colour"],
)
def test_what_reads_no_digits_is_refused_in_a_sentence(tmp_path, options, sentence):
    pytest.importorskip("tensorflow")
    with pytest.raises(UserError, match=sentence):
        Classifier(write(tmp_path / "foreign.tflite", **options))


def test_a_file_whose_numbers_are_not_finite_is_refused(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow")
    monkeypatch.setitem(globals(), "WEIGHTS", np.full((784, 10), np.nan, np.float32))
    with pytest.raises(UserError, match="not finite"):
        Classifier(write(tmp_path / "diverged.tflite", outputs=["logits"]))


def test_the_commands_take_a_file_of_logits(tmp_path, capsys):
    pytest.importorskip("tensorflow")
    import cv2

    from digitnet import evaluate
    from edge_demo.__main__ import main
    from edge_demo.frames.synthetic import draw_page

    file = str(write(tmp_path / "logits.tflite", outputs=["logits"]))
    digits = {"x_test": IMAGES, "y_test": expected().argmax(axis=1)}
    np.savez(tmp_path / "digits.npz", **digits)
    assert evaluate.main([file, "--dataset", str(tmp_path / "digits.npz"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1
    cv2.imwrite(str(tmp_path / "page.png"), draw_page(["2358"], size=(480, 160)).image)
    page = str(tmp_path / "page.png")
    assert main([page, "--model", file, "--threshold", "0", "--json"]) == 0
    confidences = [one["confidence"] for one in json.loads(capsys.readouterr().out)["digits"]]
    assert confidences and max(confidences) <= 1
