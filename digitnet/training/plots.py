"""The pictures of a run: curves, confusion matrix, attention masks, worst mistakes, reliability."""

import keras
import numpy as np

from digitnet import files, models
from digitnet.training import scores

INK, MUTED, ACCENT, SECOND = "#22272e", "#8b949e", "#d1495b", "#00798c"
STYLE = {
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "figure.dpi": 130,
    "legend.frameon": False,
}


def write_all(run_dir, model, digits, probabilities, history) -> None:
    """Writes every picture of a run into its directory, each as a PNG.

    Args:
        run_dir: The directory.
        model: The trained model; masks are drawn for those that have gates.
        digits: The digits it was trained on; the test part is shown.
        probabilities: The model's answers on the test part, `(N, 10)`.
        history: One dict an epoch, as `digitnet.training.checkpoint.Checkpoint.history`.
    """
    write_curves(run_dir / "curves.png", history)
    write_confusion(run_dir / "confusion.png", digits.y_test, probabilities)
    write_reliability(run_dir / "reliability.png", digits.y_test, probabilities)
    write_mistakes(run_dir / "mistakes.png", digits.x_test, digits.y_test, probabilities)
    if models.attention_gates(model):
        write_attention(run_dir / "attention.png", model, digits.x_test, digits.y_test)


def write_curves(path, history) -> None:
    """Loss and error over epochs, training and validation.

    Args:
        path: The PNG to write.
        history: One dict an epoch, as `digitnet.training.checkpoint.Checkpoint.history`.
    """
    from matplotlib.ticker import LogLocator

    epochs = [row["epoch"] for row in history]
    with styled_figure(path, 1, 2, (8, 3.2)) as (_, (left, right)):
        for prefix, colour, label in (
            ("", MUTED, "training, augmented"),
            ("val_", ACCENT, "validation"),
        ):
            if f"{prefix}loss" not in history[0]:
                continue
            marker = "o" if len(history) == 1 else None
            loss = [row[f"{prefix}loss"] for row in history]
            # An error of 0 has no place on a logarithmic axis.
            error = [max(100 * (1 - row[f"{prefix}accuracy"]), 0.01) for row in history]
            left.plot(epochs, loss, color=colour, label=label, marker=marker)
            right.plot(epochs, error, color=colour, label=label, marker=marker)
        for axes, title in ((left, "loss (cross-entropy, nats)"), (right, "error (%)")):
            axes.set(xlabel="epoch", title=title, yscale="log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.grid(axis="y", which="both", color=MUTED, alpha=0.2)
        left.legend()


def write_confusion(path, labels, probabilities) -> None:
    """Counts of every label and prediction; mistakes are shaded, correct answers are not.

    Args:
        path: The PNG to write.
        labels: Integers `(N,)`, 0..9.
        probabilities: Floats `(N, 10)`.
    """
    matrix = scores.confusion_matrix(labels, probabilities.argmax(axis=1))
    mistakes = matrix - np.diag(np.diag(matrix))
    correct, total = np.trace(matrix), matrix.sum()
    with styled_figure(path, 1, 1, (5.2, 5.2)) as (_, axes):
        axes.imshow(
            np.sqrt(mistakes), cmap="Reds", vmin=0, vmax=max(1, mistakes.max() ** 0.5 * 1.3)
        )
        for (row, column), count in np.ndenumerate(matrix):
            if count:
                weight = "bold" if row == column else "normal"
                axes.text(column, row, count, ha="center", va="center", color=INK, weight=weight)
        axes.set(
            xticks=range(10),
            yticks=range(10),
            xlabel="prediction",
            ylabel="label",
            title=f"{correct:,} of {total:,} right ({correct / total:.2%})",
        )
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)


