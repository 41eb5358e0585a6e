"""How many digits the demo reads on drawn pages that no training saw, by kind of page.

    python -m benchmarks.drawn_pages [--pages N] [--only TEXT] [--model FILE] [--sheet FILE.png]
                                    [--hands FOLDER]

Each kind emphasises one property and leaves the rest to chance. Pages are 640×480; they are written
with stroke digits, print, and the MNIST images that training holds out. A digit is read when a
reading of it lies on it; every other reading is a false digit, but for one on what a person may or
may not read: a digit cut off, too faint or too small.
"""

import json
import sys

from benchmarks import blocks
from edge_demo.contract import run_command

SIZE = (640, 480)
SEED = 20_260_726  # and the kind's number and the page's: pools' seeds have two parts
NAMES = ("pages", "digits", "read", "found", "false_digits", "wholly_right")
LEAST_OVERLAP = 0.4  # of a reading and a digit, as benchmarks.scenes has it
LEAST_ON_UNSURE = 0.3  # of a reading's own area


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("drawn_pages", __doc__)
    parser.add_argument("--pages", type=int, default=20, help="of each kind (default: 20)")
    blocks.add_only_option(parser)
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    blocks.add_page_reader_options(parser)
    blocks.add_hands_option(parser)
    parser.add_argument("--threshold", type=float, metavar="P", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every mistake into one picture")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "pages")
    blocks.use_hands(arguments)
    names = blocks.kinds_of(arguments)

    from tqdm import tqdm

    from benchmarks import sheets
    from edge_demo.model.classifier import Classifier
    from edge_demo.reading import reader
    from edge_demo.showing.saving import write_picture

    classifier = Classifier(arguments.model)
    network = blocks.page_reader(arguments)
    threshold = reader.THRESHOLD if arguments.threshold is None else arguments.threshold
    digits, labels = held_out_digits()
    kinds, tiles = {}, []
    for kind in names:
        kinds[kind] = dict.fromkeys(NAMES, 0)
        for number in tqdm(range(arguments.pages), desc=kind, unit="page"):
            page = benchmark_page(kind, number, digits, labels)
            readings = reader.read_digits(page.image, classifier, network, threshold)
            counts = score(page, readings)
            for name, count in zip(NAMES, counts, strict=True):
                kinds[kind][name] += count
            if arguments.sheet and not counts[-1]:
                tiles.append(_tile(page, readings, f"{kind} {number}"))
    if tiles:
        write_picture(arguments.sheet, sheets.sheet(tiles, 4))
    if arguments.json:
        print(json.dumps(kinds))
        return 0
    table = markdown(kinds)
    if arguments.write:
        blocks.write(arguments.write, "drawn-pages", table, blocks.command(parser, argv))
    print(table)
    return 0


def held_out_digits():
    """MNIST training images that no training sees: uint8 [5000, 28, 28], and their labels."""
    from digitnet.digits import datasets

    held_out = datasets.load("mnist")
    return held_out.x_validation[..., 0], held_out.y_validation


def benchmark_page(kind, number, digits, labels):
    """The page of a kind, one of `KINDS`, and number, a WrittenPage."""
    from digitnet.drawn.page_kinds import KINDS
    from digitnet.drawn.written_pages import draw_written_page

    seed = (SEED, list(KINDS).index(kind), number)
    return draw_written_page(seed, digits, labels, SIZE, {"empty": False, **KINDS[kind]})


def score(page, readings):
    """Returns counts as in NAMES for one page; `found` disregards which digit was read."""
    left = list(readings)
    read = found = 0
    for digit, box in zip(page.digits, page.boxes, strict=True):
        fitting = [reading for reading in left if overlap(reading.box, box) >= LEAST_OVERLAP]
        if fitting:
            best = max(fitting, key=lambda reading: overlap(reading.box, box))
            left.remove(best)
            found += 1
            read += int(best.digit == digit)
    wrong = found - read
    stray = [reading for reading in left if not on_unsure(reading.box, page.unsure)]
    false = wrong + len(stray)
    return 1, len(page.digits), read, found, false, int(read == len(page.digits) and not false)


def overlap(one, other):
    """Returns the shared area of two boxes (x, y, width, height) over that of both together."""
    shared = _shared(one, other)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def on_unsure(box, unsure):
    """Whether a box lies on one of those (x, y, width, height) that may be read or not."""
    return any(_shared(box, other) >= LEAST_ON_UNSURE * box[2] * box[3] for other in unsure)


def _shared(one, other):
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return float(max(0, width) * max(0, height))


def _tile(page, readings, caption):
    import cv2

    from benchmarks import sheets
    from edge_demo.showing import overlay

    drawn = overlay.draw(cv2.cvtColor(page.image, cv2.COLOR_GRAY2BGR), readings, False)
    for boxes, colour in ((page.boxes, (200, 120, 0)), (page.unsure, (160, 160, 160))):
        for x, y, width, height in boxes.astype(int).tolist():
            cv2.rectangle(drawn, (x - 2, y - 2), (x + width + 1, y + height + 1), colour, 1)
    return sheets.tile(drawn, [caption, "".join(map(str, page.digits))[:60]], 480)


def markdown(kinds):
    """Returns the counts per kind of page as a Markdown table."""
    kinds = {**kinds, "all": {n: sum(counts[n] for counts in kinds.values()) for n in NAMES}}
    lines = [
        "| page | pages | digits read | share | found | false digits | wholly right |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, counts in kinds.items():
        share = f"{100 * counts['read'] / counts['digits']:.1f} %" if counts["digits"] else "–"
        lines.append(
            f"| {kind} | {counts['pages']} | {counts['read']} of {counts['digits']} | {share} "
            f"| {counts['found']} | {counts['false_digits']} | {counts['wholly_right']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
