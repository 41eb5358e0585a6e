"""How many digits the demo reads in drawn scenes with known truth, by kind of scene.

    python -m benchmarks.scenes [--scenes N] [--only TEXT] [--model FILE] [--sheet FILE.png]

A digit is read when a reading of that digit lies on it; every other reading is a false digit.
"""

import json
import sys

from benchmarks import blocks
from edge_demo.contract import run_command

NAMES = ("scenes", "digits", "read", "found", "false_digits", "wholly_right")


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("scenes", __doc__)
    parser.add_argument("--scenes", type=int, default=20, help="of each kind (default: 20)")
    parser.add_argument("--only", metavar="TEXT", help="only kinds whose name contains TEXT")
    parser.add_argument("--seed", type=int, default=0, help="of the first scene (default: 0)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    blocks.add_page_reader_options(parser)
    parser.add_argument("--threshold", type=float, metavar="P", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every mistake into one picture")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from benchmarks import sheets
    from digitnet.drawn.pages import SCENES, draw_scene
    from edge_demo.model.classifier import Classifier
    from edge_demo.reading import reader
    from edge_demo.showing import overlay
    from edge_demo.showing.saving import write_picture

    blocks.require_one_or_more(arguments, "scenes")
    classifier = Classifier(arguments.model)
    network = blocks.page_reader(arguments)
    threshold = reader.THRESHOLD if arguments.threshold is None else arguments.threshold
    kinds, tiles = {}, []
    for kind in [name for name in SCENES if not arguments.only or arguments.only in name]:
        kinds[kind] = dict.fromkeys(NAMES, 0)
        for seed in range(arguments.seed, arguments.seed + arguments.scenes):
            scene = draw_scene(kind, seed)
            readings = reader.read_digits(scene.image, classifier, network, threshold)
            counts = score(scene, readings)
            for name, count in zip(NAMES, counts, strict=True):
                kinds[kind][name] += count
            if not counts[-1]:
                drawn = overlay.draw(scene.image, readings, False)
                truth = "".join(map(str, scene.digits))
                tiles.append(sheets.tile(drawn, [f"{kind} {seed}", truth], 480))
    if arguments.sheet and tiles:
        write_picture(arguments.sheet, sheets.sheet(tiles, 4))
    if arguments.json:
        print(json.dumps(kinds))
        return 0
    table = markdown(kinds)
    if arguments.write:
        blocks.write(arguments.write, "scenes", table, blocks.command(parser, argv))
    print(table)
    return 0


def score(scene, readings):
    """Returns counts as in NAMES for one scene; `found` disregards which digit was read."""
    left = list(readings)
    read = found = 0
    for digit, box in zip(scene.digits, scene.boxes, strict=True):
        fitting = [reading for reading in left if overlap(reading.box, box) >= 0.4]
        if fitting:
            best = max(fitting, key=lambda reading: overlap(reading.box, box))
            left.remove(best)
            found += 1
            read += best.digit == digit
    false = len(readings) - read
    right = read == len(scene.digits) and not false
    return 1, len(scene.digits), read, found, false, int(right)


def overlap(one, other):
    """Returns the shared area of two boxes (x, y, width, height) over that of both together."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, width) * max(0, height)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def markdown(kinds):
    """Returns the counts per kind of scene as a Markdown table."""
    kinds = {**kinds, "all": {n: sum(counts[n] for counts in kinds.values()) for n in NAMES}}
    lines = [
        "| scene | scenes | digits read | share | found | false digits | wholly right |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, counts in kinds.items():
        share = 100 * counts["read"] / max(counts["digits"], 1)
        lines.append(
            f"| {kind} | {counts['scenes']} | {counts['read']} of {counts['digits']} "
            f"| {share:.1f} % | {counts['found']} | {counts['false_digits']} "
            f"| {counts['wholly_right']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
