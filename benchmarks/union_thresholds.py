"""What the page reader adds to the stages and takes from them, by how sure it is, on drawn pages.

    python -m benchmarks.union_thresholds [--pages N] [--dataset DATA] [--page-reader FILE]
                                         [--hands FOLDER]

Three kinds of pages: the scenes and empty pages that the stages' thresholds were chosen on, and
written pages of the page reader's engine, all from seeds of their own. Each of the numbers of
`edge_demo.reading.union.Rules` is changed alone. Chosen is what has the most digits read less one
and a half times the false ones on all, as the goals for hard pages have it (3 % missed, 2 % false),
and of those within a quarter of a percent of it the one with the most pages wholly right, then the
fewest false digits.
"""

import json
import math
import sys

from benchmarks import blocks
from edge_demo.contract import run_command

TRIED = {
    "both": (0.2, 0.3, 0.4, 0.5, 0.6),
    "alone": (0.5, 0.55, 0.6, 0.65, 0.7, 0.8),
    "filling": (0.2, 0.3, 0.4, 0.5, 0.6, math.inf),
}
FIRST = (700, 900, 500)  # seeds that no other script uses: of scenes, empty and written pages
NAMES = ("pages", "digits", "read", "found", "false_digits", "wholly_right")


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("union_thresholds", __doc__)
    add_options(parser)
    arguments = parser.parse_args(argv)

    from tqdm import tqdm

    classifier, network, digits = opened(arguments)
    counts = {}
    pages = list(drawn(arguments.pages, digits))
    for group, draw, score in tqdm(pages, desc="reading pages", unit="page"):
        page, gray = draw()
        for name, readings in variants(gray, classifier, network).items():
            total = counts.setdefault(group, {}).setdefault(name, dict.fromkeys(NAMES, 0))
            for key, count in zip(NAMES, score(page, readings), strict=True):
                total[key] += int(count)
    if arguments.json:
        print(json.dumps(counts))
        return 0
    table = markdown(counts)
    if arguments.write:
        blocks.write(arguments.write, "union-thresholds", table, blocks.command(parser, argv))
    print(table)
    return 0


def add_options(parser):
    """Adds what a benchmark takes that reads `drawn` pages with parts of its own left out."""
    parser.add_argument("--pages", type=int, default=2, help="of each kind (default: 2)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--page-reader", metavar="FILE", help="likewise, of a page reader")
    blocks.add_hands_option(parser)
    parser.add_argument("--dataset", default="auto", help="the digits to draw with")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)


def opened(arguments):
    """The classifier, the page reader and the digits to draw with that `add_options` names."""
    blocks.require_one_or_more(arguments, "pages")
    blocks.use_hands(arguments)

    from digitnet.digits import datasets
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel

    digits = datasets.load(arguments.dataset, validation_count=5000)
    return Classifier(arguments.model), PageModel(arguments.page_reader), digits


def drawn(count, digits, first=FIRST):
    """Yields (group, function that gives a page and its grey picture, function that scores it).

    Seeds of scenes, empty and written pages begin with those of `first`.
    """
    import cv2

    from benchmarks import drawn_pages, scenes
    from digitnet.drawn import pages
    from digitnet.drawn.page_kinds import KINDS

    def scene(kind, seed):
        page = pages.draw_scene(kind, seed)
        return page, cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)

    def empty(kind, seed):
        return None, cv2.cvtColor(pages.draw_empty_page(kind, seed), cv2.COLOR_BGR2GRAY)

    def written(kind, number):
        images, labels = digits.x_validation[..., 0], digits.y_validation
        page = drawn_pages.benchmark_page(kind, number, images, labels)
        return page, page.image

    def score_empty(_, readings):
        return 1, 0, 0, 0, len(readings), not readings

    groups = (
        ("scenes", pages.SCENES, scene, scenes.score),
        ("empty pages", pages.EMPTY_PAGES, empty, score_empty),
        ("written pages", KINDS, written, drawn_pages.score),
    )
    for (group, kinds, draw, score), start in zip(groups, first, strict=True):
        for kind in kinds:
            for number in range(start, start + count):
                yield group, lambda d=draw, k=kind, n=number: d(k, n), score


def variants(gray, classifier, network):
    """Readings of a grey picture by name: the stages' alone, and judged by the page reader."""
    from edge_demo.contract import THRESHOLD
    from edge_demo.reading import reader, seen, union

    writing = reader.read_page(gray, classifier).readings
    view = seen.best_view(gray, network, turn=False)
    found = union.gather(writing, view.seen, gray, classifier)
    weights = union.load_weights()
    result = {"the stages alone": [one for one in writing if one.confidence >= THRESHOLD]}
    result["both, by the rules"] = union.united(found, weights, 0.0)
    for name, values in TRIED.items():
        for value in values:
            rules = union.RULES._replace(**{name: value})
            if rules == union.RULES:
                continue
            result[f"{name} {value:g}"] = union.united(found, weights, 0.0, rules)
    return result


def markdown(counts):
    """Returns the counts as a Markdown table."""
    lines = [
        "| pages | read by | digits read | false digits | wholly right |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {group} | {name} | {c['read']} of {c['digits']} | {c['false_digits']} "
        f"| {c['wholly_right']} of {c['pages']} |"
        for group, names in counts.items()
        for name, c in names.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
