"""What is taken from drawn pages as one's own digits, beside what the demo reads there.

    python -m benchmarks.own_digits [--pages N] [--count N] [--model FILE] [--json]

Pages in the scenes "pen", "signs", "letters" and "stained, folded", and sheets of one digit in
unusual hands, which the model often takes for others. A digit is found when something found lies on
it; the rest is surplus. The second table is what `own_digits.LEAST_DIGIT` was chosen by: how likely
the model holds it that an image is some digit, for digits in usual and unusual hands, signs and
letters.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from benchmarks.scenes import overlap
from digitnet.drawn import signs
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.pages import LOOSE, Scene, draw_scene
from digitnet.drawn.strokes import Hand, render, write
from edge_demo.contract import UserError, run_command
from edge_demo.model.classifier import Classifier
from edge_demo.reading.normalize import normalize
from edge_demo.reading.own_digits import find_own_digits
from edge_demo.reading.reader import read_digits

SCENES = ("pen", "signs", "letters", "stained, folded")
SHEET = "one digit, unusual hands"
SEED = 31
UNUSUAL = {"slant": (-0.6, 0.6), "stretch": 0.6}
LEAST = (0.05, 0.1, 0.2, 0.4)


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
    parser.add_argument("--count", type=int, default=500, help="images of each kind (default: 500)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args(argv)
    if min(arguments.pages, arguments.count) < 1:
        raise UserError("--pages and --count take 1 or more.")
    classifier = Classifier(arguments.model)
    seeds = range(SEED, SEED + arguments.pages)
    pages = {kind: [draw_scene(kind, seed) for seed in seeds] for kind in SCENES}
    pages[SHEET] = [draw_sheet(seed % 10, seed) for seed in seeds]
    report = {
        "pages": {kind: score(drawn, classifier) for kind, drawn in pages.items()},
        "shares_below": shares_below(arguments.count, classifier),
    }
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


def score(pages: Sequence[Scene], classifier: Classifier) -> dict[str, int]:
    """Counts of digits, and of what is found and what is surplus by either function."""
    counts = dict.fromkeys(("digits", "found", "surplus", "demo_right", "demo_surplus"), 0)
    for page in pages:
        own = [digit.box for digit in find_own_digits(page.image, classifier)]
        readings = read_digits(page.image, classifier, turn=True)
        right = [r.box for r in readings if (r.digit in page.digits)]
        found = _found(own, page.boxes)
        counts["digits"] += len(page.digits)
        counts["found"] += found
        counts["surplus"] += len(own) - found
        counts["demo_right"] += _found(right, page.boxes)
        counts["demo_surplus"] += len(readings) - _found([r.box for r in readings], page.boxes)
    return counts


def _found(boxes: Sequence[tuple], truths: Sequence[tuple]) -> int:
    return sum(any(overlap(box, truth) >= 0.4 for box in boxes) for truth in truths)


def shares_below(count: int, classifier: Classifier) -> dict[str, list[float]]:
    """For each kind of image, the share that is less likely a digit than each of `LEAST`."""
    rng = np.random.default_rng(SEED)
    kinds = {
        "digits": lambda n: choose_allograph(n % 10, rng),
        "digits, unusual hands": lambda n: _unusual(n % 10, rng),
        "signs": lambda n: _drawn_from(signs.SIGNS, rng),
        "letters": lambda n: _drawn_from(signs.LETTERS, rng),
    }
    result = {}
    for kind, draw in kinds.items():
        images = []
        for n in range(count):
            shape, hand = draw(n)
            ink = render(write(shape, 1, rng, 90, hand), 90)[0]
            images.append(normalize((255 * ink).astype(np.uint8)))
        likely = classifier.predict_batch(np.array(images)).probabilities.sum(axis=1)
        result[kind] = [float((likely < least).mean()) for least in LEAST]
    return result


def _unusual(digit: int, rng: np.random.Generator) -> tuple[Any, Hand]:
    shape, hand = choose_allograph(digit, rng)
    return shape, hand._replace(**UNUSUAL)


def _drawn_from(table: Sequence[tuple], rng: np.random.Generator) -> tuple[Any, Hand]:
    shares = np.array([share for share, _ in table])
    return table[rng.choice(len(table), p=shares / shares.sum())][1], LOOSE


def markdown(report: dict[str, Any]) -> str:
    """Both tables in Markdown."""
    lines = [
        "| pages | digits | found | surplus | demo reads right | its surplus |",
        "|---|---|---|---|---|---|",
    ]
    for kind, counts in report["pages"].items():
        lines.append(f"| {kind} | " + " | ".join(str(count) for count in counts.values()) + " |")
    head = " | ".join(f"less than {least}" for least in LEAST)
    lines += ["", f"| a digit for the model | {head} |", "|---" * (len(LEAST) + 1) + "|"]
    for kind, shares in report["shares_below"].items():
        lines.append(f"| {kind} | " + " | ".join(f"{100 * s:.1f} %" for s in shares) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
