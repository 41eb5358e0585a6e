"""The pictures of `benchmarks.gates`: differences with their intervals, and masks over digits."""

from __future__ import annotations

import pathlib
import statistics
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import gates
from benchmarks.gate_cells import CLEAN, CLUTTER_SEEDS, CLUTTERED, DIGITS, Kind
from edge_demo.contract import UserError

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits


def write_differences(path: pathlib.Path, cells: dict[Kind, list[dict]]) -> None:
    """Each gate's accuracy less that without one: a dot a seed, mean and 95 % interval.

    Args:
        path: Of the PNG.
        cells: As `gate_cells.read` gives them.
    """
    from digitnet.training.plots import ACCENT, GREY, MUTED, SECOND, styled_figure

    rows = [row for row in gates.ordered(cells) if row[2] != gates.NONE]
    if not rows:
        raise UserError("no finished cell has a gate yet, so there is no difference to draw.")
    # A scale for each recipe: seeds of one scatter twenty times as far as another's.
    of_recipe: dict[tuple[str, int], list[str]] = {}
    for recipe, epochs, model in rows:
        of_recipe.setdefault((recipe, epochs), []).append(model)
    counts = [len(models) for models in of_recipe.values()]
    size = (9, 1 + 0.34 * len(rows) + 0.8 * len(counts))
    with styled_figure(
        path, len(counts), 2, size, sharex="row", sharey="row", height_ratios=counts, squeeze=False
    ) as (figure, panels):
        for pair, ((recipe, epochs), models) in zip(panels, of_recipe.items(), strict=True):
            for axes, digits in zip(pair, DIGITS, strict=True):
                axes.axvline(0, color=MUTED, linewidth=0.8)
                axes.set_title(f"{recipe}, {epochs} epochs: {digits} digits", fontsize="medium")
                axes.locator_params(axis="x", nbins=5)
                for height, model in enumerate(models):
                    kind = Kind(recipe, digits, model, epochs)
                    points = gates.differences(cells, kind) if kind in cells else []
                    if points:
                        colour = ACCENT if model == gates.DEEPER else SECOND
                        _draw_difference(axes, height, [100 * one for one in points], colour)
            names = [gates.title(model) for model in models]
            pair[0].set_yticks(range(len(models)), names, color=GREY)
            pair[0].set_ylim(len(models) - 0.5, -0.5)
        for axes in panels[-1]:
            axes.set_xlabel("points of test accuracy against no gate")
        figure.suptitle("Right of the line a gate pays; pale: each seed, bar: 95 % interval")


def _draw_difference(axes, height: int, points: list[float], colour: str) -> None:
    from digitnet.paper.report.seeds import margin

    axes.plot(points, [height] * len(points), "o", color=colour, alpha=0.3, markersize=4)
    half = margin(points) if len(points) > 1 else 0
    axes.errorbar(statistics.mean(points), height, xerr=half, fmt="o", color=colour, capsize=3)


def write_masks(
    path: pathlib.Path,
    cells: dict[Kind, list[dict]],
    out: pathlib.Path,
    digits: Digits,
    recipe: str = "default",
) -> None:
    """The first masks of the paper's gates and of the deeper one, over a test image of each digit.

    Args:
        path: Of the PNG.
        cells: As `gate_cells.read` gives them; the first seed of each kind is shown.
        out: Their folder.
        digits: The clean ones, a `Digits`.
        recipe: Whose networks are shown.
    """
    import keras

    from digitnet import models
    from digitnet.training.plots import styled_figure

    chosen = [int(np.flatnonzero(digits.y_test == one)[0]) for one in np.unique(digits.y_test)]
    rows = []
    for these in DIGITS:
        images = _test_images(digits, these)[chosen]
        rows.append((f"{these}\ndigits", images, None))
        for model in (gates.PAPERS, gates.DEEPER):
            kind = _longest(cells, recipe, these, model)
            if kind is None:
                continue
            cell = cells[kind][0]
            file = out / cell["run"] / f"seed-{cell['seeds'][0]}" / "model.keras"
            network = keras.models.load_model(file)
            masks = np.asarray(models.with_attention(network)(images)["attention"])[..., 0]
            rows.append((gates.title(model).replace(" ", "\n", 1), images, masks))
    if all(masks is None for *_, masks in rows):
        raise UserError(f"no finished cell of the recipe {recipe} has a gate whose mask to draw.")
    with styled_figure(path, len(rows), len(chosen), (9.4, 0.5 + 0.92 * len(rows))) as (
        figure,
        axes,
    ):
        for line, (name, images, masks) in zip(axes, rows, strict=True):
            line[0].set_ylabel(name, rotation=0, ha="right", va="center")
            for column, one in enumerate(line):
                one.set(xticks=[], yticks=[])
                one.spines[:].set_visible(False)
                one.imshow(images[column, ..., 0], cmap="gray_r", vmin=0, vmax=255)
                if masks is None:
                    continue
                closed = 1 - np.kron(masks[column], np.ones((2, 2)))  # to the image's 28×28
                colour = np.zeros((*closed.shape, 4))
                colour[..., :3], colour[..., 3] = (0.82, 0.29, 0.36), 0.85 * closed
                one.imshow(colour)
                one.set_xlabel(f"{masks[column].min():.2f}–{masks[column].max():.2f}", fontsize=6.5)
        figure.suptitle(
            "Red is closed; below each: the least and the most that its mask lets through"
        )


def _test_images(digits, these):
    from digitnet.drawn.cluttered import cluttered_digits

    if these == CLEAN:
        return digits.x_test
    assert these == CLUTTERED
    return cluttered_digits(digits.x_test, CLUTTER_SEEDS["test"])


def _longest(cells, recipe, these, model):
    """The kind that was trained for most epochs, or None."""
    kinds = [
        kind for kind in cells if (kind.recipe, kind.digits, kind.model) == (recipe, these, model)
    ]
    return max(kinds, key=lambda kind: kind.epochs, default=None)
