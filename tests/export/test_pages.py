import json

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="TensorFlow converts models")
pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from digitnet import models
from edge_demo.contract import PAGE_CANVAS, UserError
from export import pages


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page-run")
    rng = np.random.default_rng(0)
    images = np.zeros((600, 28, 28), np.uint8)
    images[:, 5:23, 10:18] = rng.integers(120, 255, (600, 18, 8))
    labels = np.arange(600) % 10
    np.savez(
        folder / "digits.npz",
        x_train=images,
        y_train=labels,
        x_test=images[:100],
        y_test=labels[:100],
    )
    models.build("page_reader", seed=0).save(folder / "model.keras")
    config = {"recipe": {"pages": 5}, "dataset": str(folder / "digits.npz"), "validation_count": 90}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.slow
def test_file_takes_its_name_only_where_it_finds_what_the_keras_model_finds(
    run_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(pages, "CALIBRATION_PAGES", 2)
    monkeypatch.setattr(pages, "JUDGED_PAGES", 2)
    out = tmp_path / "page.tflite"
    with pytest.raises(UserError, match="is not written"):  # untrained, it finds nothing
        pages.export(run_dir, out)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(pages, "LEAST_AGREEMENT", 0.0)
    report = pages.export(run_dir, out)
    assert report["bytes"] == out.stat().st_size <= 300_000

    from edge_demo.model.page_model import PageModel

    empty = np.full(PAGE_CANVAS, 128, np.uint8)
    presence, digits, boxes = PageModel(out).maps(empty)
    assert (presence.shape, digits.shape[2], boxes.shape[2]) == ((184, 160), 10, 4)
    assert PageModel(out).masks(empty).shape == (184, 160, 2)


def test_a_run_of_digits_is_refused_with_the_command_for_it(run_dir, tmp_path):
    (tmp_path / "model.keras").write_bytes((run_dir / "model.keras").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({"recipe": {"pages": 0}}))
    with pytest.raises(UserError, match=r"python -m export`"):
        pages.export(tmp_path, tmp_path / "page.tflite")


@pytest.fixture
def other_run(run_dir, tmp_path):
    """Makes a run of another network in a directory of its own."""

    def make(name, seed):
        folder = tmp_path / f"{name}-{seed}"
        folder.mkdir()
        models.build(name, seed=seed).save(folder / "model.keras")
        (folder / "config.json").write_text((run_dir / "config.json").read_text())
        return folder

    return make


def test_averaged_runs_have_the_mean_of_their_weights(run_dir, other_run):
    runs = [run_dir, other_run("page_reader", 1)]
    one, other = (models.build("page_reader", seed=seed).get_weights() for seed in (0, 1))
    mean = pages.averaged([pages.page_run(run) for run in runs]).get_weights()
    for a, b, c in zip(one, other, mean, strict=True):
        np.testing.assert_allclose(c, (a + b) / 2, atol=1e-7)


def test_runs_of_different_networks_are_not_averaged(run_dir, other_run, tmp_path, capsys):
    other = other_run("page_reader_no_gates", 0)
    command = [str(run_dir), "--average", str(other), "--out", str(tmp_path / "page.tflite")]
    assert pages.main(command) == 2
    assert "takes runs of one network" in capsys.readouterr().err
    assert not (tmp_path / "page.tflite").exists()
