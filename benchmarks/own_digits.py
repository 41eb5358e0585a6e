"""What is taken from drawn pages as one's own digits, beside what the demo reads there.

    python -m benchmarks.own_digits [--pages N] [--model FILE] [--page-reader FILE] [--json]

Pages in the scenes "pen", "signs", "letters" and "stained, folded", and sheets of one digit in
unusual hands, which the model often takes for others. A digit is found when something found lies
on it; the rest is surplus. `own_digits.LEAST_DIGIT` was chosen by how many digits and how much else
are found from each probability of being some digit.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from benchmarks.scenes import overlap
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.pages import Scene, draw_scene
from digitnet.drawn.strokes import render, write
from edge_demo.contract import UserError, run_command
from edge_demo.model.classifier import Classifier
from edge_demo.model.page_model import PageModel
from edge_demo.reading.own_digits import find_own_digits
from edge_demo.reading.reader import read_digits

SCENES = ("pen", "signs", "letters", "stained, folded")
SHEET = "one digit, unusual hands"
SEED = 31
UNUSUAL = {"slant": (-0.6, 0.6), "stretch": 0.6}
LEAST = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.own_digits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pages", type=int, default=10, help="of each kind (default: 10)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--page-reader", metavar="FILE", help="likewise, of a page reader")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args(argv)
    if arguments.pages < 1:
        raise UserError(f"--pages takes 1 or more. Received: {arguments.pages}")
    classifier, network = Classifier(arguments.model), PageModel(arguments.page_reader)
    seeds = range(SEED, SEED + arguments.pages)
    pages = {kind: [draw_scene(kind, seed) for seed in seeds] for kind in SCENES}
    pages[SHEET] = [draw_sheet(seed % 10, seed) for seed in seeds]
    report = {kind: score(drawn, classifier, network) for kind, drawn in pages.items()}
    print(json.dumps(report) if arguments.json else markdown(report))
    return 0


def draw_sheet(digit: int, seed: int) -> Scene:
    """A sheet of twelve times one digit, each in an unusual hand of its own."""
    rng = np.random.default_rng((seed, digit))
    coverage, boxes = np.zeros((600, 800), np.float32), []
    for row in range(3):
        for column in range(4):
            shape, hand = choose_allograph(digit, rng)
            hand = hand._replace(**UNUSUAL)
            ink = render(write(shape, 1, rng, 110, hand), 110)[0]
            top, left = 60 + 180 * row, 70 + 190 * column
            coverage[top : top + 110, left : left + 110] = ink
            x, y, width, height = cv2.boundingRect((ink > 0.4).astype(np.uint8))
            boxes.append((left + x, top + y, width, height))
    image = 215 * (1 - 0.75 * coverage) + rng.normal(0, 2, coverage.shape)
    return Scene(np.clip(image, 0, 255).astype(np.uint8), [digit] * 12, boxes)


def score(pages: Sequence[Scene], classifier: Classifier, network: PageModel) -> dict[str, Any]:
    """Counts of digits, of what the demo reads, and of what is found from each of `LEAST` on."""
    counts = {"digits": 0, "demo": [0, 0], **{f"{least:g}": [0, 0] for least in LEAST}}
    for page in pages:
        counts["digits"] += len(page.digits)
        boxes = {
            f"{least:g}": [
                one.box for one in find_own_digits(page.image, classifier, network, least)
            ]
            for least in LEAST
        }
        readings = read_digits(page.image, classifier, network, turn=True)
        boxes["demo"] = [one.box for one in readings if one.digit in page.digits]
        for name, given in boxes.items():
            found = _found(given, page.boxes)
            surplus = (len(readings) if name == "demo" else len(given)) - found
            counts[name] = [counts[name][0] + found, counts[name][1] + surplus]
    return counts


def _found(boxes: Sequence[tuple], truths: Sequence[tuple]) -> int:
    return sum(any(overlap(box, truth) >= 0.4 for box in boxes) for truth in truths)


def markdown(report: dict[str, Any]) -> str:
    """The report as a Markdown table."""
    head = " | ".join(f"found from {least:g} on (surplus)" for least in LEAST)
    lines = [f"| pages | digits | the demo reads right | {head} |", "|---" * (len(LEAST) + 3) + "|"]
    for kind, counts in report.items():
        cells = [counts["demo"], *(counts[f"{least:g}"] for least in LEAST)]
        shown = " | ".join(f"{found} ({surplus})" for found, surplus in cells)
        lines.append(f"| {kind} | {counts['digits']} | {shown} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
