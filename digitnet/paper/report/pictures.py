"""The report's pictures, in the style of `digitnet.training.plots`."""

import pathlib
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digitnet.digits.datasets import Digits
from digitnet.networks.keras_file import load_model
from digitnet.paper.report.results import Result
from digitnet.paper.report.seeds import margin
from digitnet.training import plots
from digitnet.training.augmentation import Augmentation
from digitnet.training.plots import ACCENT, INK, MUTED, SECOND, styled_figure

SAMPLES = 12  # digits of each kind
MOST_COLUMNS = 4  # of small multiples: more do not fit a page
LEAST_ERROR = 0.01  # %: an error of 0 has no place on a logarithmic axis
LABEL_CHARACTERS = 24  # a line above a small multiple, beside its error
GREY = "#c3c8ce"  # what stands behind


def write_curves(
    path: pathlib.Path, results: Sequence[Result], title: str, reference: Result | None = None
) -> None:
    """Error on the test images over epochs: a row a panel, with the others' means in grey.

    A row's line is the mean of its seeds, its band reaches from the least to the most of them, and
    it ends at the epoch at which the row is read; the error there stands above the panel.

    Args:
        path: The PNG to write.
        results: Of rows that have epochs, and a score at the last of them.
        title: What the picture says.
        reference: The one that all panels show in grey instead of all others; it has no panel.
    """
    errors = {one.row: _errors(one) for one in results}
    panels = [one.row for one in results if one is not reference] or [results[0].row]
    rows = -(-len(panels) // MOST_COLUMNS)
    columns = -(-len(panels) // rows)
    width, height = max(3.6, 0.4 + 2.3 * columns), 0.8 + 1.75 * rows
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    with styled_figure(path, rows, columns, (width, height), **shared) as (figure, grid):
        figure.suptitle(textwrap.fill(title, round(13 * width)), fontsize=10, color=INK)
        greys = reference.row.label if reference else "the other rows"
        note = f" (grey: {greys})" if len(errors) > 1 else ""
        figure.supxlabel(f"epoch{note}", fontsize=9, color=INK)
        figure.supylabel("error on the test images (%)", fontsize=9, color=INK)
        for axes, row in zip(grid.flat, panels, strict=False):
            greyed = [reference.row] if reference else [other for other in errors if other != row]
            for other in greyed:
                _line(axes, errors[other], MUTED if reference else GREY, 1.0)
            its = errors[row]
            _line(axes, its, ACCENT, 1.3)
            epochs = np.arange(1, its.shape[1] + 1)
            axes.fill_between(epochs, its.min(0), its.max(0), color=ACCENT, alpha=0.2, lw=0)
            label = textwrap.fill(row.label, LABEL_CHARACTERS)
            axes.set_title(label, fontsize=8, loc="left", color=INK)
            axes.set_title(f"{its[:, -1].mean():.2f} %", fontsize=8, loc="right", color=ACCENT)
        for axes in grid.flat[len(panels) :]:
            axes.axis("off")
        for axes in grid.flat[max(0, len(panels) - columns) : len(panels)]:
            axes.tick_params(labelbottom=True)  # nothing stands below these
        _scale(grid[0, 0], list(errors.values()))


def _errors(result: Result) -> np.ndarray:
    """In percent, `(seeds, epochs)`, up to the epoch at which the row is read."""
    accuracies = [
        outcome.facts["history"]["test_accuracy"][: result.epoch]
        for outcome, score in zip(result.outcomes, result.scores, strict=True)
        if score.test is not None
    ]
    return np.maximum(100 * (1 - np.array(accuracies)), LEAST_ERROR)


def _line(axes: Any, errors: np.ndarray, colour: str, width: float) -> None:
    marker = "o" if errors.shape[1] == 1 else None
    look = {"color": colour, "linewidth": width, "marker": marker, "markersize": 4}
    axes.plot(np.arange(1, errors.shape[1] + 1), errors.mean(0), **look)


def _scale(axes: Any, errors: Sequence[np.ndarray]) -> None:
    """Errors on a logarithmic axis, labelled at both ends, over epochs from 0."""
    from matplotlib.ticker import FixedLocator, NullLocator

    least, most = min(one.min() for one in errors), max(one.max() for one in errors)
    ticks = [factor * 10.0**power for power in range(-2, 3) for factor in (1, 2, 5)]
    low = max([tick for tick in ticks if tick < least], default=ticks[0])
    high = min([tick for tick in ticks if tick > most], default=ticks[-1])
    axes.set(yscale="log", ylim=(low, high), xlim=(0, 1.05 * max(one.shape[1] for one in errors)))
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.get_major_locator().set_params(integer=True)


def write_differences(
    path: pathlib.Path, differences: Mapping[str, Sequence[float]], title: str
) -> None:
    """Each row's accuracies less those without a gate: a dot a seed, mean and 95 % interval."""
    size = (6.4, 1.2 + 0.28 * len(differences))
    with styled_figure(path, 1, 1, size) as (figure, axes):
        figure.suptitle(textwrap.fill(title, 90), fontsize=10, color=INK)
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


def write_attention(path: pathlib.Path, model_path: pathlib.Path, digits: Digits) -> None:
    """Every gate's mask over one test image of each digit, as the paper's figure 3."""
    model = load_model(model_path)
    plots.write_attention(path, model, digits.x_test, digits.y_test)


def write_digits(path: pathlib.Path, digits: Digits) -> None:
    """The first training images of each digit, as the paper's figure 4."""
    with styled_figure(path, 10, SAMPLES, (7, 5.9)) as (_, axes):
        for digit, row in enumerate(axes):
            for one, index in zip(row, np.flatnonzero(digits.y_train == digit), strict=False):
                one.imshow(digits.x_train[index, ..., 0], cmap="gray_r", vmin=0, vmax=255)
            for one in row:
                one.axis("off")


def write_jitter(path: pathlib.Path, digits: Digits) -> None:
    """The same digits as they are, mirrored and shifted, and under other light."""
    examples = np.array([np.flatnonzero(digits.y_train == d)[0] for d in np.unique(digits.y_train)])
    images = digits.x_train[examples]
    meanings = {
        "flip, shift": Augmentation(shift_pixels=2.0, horizontal_flip=True, whole_pixels=True),
        "light": Augmentation(brightness=0.2, contrast=0.2),
    }
    rng = np.random.default_rng(1)
    rows = [("as it is", images)]
    for name, augmentation in meanings.items():
        draws = augmentation.draw(rng, len(images))
        rows.append((name, np.asarray(augmentation.apply(images, draws))))
    with styled_figure(path, len(rows), len(images), (9, 2.9)) as (_, axes):
        for row, (name, pictures) in zip(axes, rows, strict=True):
            for one, picture in zip(row, pictures, strict=True):
                one.imshow(picture[..., 0], cmap="gray_r", vmin=0, vmax=255)
                one.set(xticks=[], yticks=[])
                one.spines[:].set_visible(False)
            row[0].set_ylabel(name)


def write_lbp(path: pathlib.Path, digits: Digits) -> None:
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
