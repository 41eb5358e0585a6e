"""The pictures of a run: curves, confusion matrix, attention masks, worst mistakes, reliability."""

import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from digitnet import files, models
from digitnet.training import scores

INK, MUTED, ACCENT, SECOND = "#22272e", "#8b949e", "#d1495b", "#00798c"
GREY = "#656d76"  # text: MUTED is for lines, and too pale to read
LABELS = {MUTED: GREY}
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "figure.titlesize": 11,
    "text.color": INK,
    "figure.dpi": 130,
    "legend.frameon": False,
}


OF_TEST_IMAGES = ("confusion.png", "reliability.png", "mistakes.png", "attention.png")


def write_all(
    run_dir: pathlib.Path, model: Any, digits: Any, probabilities: np.ndarray, history: list[dict]
) -> None:
    """Writes every picture of a run into its directory, each as a PNG.

    Without test images only the curves are drawn, and older pictures of test images are removed.

    Args:
        run_dir: The directory.
        model: The trained model; masks are drawn for those that have gates.
        digits: The digits it was trained on; the test part is shown.
        probabilities: The model's answers on the test part, `(N, 10)`.
        history: One dict an epoch, as `digitnet.training.checkpoint.Checkpoint.history`.
    """
    write_curves(run_dir / "curves.png", history)
    if not len(digits.y_test):
        for name in OF_TEST_IMAGES:
            (run_dir / name).unlink(missing_ok=True)
        return
    write_confusion(run_dir / "confusion.png", digits.y_test, probabilities)
    write_reliability(run_dir / "reliability.png", digits.y_test, probabilities)
    write_mistakes(run_dir / "mistakes.png", digits.x_test, digits.y_test, probabilities)
    if models.attention_gates(model):
        write_attention(run_dir / "attention.png", model, digits.x_test, digits.y_test)


def write_curves(path: pathlib.Path, history: list[dict]) -> None:
    """Loss and error over epochs, training and validation.

    Args:
        path: The PNG to write.
        history: One dict an epoch, as `digitnet.training.checkpoint.Checkpoint.history`.
    """
    epochs = [row["epoch"] for row in history]
    parts = [("", MUTED, "training")]
    if "val_loss" in history[0]:
        parts.append(("val_", ACCENT, "validation"))
    with styled_figure(path, 1, 2, (8.6, 3.2)) as (figure, (left, right)):
        ends: dict[Any, list] = {left: [], right: []}
        for prefix, colour, name in parts:
            loss = [row[f"{prefix}loss"] for row in history]
            error = [100 * (1 - row[f"{prefix}accuracy"]) for row in history]
            for axes, values, text in (
                (left, loss, f"{name} {loss[-1]:.3g}"),
                (right, error, f"{name} {error[-1]:.2f} %"),
            ):
                marker = "o" if len(history) < 8 else None
                axes.plot(epochs, values, color=colour, marker=marker, markersize=4)
                ends[axes].append((values, text, colour))
        for axes, title in ((left, "loss (cross-entropy, nats)"), (right, "error (%)")):
            axes.set(xlabel="epoch", title=title)
            _set_scale(axes, np.concatenate([values for values, *_ in ends[axes]]))
            axes.xaxis.get_major_locator().set_params(integer=True)
            if len(epochs) == 1:
                axes.set(xticks=epochs, xlim=(epochs[0] - 1, epochs[0] + 1))
            axes.grid(axis="y", which="both", color=MUTED, alpha=0.2)
            _label_ends(axes, epochs[-1], ends[axes])
        last = ends[right][-1][0][-1]
        count = f"{len(epochs)} epoch" + "s" * (len(epochs) > 1)
        figure.suptitle(f"{parts[-1][2].capitalize()} error {last:.2f} % after {count}")


def _set_scale(axes: Any, values: np.ndarray) -> None:
    """A logarithmic axis where values span a decade, so that it has labels; else one from zero.

    A zero, which has no place on a logarithmic axis, keeps the axis linear.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    if low <= 0 or high / low < 10:
        axes.set_ylim(0, 1.08 * high or 1)
        axes.margins(y=0.1)
        return
    axes.set(yscale="log", ylim=(low / 1.3, high * 1.3))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 300 else (1,)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _label_ends(axes: Any, x: float, ends: Sequence[tuple]) -> None:
    """Writes each line's name behind its last point, apart where lines end close together."""
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [to_axes.transform((x, values[-1]))[1] for values, *_ in ends]
    order, least = np.argsort(heights), -1.0
    for index in order:
        _, text, colour = ends[index]
        least = max(heights[index], least + 0.09)
        place = dict(xy=(1.02, least), xycoords="axes fraction", annotation_clip=False)
        axes.annotate(text, color=LABELS.get(colour, colour), va="center", **place)


