"""On how many pages without a digit the demo reads one all the same.

    python -m benchmarks.empty_pages [--pages N] [--model FILE] [--json] [--sheet FILE.png]

The pages are drawn, with their own seeds: papers, boards and desks with grain, creases, stains,
lines, edges and shadows, and surfaces that no one writes on.
"""

import json
import sys

from benchmarks import blocks
from edge_demo.contract import run_command


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("empty_pages", __doc__)
    parser.add_argument("--pages", type=int, default=20, help="of each kind (default: 20)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    blocks.add_page_reader_options(parser)
    parser.add_argument("--threshold", type=float, metavar="P", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every false digit's page")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from benchmarks import sheets
    from digitnet.drawn.pages import EMPTY_PAGES, draw_empty_page
    from edge_demo.model.classifier import Classifier
    from edge_demo.reading import reader
    from edge_demo.showing import overlay
    from edge_demo.showing.saving import write_picture

    blocks.require_one_or_more(arguments, "pages")
    classifier = Classifier(arguments.model)
    network = blocks.page_reader(arguments)
    threshold = reader.THRESHOLD if arguments.threshold is None else arguments.threshold
    kinds, tiles = {}, []
    for number in range(arguments.pages * len(EMPTY_PAGES)):
        kind = list(EMPTY_PAGES)[number % len(EMPTY_PAGES)]
        page = draw_empty_page(kind, number)
        readings = reader.read_digits(page, classifier, network, threshold)
        counts = kinds.setdefault(kind, {"pages": 0, "with_digits": 0, "false_digits": 0})
        counts["pages"] += 1
        counts["with_digits"] += bool(readings)
        counts["false_digits"] += len(readings)
        if readings:
            tiles.append(sheets.tile(overlay.draw(page, readings, False), [kind], 320))
    if arguments.sheet and tiles:
        write_picture(arguments.sheet, sheets.sheet(tiles, 5))
    if arguments.json:
        print(json.dumps(kinds))
        return 0
    table = markdown(kinds)
    if arguments.write:
        blocks.write(arguments.write, "empty-pages", table, blocks.command(parser, argv))
    print(table)
    return 0


def markdown(kinds):
    """Returns the counts per kind of page as a Markdown table."""
    names = ("pages", "with_digits", "false_digits")
    kinds = {**kinds, "all": {n: sum(counts[n] for counts in kinds.values()) for n in names}}
    lines = ["| page | pages | with a false digit | false digits |", "|---|---|---|---|"]
    lines += [
        f"| {kind} | " + " | ".join(str(counts[name]) for name in names) + " |"
        for kind, counts in kinds.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
