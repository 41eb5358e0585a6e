"""Accuracy over bytes and over microseconds, as one picture: labels stand at their points."""

from benchmarks import peer_networks

INK, MUTED, OURS, OTHERS = "#22272e", "#8b949e", "#d1495b", "#00798c"
# Where a label may stand from its point, in points: (x, y, alignment); the first free one is taken.
PLACES = [
    (0, 6, "center"), (6, -3, "left"), (-6, -3, "right"), (0, -13, "center"), (8, 10, "left"),
    (-8, 10, "right"), (8, -16, "left"), (-8, -16, "right"), (-8, 4, "right"), (8, 4, "left"),
    (0, 18, "center"), (0, -26, "center"),
]  # fmt: skip
# A label is clear that lies so many pixels nearer to its own network than to any other's.
CLEAR = 6


def write(path, report):
    """Draws what `benchmarks.peers` measured; a network's int8 and float32 files are joined.

    Args:
        path: Of the PNG.
        report: As `peers.measure` returns it. Each row's quickest runtime is drawn.
    """
    from digitnet import files

    with files.replacing(path) as temporary:
        _drawn(report["rows"]).savefig(temporary, format="png")


def _drawn(rows):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4), dpi=130)
    panels = figure.subplots(2, 2, sharex="col")
    figure.subplots_adjust(left=0.075, right=0.985, top=0.93, bottom=0.09, wspace=0.13, hspace=0.08)
    for line, key in enumerate(("accuracy", "corrupted_accuracy")):
        sizes = [(row["title"], row["bytes"], 100 * row[key]) for row in rows]
        times = [(row["title"], _quickest(row), 100 * row[key]) for row in rows]
        for axes, points in zip(panels[line], (sizes, times), strict=True):
            _panel(axes, [point for point in points if point[1]])
    panels[0][0].set_ylabel("test images right, %", color=INK)
    panels[1][0].set_ylabel("corrupted images right, %", color=INK)
    panels[1][0].set_xlabel("bytes of the file")
    panels[1][1].set_xlabel("µs a digit on one core, in the quickest runtime")
    figure.suptitle(
        "Up and to the left is better; filled: int8, hollow: float32", color=INK, fontsize=11
    )
    return figure


def _quickest(row):
    times = [time for time in row["microseconds"].values() if time is not None]
    return min(times) if times else None


def _panel(axes, points):
    from matplotlib import ticker

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.grid(True, color=MUTED, alpha=0.25, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.18, y=0.2)
    networks = {}
    for title, x, y in points:
        network, _, number_format = title.rpartition(", ")
        if number_format not in peer_networks.FORMATS:
            network, number_format = title, "int8"
        networks.setdefault(network, []).append((number_format, x, y))
    for network, ends in networks.items():
        colour = OURS if network.startswith("digitnet") else OTHERS
        axes.plot(*zip(*[end[1:] for end in ends], strict=True), "-", color=colour, alpha=0.4)
        for number_format, x, y in ends:
            face = colour if number_format == "int8" else "white"
            axes.plot([x], [y], "o", color=colour, markerfacecolor=face, markersize=6)
    _write_names(axes, {network: [end[1:] for end in ends] for network, ends in networks.items()})


def _write_names(axes, networks):
    """Writes each network's name beside its first point, where nobody takes it for another's."""
    import numpy as np

    axes.figure.draw_without_rendering()  # the scales are final from here on
    # What is drawn of each network, in pixels: its points, and the line between them.
    drawn = {}
    for network, ends in networks.items():
        first, last = axes.transData.transform(ends)[[0, -1]]
        drawn[network] = first + np.linspace(0, 1, 30)[:, np.newaxis] * (last - first)
    taken = []
    for network, ends in sorted(networks.items(), key=lambda item: -item[1][0][1]):
        colour = OURS if network.startswith("digitnet") else OTHERS
        others = [pixels for name, pixels in drawn.items() if name != network]
        found = []
        for x, y, alignment in PLACES:
            text = axes.annotate(
                network, ends[0], xytext=(x, y), textcoords="offset points", ha=alignment,
                fontsize=8, color=colour,
            )  # fmt: skip
            extent = text.get_window_extent()
            inside = axes.bbox.x0 <= extent.x0 and extent.x1 <= axes.bbox.x1
            free = inside and not any(extent.overlaps(other) for other in taken)
            own = _gap(extent, drawn[network])
            other = min((_gap(extent, one) for one in others), default=np.inf)
            clear = min(other - own, CLEAR)
            found.append((free, own > 0 and other > 0, clear, -len(found), text, extent))
            text.remove()
        *_, text, extent = max(found, key=lambda place: place[:4])
        axes.add_artist(text)
        taken.append(extent)


def _gap(extent, pixels):
    """How far the nearest of some points lies from a label, in pixels; 0 inside it."""
    import numpy as np

    x, y = pixels.T
    across = np.maximum(0, np.maximum(extent.x0 - x, x - extent.x1))
    down = np.maximum(0, np.maximum(extent.y0 - y, y - extent.y1))
    return float(np.hypot(across, down).min())