def write_reliability(path, labels, probabilities) -> None:
    """Accuracy against confidence, and how many images each bin holds.

    Args:
        path: The PNG to write.
        labels: Integers `(N,)`, 0..9.
        probabilities: Floats `(N, 10)`.
    """
    confidence, accuracy, count = scores.reliability(labels, probabilities)
    error = scores.expected_calibration_error(labels, probabilities)
    edges = np.linspace(0, 1, len(count) + 1)
    with styled_figure(path, 2, 1, (4.6, 5), height_ratios=(3, 1), sharex=True) as (
        _,
        (upper, lower),
    ):
        upper.plot((0, 1), (0, 1), color=MUTED, linestyle=":", label="perfect")
        filled = count > 0
        upper.plot(confidence[filled], accuracy[filled], "o-", color=ACCENT, label="measured")
        upper.set(
            ylabel="accuracy", ylim=(0, 1.03), title=f"expected calibration error {error:.2%}"
        )
        upper.legend(loc="upper left")
        lower.bar(edges[:-1], count, np.diff(edges), align="edge", color=SECOND, edgecolor="white")
        lower.set(xlabel="confidence", ylabel="images", yscale="log", xlim=(0, 1.02))


def write_attention(path, model, images, labels) -> None:
    """The mask of every gate over the first test image of each digit.

    Args:
        path: The PNG to write.
        model: A model with at least one `AttentionGate`.
        images: uint8 `(N, 28, 28, 1)`.
        labels: Integers `(N,)`, 0..9.
    """
    examples = np.array([np.flatnonzero(labels == d)[0] for d in range(10) if d in labels])
    gates = models.attention_gates(model)
    with styled_figure(path, 1 + len(gates), len(examples), (9, 1 + 0.95 * len(gates))) as (
        figure,
        axes,
    ):
        axes = np.reshape(axes, (1 + len(gates), len(examples)))  # one digit makes one column
        for column, image in enumerate(images[examples]):
            axes[0, column].imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=255)
        for row, gate in enumerate(gates, start=1):
            before = keras.Model(model.input, gate.input)
            maps = before(images[examples])
            attention = keras.ops.cast(gate.attention(maps), "float32")
            masks = keras.ops.convert_to_numpy(attention).mean(axis=-1)
            for column, mask in enumerate(masks):
                picture = axes[row, column].imshow(mask, cmap="magma", vmin=0, vmax=1)
            axes[row, 0].set_ylabel(f"{gate.name}\n{masks.shape[1]}×{masks.shape[2]}")
        axes[0, 0].set_ylabel("image")
        for one in axes.flat:
            one.set(xticks=[], yticks=[])
            one.spines[:].set_visible(False)
        figure.colorbar(picture, ax=axes[1:], label="attention", fraction=0.015, pad=0.01)


def write_mistakes(path, images, labels, probabilities, most=24) -> None:
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
    with styled_figure(path, rows, 8, (9, 0.5 + 1.4 * rows)) as (figure, axes):
        figure.suptitle(f"{len(wrong):,} of {len(labels):,} wrong; the {len(worst)} worst")
        for one in np.ravel(axes):
            one.axis("off")
        for one, index in zip(np.ravel(axes), worst, strict=False):
            prediction = probabilities[index].argmax()
            one.imshow(images[index, ..., 0], cmap="gray_r", vmin=0, vmax=255)
            one.set_title(
                f"is {labels[index]} ({of_label[index]:.0%})\n"
                f"read {prediction} ({probabilities[index, prediction]:.0%})",
                fontsize=7.5,
            )


class styled_figure:
    """A figure in the project's style that becomes a PNG when the block ends well."""

    def __init__(self, path, rows, columns, size_inches, **options):
        self.path, self.grid, self.options = path, (rows, columns), options
        self.size_inches = size_inches

    def __enter__(self):
        # Figures without pyplot: no global state, no display, safe in tests and threads.
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._context = rc_context(STYLE)
        self._context.__enter__()
        self.figure = Figure(figsize=self.size_inches, layout="constrained")
        FigureCanvasAgg(self.figure)
        return self.figure, self.figure.subplots(*self.grid, **self.options)

    def __exit__(self, kind, *error):
        try:
            if kind is None:
                with files.replacing(self.path) as temporary:
                    self.figure.savefig(temporary)
        finally:
            self._context.__exit__(kind, *error)
