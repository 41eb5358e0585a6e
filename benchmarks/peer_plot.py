"""Accuracy over bytes and over microseconds, as one picture: labels stand at their points."""

INK, MUTED, OURS, OTHERS = "#22272e", "#8b949e", "#d1495b", "#00798c"


def write(path, report):
    """Draws what `benchmarks.peers` measured.

    Args:
        path: Of the PNG.
        report: As `peers.measure` returns it. Each row's quickest runtime is drawn.
    """
    from digitnet import files

    with files.replacing(path) as temporary:
        figure = _drawn(report["rows"])
        figure.savefig(temporary, format="png")


def _drawn(rows):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.6), dpi=130, layout="constrained")
    panels = figure.subplots(2, 2, sharex="col")
    for line, (key, title) in enumerate(
        [("accuracy", "accuracy on test images, %"), ("corrupted_accuracy", "corrupted, %")]
    ):
        sizes = [(row["title"], row["bytes"], 100 * row[key]) for row in rows]
        times = [(row["title"], _quickest(row), 100 * row[key]) for row in rows]
        _panel(panels[line][0], sizes, title)
        _panel(panels[line][1], [point for point in times if point[1]], "")
    panels[1][0].set_xlabel("bytes of the file")
    panels[1][1].set_xlabel("µs a digit, one core, the file's quickest runtime")
    figure.suptitle("Up and to the left is better", color=INK, fontsize=11)
    return figure


def _quickest(row):
    times = [time for time in row["microseconds"].values() if time is not None]
    return min(times) if times else None


def _panel(axes, points, label):
    axes.set_xscale("log")
    axes.set_ylabel(label, color=INK)
    axes.grid(True, color=MUTED, alpha=0.25, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.25, y=0.25)
    placed = []
    for title, x, y in sorted(points, key=lambda point: -point[2]):
        colour = OURS if title.startswith("digitnet") else OTHERS
        axes.plot([x], [y], "o", color=colour, markersize=5)
        placed.append((title, x, y, colour))
    _write_labels(axes, placed)


def _write_labels(axes, placed):
    """Writes each point's name beside it, lower where the one above would be covered."""
    axes.figure.draw_without_rendering()
    taken = []
    for title, x, y, colour in placed:
        left, bottom = axes.transData.transform((x, y))
        height = 11 * axes.figure.dpi / 72
        right_half = axes.transAxes.inverted().transform((left, bottom))[0] > 0.55
        bottom -= height / 3
        while any(abs(bottom - other) < height and side == right_half for other, side in taken):
            bottom -= height / 4
        taken.append((bottom, right_half))
        axes.annotate(
            title,
            (x, y),
            xytext=(left + (-7 if right_half else 7), bottom),
            textcoords="figure pixels",
            ha="right" if right_half else "left",
            fontsize=7,
            color=colour,
        )
