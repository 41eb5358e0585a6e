"""The pictures of a run, with few and many rows."""

import types

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("keras", reason="the training side is not installed here")

from digitnet.training import plots


class Kept:
    """Keeps the figures that are written, so that a test can ask what they say."""

    def __init__(self, monkeypatch):
        self.figures = {}
        leave = plots.styled_figure.__exit__

        def keep(styled, *error):
            self.figures[styled.path.name] = styled.figure
            return leave(styled, *error)

        monkeypatch.setattr(plots.styled_figure, "__exit__", keep)

    def texts(self, name):
        figure = self.figures[name]
        return [
            text.get_text() for text in figure.findobj(match=lambda one: hasattr(one, "get_text"))
        ]


@pytest.fixture
def kept(monkeypatch):
    return Kept(monkeypatch)


def answers(labels, wrong=(), confidence=0.9):
    """Probabilities `(N, 10)`: each label right, but for the images in `wrong`."""
    top = np.array(labels) + np.isin(np.arange(len(labels)), wrong)
    probabilities = np.full((len(labels), 10), (1 - confidence) / 9)
    probabilities[np.arange(len(labels)), top % 10] = confidence
    return probabilities


def history(errors, losses):
    return [
        {"epoch": i + 1, "loss": loss, "accuracy": 1 - e, "val_loss": loss, "val_accuracy": 1 - e}
        for i, (e, loss) in enumerate(zip(errors, losses, strict=True))
    ]


def labels_of(axis):
    return [text for text in (tick.get_text() for tick in axis.get_ticklabels()) if text]


@pytest.mark.parametrize("losses", [(0.31, 0.29), (0.3,), (2.3, 0.9, 0.02), (3.0, 0.0004)])
def test_every_curve_s_axis_has_labels(tmp_path, kept, losses):
    # An axis of less than a decade had one label.
    plots.write_curves(tmp_path / "curves.png", history([0.1] * len(losses), losses))
    for axes in kept.figures["curves.png"].axes:
        low, high = axes.get_ylim()
        shown = [one for one in axes.get_yticks() if low <= one <= high]
        assert len(shown) >= 3 and len(labels_of(axes.yaxis)) >= 3


def test_no_error_is_drawn_as_no_error(tmp_path, kept):
    # 0.01 % stood for it, the least that the logarithmic axis had.
    plots.write_curves(tmp_path / "curves.png", history([0.5, 0.0], [1, 0.1]))
    right = kept.figures["curves.png"].axes[1]
    assert right.get_yscale() == "linear"
    assert min(right.lines[0].get_ydata()) == 0
    assert "Validation error 0.00 % after 2 epochs" in kept.texts("curves.png")


def test_curves_without_validation_and_with_a_loss_that_is_no_number(tmp_path, kept):
    rows = [{"epoch": 1, "loss": float("nan"), "accuracy": 0.1}]
    plots.write_curves(tmp_path / "curves.png", rows)
    assert "Training error 90.00 % after 1 epoch" in kept.texts("curves.png")


def test_names_of_curves_that_end_together_stand_apart(tmp_path, kept):
    plots.write_curves(tmp_path / "curves.png", history([0.5, 0.2], [1, 0.5]))
    for axes in kept.figures["curves.png"].axes:
        first, second = (text.xy[1] for text in axes.texts)
        assert abs(first - second) >= 0.08


def test_a_single_mistake_is_paler_than_many(tmp_path, kept):
    shades = []
    for wrong in (1, 100):
        labels = np.repeat(np.arange(10), 200)
        name = f"{wrong}.png"
        plots.write_confusion(tmp_path / name, labels, answers(labels, range(wrong)))
        shades.append(kept.figures[name].axes[0].images[0].get_array().max())
    assert shades[0] < 0.1 and shades[1] > 0.6


def test_dark_cells_carry_light_numbers(tmp_path, kept):
    labels = np.zeros(10, int)
    plots.write_confusion(tmp_path / "all_wrong.png", labels, answers(labels, range(9)))
    colours = {
        one.get_text(): one.get_color() for one in kept.figures["all_wrong.png"].axes[0].texts
    }
    assert colours["9"] == "white" and colours["1"] == plots.INK
    assert "1 of 10 right (10.00 %)\nmost often: 0 read as 1, 9 times" in kept.texts(
        "all_wrong.png"
    )


def test_a_bin_of_one_image_shows_how_little_it_says(tmp_path, kept):
    labels = np.zeros(31, int)
    probabilities = np.concatenate([answers(labels[:30], (), 0.99), answers([0], (), 0.5)])
    plots.write_reliability(tmp_path / "reliability.png", labels, probabilities)
    assert {"30", "1"} <= set(kept.texts("reliability.png"))
    low, high = plots._wilson_interval(np.array([1.0, 1.0]), np.array([1, 30]))
    np.testing.assert_allclose(low, [0.2065, 0.8865], atol=1e-4)
    np.testing.assert_allclose(high, 1)


@pytest.mark.parametrize("wrong, shown", [(0, 0), (2, 2), (30, 24)])
def test_the_sheet_of_mistakes_is_as_large_as_they_are_many(tmp_path, kept, wrong, shown):
    # Two mistakes stood in a strip of eight.
    labels = np.arange(40) % 10
    images = np.zeros((40, 28, 28, 1), np.uint8)
    plots.write_mistakes(tmp_path / "m.png", images, labels, answers(labels, range(wrong)))
    axes = kept.figures["m.png"].axes
    assert sum(bool(one.images) for one in axes) == shown
    assert len(axes) == max(1, shown)


@pytest.mark.parametrize("labels", [[], [3], [3, 3, 3], list(range(10))], ids=len)
def test_small_and_one_sided_test_sets_are_drawn(tmp_path, labels, monkeypatch):
    monkeypatch.setattr(plots.models, "attention_gates", lambda model: [])
    labels = np.array(labels, int)
    digits = types.SimpleNamespace(x_test=np.zeros((len(labels), 28, 28, 1)), y_test=labels)
    stale = tmp_path / "mistakes.png"
    stale.write_bytes(b"of an older run")
    plots.write_all(tmp_path, None, digits, answers(labels), history([0.5], [1]))
    assert (tmp_path / "curves.png").exists()
    assert (tmp_path / "confusion.png").exists() == bool(len(labels))
    assert stale.exists() == bool(len(labels))


@pytest.mark.parametrize("name", ["lenet_attention", "lenet_deeper_mask"])
def test_masks_of_a_single_digit_are_drawn(tmp_path, kept, name):
    from digitnet import models

    images = np.zeros((2, 28, 28, 1), np.uint8)
    plots.write_attention(tmp_path / "attention.png", models.build(name), images, np.array([7, 7]))
    assert "image" in kept.texts("attention.png")


def test_a_figure_that_fails_leaves_no_file(tmp_path):
    with pytest.raises(RuntimeError), plots.styled_figure(tmp_path / "x.png", 1, 1, (2, 2)):
        raise RuntimeError
    assert not list(tmp_path.iterdir())
