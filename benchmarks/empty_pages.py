"""On how many pages without a digit the demo reads one all the same.

    python -m benchmarks.empty_pages [--pages N] [--model FILE] [--json] [--sheet FILE.png]

The pages are drawn, with their own seeds: papers, boards and desks with grain, creases, stains,
lines, edges and shadows, and surfaces that no one writes on.
"""

import json
import sys

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

SIZE = (640, 480)


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("empty_pages", __doc__)
    parser.add_argument("--pages", type=int, default=20, help="of each kind (default: 20)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--threshold", type=float, metavar="P", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every false digit's page")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from benchmarks import sheets
    from edge_demo.model.classifier import Classifier
    from edge_demo.reading import reader
    from edge_demo.showing import overlay
    from edge_demo.showing.saving import write_picture

    if arguments.pages < 1:
        raise UserError(f"--pages takes 1 or more. Received: {arguments.pages}")
    classifier = Classifier(arguments.model)
    threshold = reader.THRESHOLD if arguments.threshold is None else arguments.threshold
    kinds, tiles = {}, []
    for number in range(arguments.pages * len(KINDS)):
        kind = list(KINDS)[number % len(KINDS)]
        page = draw_empty_page(kind, number)
        readings = reader.read_digits(page, classifier, threshold)
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


def draw_empty_page(kind, seed):
    """Returns uint8 [480, 640, 3], a page of a kind without any digit on it."""
    import numpy as np

    from digitnet.drawn import surfaces

    random = np.random.default_rng((seed, 5))
    width, height = SIZE
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = random.uniform(0, 2 * np.pi)
    light = 1 - 0.15 * (1 + x * np.cos(angle) + y * np.sin(angle))
    page = random.uniform(150, 235) * light
    for layer in KINDS[kind]:
        page = getattr(surfaces, layer)(page, random)
    page = page + random.normal(0, random.uniform(0.5, 4), page.shape)
    tint = random.uniform(0.9, 1.05, 3)
    return np.clip(page[:, :, None] * tint, 0, 255).astype(np.uint8)


# Each kind of page by the functions of digitnet.drawn.surfaces that draw it.
KINDS = {
    "plain": (),
    "grained": ("grain",),
    "crumpled": ("crumples", "grain"),
    "stained": ("stains",),
    "ruled": ("rules",),
    "squared": ("squares",),
    "margin line, grained": ("margin", "grain"),
    "on a desk": ("desk", "grain"),
    "in a shadow, crumpled": ("crumples", "shadow"),
    "board": ("board",),
    "facets, vignette": ("facets", "vignette"),
    "folded": ("folds",),
    "dotted": ("dots",),
    "squared, on wood": ("squares", "wooden_desk"),
    "hairs, scratches": ("scratches", "grain"),
    "wood": ("wood",),
    "cloth": ("cloth",),
    "tiles, keys": ("tiles",),
    "stripes": ("stripes",),
    "clouds": ("clouds",),
    "static": ("static",),
}


if __name__ == "__main__":
    sys.exit(main())
