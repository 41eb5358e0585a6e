"""Draws docs/architecture.svg: `python docs/draw_architecture.py`. A test compares the two."""

import pathlib

FILE = pathlib.Path(__file__).resolve().with_name("architecture.svg")
WIDTH, HEIGHT = 960, 466
INK, MUTED, PAPER = "#22272e", "#6e7781", "#ffffff"
ROOMS = {"digitnet": "#e7f1f2", "export": "#f6eef0", "edge_demo": "#eef3e6"}
FONT = "font-family='Helvetica, Arial, sans-serif'"
MONO = "font-family='Menlo, Consolas, monospace'"


def text(x, y, words, size=13, colour=INK, anchor="middle", weight="normal", mono=False):
    """One line of text with its baseline at y."""
    family = MONO if mono else FONT
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' fill='{colour}' text-anchor='{anchor}' "
        f"font-weight='{weight}' {family}>{words}</text>"
    )


def box(x, y, width, height, fill, stroke=MUTED, radius=8):
    """A rectangle with round corners."""
    return (
        f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='{radius}' fill='{fill}' "
        f"stroke='{stroke}'/>"
    )


def arrow(x1, y1, x2, y2):
    """A line with a head at its second end."""
    return (
        f"<line x1='{x1}' y1='{y1}' x2='{x2}' y2='{y2}' stroke='{INK}' stroke-width='1.6' "
        "marker-end='url(#head)'/>"
    )


def room(x, name, title, lines):
    """One of the three packages: its name, what it is for, and its main modules."""
    parts = [box(x, 70, 212, 190, ROOMS[name])]
    parts.append(text(x + 106, 98, name, 17, weight="bold", mono=True))
    parts.append(text(x + 106, 118, title, 12, MUTED))
    for row, (module, what) in enumerate(lines):
        parts.append(text(x + 14, 146 + 22 * row, module, 12, anchor="start", mono=True))
        parts.append(text(x + 114, 146 + 22 * row, what, 12, MUTED, anchor="start"))
    return parts


def file(x, y, name, lines):
    """A file on disk, which is where two rooms meet."""
    parts = [box(x, y, 102, 76, PAPER, INK, 3), text(x + 51, y + 24, name, 12, mono=True)]
    return parts + [text(x + 51, y + 42 + 15 * i, line, 11, MUTED) for i, line in enumerate(lines)]


def chain(y, title, steps, colour):
    """A row of small boxes with arrows between them."""
    parts = [text(20, y - 12, title, 13, anchor="start", weight="bold")]
    gap = 18
    width = (WIDTH - 40 - gap * (len(steps) - 1)) / len(steps)
    for index, (name, what) in enumerate(steps):
        x = round(20 + index * (width + gap), 1)
        middle = round(x + width / 2, 1)
        parts.append(box(x, y, round(width, 1), 46, colour, radius=5))
        parts.append(text(middle, y + 20, name, 12))
        parts.append(text(middle, y + 36, what, 10.5, MUTED))
        if index:
            parts.append(arrow(round(x - gap + 2, 1), y + 23, round(x - 4, 1), y + 23))
    return parts


def draw() -> str:
    """The whole picture as SVG."""
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' "
        f"viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='How digitnet fits together'>",
        "<defs><marker id='head' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' "
        f"markerHeight='7' orient='auto'><path d='M0 0 L8 4 L0 8 z' fill='{INK}'/></marker></defs>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='{PAPER}'/>",
        text(
            20, 34, "Three rooms, and two files where they meet", 16, weight="bold", anchor="start"
        ),
    ]
    training = [
        ("models.py", "the networks"),
        ("attention.py", "the gate"),
        ("digits/", "digits as arrays"),
        ("drawn/", "drawing engine"),
        ("training/", "digits to run"),
    ]
    bridge = [
        ("rewrite.py", "faster graph"),
        ("convert.py", "formats"),
        ("targets.py", "what can run"),
        ("one_format.py", "labels inside"),
        ("verify.py", "test images"),
    ]
    device = [
        ("frames/", "cameras, files"),
        ("reading/", "frame to digits"),
        ("model/", "a .tflite file"),
        ("showing/", "boxes, window"),
        ("web/", "the page"),
    ]
    parts += room(20, "digitnet", "training: Keras 3", training)
    parts += file(252, 127, "run directory", ["model.keras", "config, metrics"])
    parts += room(374, "export", "the bridge: TensorFlow", bridge)
    parts += file(606, 127, ".tflite", ["weights, labels,", "contract: one file"])
    parts += room(728, "edge_demo", "the device: NumPy, OpenCV", device)
    parts += [arrow(x, 165, x + 18, 165) for x in (233, 355, 587, 709)]
    network = [
        ("image", "28×28, uint8"),
        ("conv, pool", "14×14×6"),
        ("gate 1", "mask 14×14"),
        ("conv, pool", "5×5×16"),
        ("gate 2", "mask 5×5"),
        ("dense", "120, 84"),
        ("probabilities", "10"),
    ]
    reading = [
        ("frame", "any size"),
        ("ink", "against its paper"),
        ("candidates", "boxes"),
        ("normalised", "28×28, as MNIST"),
        ("network", "the .tflite file"),
        ("digits", "boxes, confidences"),
    ]
    parts += chain(310, "The network: lenet_attention", network, ROOMS["digitnet"])
    parts += chain(404, "The device: from a frame to digits", reading, ROOMS["edge_demo"])
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    FILE.write_text(draw(), encoding="utf-8")
