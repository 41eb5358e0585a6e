"""The report's pictures, in the style of `digitnet.training.plots`."""

import itertools

import numpy as np

from digitnet.networks.keras_file import load_model
from digitnet.paper.report.results import Reading
from digitnet.paper.report.tables import margin
from digitnet.training import plots
from digitnet.training.augmentation import Augmentation
from digitnet.training.plots import ACCENT, INK, MUTED, SECOND, styled_figure

COLOURS = (ACCENT, SECOND, "#edae49", "#5f4b8b", "#7a9e3f", MUTED, INK, "#c77b58")
SAMPLES = 12  # digits of each kind


def write_curves(path, readings: list[Reading]) -> None:
    """Error on the test images over epochs: a line a row, and a band from least to most seed.

    Each line ends at the epoch at which its row is read.
    """
    from matplotlib.ticker import LogLocator

    with styled_figure(path, 1, 1, (6.4, 3.6)) as (_, axes):
        looks = itertools.product(("-", "--"), COLOURS)
        for reading, (style, colour) in zip(readings, looks, strict=False):
            histories = [one.facts["history"]["test_accuracy"] for one in reading.outcomes]
            length = min([*map(len, histories), reading.epoch])
            errors = 100 * (1 - np.array([history[:length] for history in histories]))
            errors = np.maximum(errors, 0.01)  # an error of 0 has no place on a logarithmic axis
            epochs, marker = np.arange(1, length + 1), "o" if length == 1 else None
            label = reading.row.label
            look = {"color": colour, "linestyle": style, "marker": marker, "linewidth": 1.2}
            axes.plot(epochs, errors.mean(axis=0), label=label, **look)
            axes.fill_between(
                epochs, errors.min(axis=0), errors.max(axis=0), color=colour, alpha=0.15, lw=0
            )
        axes.set(xlabel="epoch", ylabel="error on the test images (%)", yscale="log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y", which="both", color=MUTED, alpha=0.2)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def write_differences(path, differences: dict[str, list[float]]) -> None:
    """Each row's accuracies less those without a gate: a dot a seed, mean and 95 % interval."""
    size = (6.4, 0.9 + 0.28 * len(differences))
    with styled_figure(path, 1, 1, size) as (_, axes):
        for place, values in enumerate(differences.values()):
            points = 100 * np.array(values)
            half = 100 * margin(values) if len(values) > 1 else None
            look = {"color": ACCENT, "markersize": 6, "capsize": 3, "linewidth": 1.2}
            axes.errorbar(points.mean(), place, xerr=half, fmt="o", **look)
            axes.plot(points, [place] * len(points), "o", color=INK, markersize=2.5, zorder=3)
        axes.axvline(0, color=MUTED, linewidth=1)
        axes.set_yticks(range(len(differences)), differences.keys())
        axes.invert_yaxis()
        axes.set_xlabel("against no gate, points of test accuracy")
        axes.grid(axis="x", color=MUTED, alpha=0.2)


def write_attention(path, model_path, digits) -> None:
    """Every gate's mask over one test image of each digit, as the paper's figure 3."""
    model = load_model(model_path)
    plots.write_attention(path, model, digits.x_test, digits.y_test)


def write_digits(path, digits) -> None:
    """The first training images of each digit, as the paper's figure 4."""
    with styled_figure(path, 10, SAMPLES, (7, 5.9)) as (_, axes):
        for digit, row in enumerate(axes):
            for one, index in zip(row, np.flatnonzero(digits.y_train == digit), strict=False):
                one.imshow(digits.x_train[index, ..., 0], cmap="gray_r", vmin=0, vmax=255)
            for one in row:
                one.axis("off")


def write_readings_of_jitter(path, digits) -> None:
    """The same digits as they are, mirrored and shifted, and under other light."""
    examples = np.array([np.flatnonzero(digits.y_train == d)[0] for d in np.unique(digits.y_train)])
    images = digits.x_train[examples]
    readings = {
        "flip, shift": Augmentation(shift_pixels=2.0, horizontal_flip=True, whole_pixels=True),
        "light": Augmentation(brightness=0.2, contrast=0.2),
    }
    rng = np.random.default_rng(1)
    rows = [("as it is", images)]
    for name, augmentation in readings.items():
        draws = augmentation.draw(rng, len(images))
        rows.append((name, np.asarray(augmentation.apply(images, draws))))
    with styled_figure(path, len(rows), len(images), (9, 2.9)) as (_, axes):
        for row, (name, pictures) in zip(axes, rows, strict=True):
            for one, picture in zip(row, pictures, strict=True):
                one.imshow(picture[..., 0], cmap="gray_r", vmin=0, vmax=255)
                one.set(xticks=[], yticks=[])
                one.spines[:].set_visible(False)
            row[0].set_ylabel(name)


def write_lbp(path, digits) -> None:
    """Digits, their local binary patterns, and how often each occurs, as the paper's figure 1."""
    from digitnet.paper.runners.lbp import PATTERNS, patterns

    chosen = [np.flatnonzero(digits.y_train == digit)[0] for digit in (0, 2, 4, 7, 8)]
    size = (9, 4.4)
    with styled_figure(path, 3, len(chosen), size, height_ratios=(3, 3, 2)) as (_, axes):
        for column, index in enumerate(chosen):
            image = digits.x_train[index, ..., 0]
            found = patterns(image)
            counts = np.bincount(found.ravel(), minlength=PATTERNS)
            axes[0, column].imshow(image, cmap="gray_r", vmin=0, vmax=255)
            axes[1, column].imshow(found, cmap="gray", vmin=0, vmax=PATTERNS - 1)
            axes[2, column].bar(range(PATTERNS), counts, width=1, color=SECOND)
            axes[2, column].set(xlabel="pattern", yscale="log", ylim=(0.7, 1000))
        for one in axes[:2].flat:
            one.set(xticks=[], yticks=[])
            one.spines[:].set_visible(False)
        for one in axes[2, 1:]:
            one.set_yticklabels([])
        for row, name in enumerate(("image", "patterns", "pixels")):
            axes[row, 0].set_ylabel(name)