def write_confusion(path: pathlib.Path, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Counts of every label and prediction; mistakes are shaded by their share of the label.

    Args:
        path: The PNG to write.
        labels: Integers `(N,)`, 0..9, at least one.
        probabilities: Floats `(N, 10)`.
    """
    matrix = scores.confusion_matrix(labels, probabilities.argmax(axis=1))
    mistakes = matrix - np.diag(np.diag(matrix))
    correct, total = np.trace(matrix), matrix.sum()
    # The scale is fixed: a shade means the same in every run, and one mistake among a thousand
    # images is nearly white. The root keeps one in a hundred visible.
    shade = np.sqrt(mistakes / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    title = f"{correct:,} of {total:,} right ({100 * correct / total:.2f} %)"
    if mistakes.max() > 1:
        label, prediction = np.unravel_index(mistakes.argmax(), mistakes.shape)
        title += f"\nmost often: {label} read as {prediction}, {mistakes.max():,} times"
    with styled_figure(path, 1, 1, (5.4, 5.5)) as (_, axes):
        axes.imshow(np.ma.masked_equal(shade, 0), cmap="Reds", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(matrix):
            if count:
                axes.text(
                    column,
                    row,
                    f"{count:,}",
                    ha="center",
                    va="center",
                    color="white" if shade[row, column] > 0.55 else INK,
                    weight="bold" if row == column else "normal",
                )
        for digit in np.flatnonzero(matrix.sum(axis=1) == 0):
            axes.text(4.5, digit, "no images", ha="center", va="center", color=MUTED)
        axes.set(
            xticks=range(10), yticks=range(10), xlabel="prediction", ylabel="label", title=title
        )
        axes.set_xticks(np.arange(-0.5, 10), minor=True)
        axes.set_yticks(np.arange(-0.5, 10), minor=True)
        axes.grid(which="minor", color=MUTED, alpha=0.15, linewidth=0.6)
        axes.spines[:].set_visible(False)
        axes.tick_params(which="both", length=0)


def write_reliability(path: pathlib.Path, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Accuracy against confidence, each bin with its 95 % interval and its number of images.

    Args:
        path: The PNG to write.
        labels: Integers `(N,)`, 0..9, at least one.
        probabilities: Floats `(N, 10)`.
    """
    confidence, accuracy, count = scores.reliability(labels, probabilities)
    error = scores.expected_calibration_error(labels, probabilities)
    edges = np.linspace(0, 1, len(count) + 1)
    filled = count > 0
    low, high = _wilson_interval(accuracy[filled], count[filled])
    right = (probabilities.argmax(axis=1) == labels).mean()
    with styled_figure(path, 2, 1, (5.4, 5.2), height_ratios=(3, 1), sharex=True) as (
        figure,
        (upper, lower),
    ):
        upper.plot((0, 1), (0, 1), color=MUTED, linestyle=":")
        # At so low a confidence no answer of ten classes lies: nothing is covered here.
        upper.text(
            0.05,
            0.02,
            "perfect",
            color=GREY,
            fontsize=7,
            rotation=45,
            rotation_mode="anchor",
            transform_rotates_text=True,
            va="top",
        )
        few = count[filled] < 10  # too few images to say anything
        upper.vlines(confidence[filled], low, high, color=ACCENT, alpha=np.where(few, 0.5, 1))
        for part, face in ((~few, ACCENT), (few, "white")):
            points = confidence[filled][part], accuracy[filled][part]
            upper.plot(*points, "o", color=ACCENT, markerfacecolor=face, markersize=5)
        upper.set(ylabel="accuracy", ylim=(-0.03, 1.03))
        upper.set_title(
            "bars: 95 % intervals" + ("; hollow: fewer than 10 images" if few.any() else ""),
            fontsize=8,
            color=GREY,
        )
        bars = lower.bar(
            edges[:-1], count, np.diff(edges), align="edge", color=SECOND, edgecolor="white"
        )
        texts = [f"{number:,}" if number else "" for number in count]
        lower.bar_label(bars, texts, fontsize=6.5, color=INK, padding=1)
        lower.set(xlabel="confidence", ylabel="images", yscale="log", xlim=(0, 1.02))
        lower.set_ylim(0.7, 8 * count.max())
        figure.suptitle(
            f"{100 * probabilities.max(axis=1).mean():.1f} % sure on average, "
            f"{100 * right:.1f} % right\n"
            f"expected calibration error {100 * error:.2f} %, {len(labels):,} images"
        )


def _wilson_interval(share: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share that was seen in `count` draws (Wilson, 1927)."""
    z = 1.96
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return middle - half, middle + half


def write_attention(path: pathlib.Path, model: Any, images: np.ndarray, labels: np.ndarray) -> None:
    """The mask of every gate over the first test image of each digit.

    Args:
        path: The PNG to write.
        model: A model with at least one `AttentionGate`.
        images: uint8 `(N, 28, 28, 1)`, at least one.
        labels: Integers `(N,)`, 0..9.
    """
    examples = np.array([np.flatnonzero(labels == d)[0] for d in range(10) if d in labels])
    gates = models.attention_gates(model)
    size = (1.9 + 0.75 * len(examples), 1.3 + 0.95 * len(gates))
    with styled_figure(path, 1 + len(gates), len(examples), size, squeeze=False) as (figure, axes):
        for column, image in enumerate(images[examples]):
            axes[0, column].imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=255)
        for row, gate in enumerate(gates, start=1):
            before = keras.Model(model.input, gate.input)
            maps = before(images[examples])
            maps = maps if isinstance(maps, list) else [maps]  # the second one opens and closes it
            attention = keras.ops.cast(gate.attention(*maps), "float32")
            masks = keras.ops.convert_to_numpy(attention).mean(axis=-1)
            for column, mask in enumerate(masks):
                picture = axes[row, column].imshow(mask, cmap="magma", vmin=0, vmax=1)
            axes[row, 0].set_ylabel(f"{gate.name}\n{masks.shape[1]}×{masks.shape[2]}")
        axes[0, 0].set_ylabel("image")
        for one in axes.flat:
            one.set(xticks=[], yticks=[])
            one.spines[:].set_visible(False)
        figure.colorbar(picture, ax=axes[1:], label="attention", fraction=0.015, pad=0.01)
        figure.suptitle("What each gate lets through: 0 is closed, 1 open")


def write_mistakes(
    path: pathlib.Path,
    images: np.ndarray,
    labels: np.ndarray,
    probabilities: np.ndarray,
    most: int = 24,
) -> None:
    """The mistakes in which the model gave the true digit least, worst first.

    Args:
        path: The PNG to write.
        images: uint8 `(N, 28, 28, 1)`.
        labels: Integers `(N,)`, 0..9.
        probabilities: Floats `(N, 10)`.
        most: How many are shown at most.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    of_label = probabilities[np.arange(len(labels)), labels]
    worst = wrong[np.argsort(of_label[wrong], kind="stable")][:most]
    rows = max(1, -(-len(worst) // 8))
    columns = max(1, -(-len(worst) // rows))
    title = f"{len(wrong):,} of {len(labels):,} wrong" if len(wrong) else _none_wrong(len(labels))
    if len(wrong) > len(worst):
        title += f"; the {len(worst)} worst"
    size = (max(2.6, 0.3 + 1.1 * columns), 0.4 + 1.45 * rows) if len(worst) else (2.6, 0.5)
    with styled_figure(path, rows, columns, size, squeeze=False) as (figure, axes):
        figure.suptitle(title)
        for one in axes.flat:
            one.axis("off")
        for one, index in zip(axes.flat, worst, strict=False):
            prediction = probabilities[index].argmax()
            one.imshow(images[index, ..., 0], cmap="gray_r", vmin=0, vmax=255)
            one.set_title(
                f"is {labels[index]} ({of_label[index]:.0%})\n"
                f"read {prediction} ({probabilities[index, prediction]:.0%})",
                fontsize=7.5,
            )


def _none_wrong(count: int) -> str:
    return f"None of {count:,} test images wrong"


class styled_figure:
    """A figure in the project's style that becomes a PNG when the block ends well.

    The block gets the figure and its axes, as `Figure.subplots(rows, columns, **options)` has them.
    """

    def __init__(
        self,
        path: pathlib.Path,
        rows: int,
        columns: int,
        size_inches: tuple[float, float],
        **options: Any,
    ) -> None:
        self.path, self.grid, self.options = path, (rows, columns), options
        self.size_inches = size_inches

    def __enter__(self) -> tuple[Any, Any]:
        # Figures without pyplot: no global state, no display, safe in tests and threads.
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._context = rc_context(STYLE)
        self._context.__enter__()
        self.figure = Figure(figsize=self.size_inches, layout="constrained")
        FigureCanvasAgg(self.figure)
        return self.figure, self.figure.subplots(*self.grid, **self.options)

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        try:
            if kind is None:
                with files.replacing(self.path) as temporary:
                    self.figure.savefig(temporary)
        finally:
            self._context.__exit__(kind, *error)
