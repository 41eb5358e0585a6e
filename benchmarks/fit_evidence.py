"""Fits the weights with which the demo adds up what page reader and classifier say.

    python -m benchmarks.fit_evidence [--pages N] [--page-reader FILE] [--hands FOLDER]

Pages are drawn from seeds that no training has and read, and each digit seen is a case: right where
a digit of that name stands there. A logistic regression over `edge_demo.reading.evidence.Evidence`
gives the weights, which are written beside that module with what they were fitted on, and with what
the held-out pages lose when each feature is left out. Photographs have no part in it.

Half of the pages are of the kind that the page reader was trained on, where it is at its best, and
half are scenes and empty pages of another engine: what it has learned of one engine's pages must
not count as knowledge of pages.
"""

import datetime
import json
import sys

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

SEED = 4_000_037
RIDGE = 1.0  # of the weights' squares, in cases
HELD_OUT = 4  # every fourth page of either kind judges the fit


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("fit_evidence", __doc__)
    parser.add_argument("--pages", type=int, default=600, help="default: 600")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--page-reader", metavar="FILE", help="likewise, of a page reader")
    blocks.add_hands_option(parser)
    parser.add_argument("--dataset", default="auto", help="the digits to draw with")
    parser.add_argument("--out", metavar="FILE", help="default: the demo's own weights")
    arguments = parser.parse_args(argv)
    if arguments.pages < 2 * HELD_OUT:
        raise UserError(f"--pages takes {2 * HELD_OUT} or more. Received: {arguments.pages}")
    blocks.use_hands(arguments)

    import numpy as np

    from digitnet import files
    from digitnet.digits import datasets
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading import evidence

    classifier = Classifier(arguments.model)
    network = PageModel(arguments.page_reader)
    digits = datasets.load(arguments.dataset, validation_count=5000)
    images, labels = digits.x_validation[..., 0], digits.y_validation
    cases, truth, missed, judging = all_cases(arguments.pages, images, labels, classifier, network)
    weights = fit(cases[~judging], truth[~judging])
    certain = 1 / (1 + np.exp(-cases[judging] @ weights)) >= 0.5
    held_out = truth[judging] > 0
    surprise = {
        name: surprise_without(column, cases, truth, judging)
        for column, name in [(None, "nothing"), *enumerate(evidence.NAMES)]
    }
    report = {
        "weights": dict(zip(evidence.NAMES, np.round(weights, 4).tolist(), strict=True)),
        "fitted_on": {
            "command": blocks.command(parser, argv),
            "date": datetime.date.today().isoformat(),
            "pages": arguments.pages,
            "seed": SEED,
            "cases": int((~judging).sum()),
            "right": int(truth[~judging].sum()),
        },
        "held_out": {
            "cases": int(judging.sum()),
            "right": int(held_out.sum()),
            "taken": int(certain.sum()),
            "rightly_taken": int((certain & held_out).sum()),
        },
        "held_out_surprise_without": surprise,
        "digits_not_seen": missed,
    }
    with files.replacing(arguments.out or evidence.WEIGHTS) as temporary:
        temporary.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))
    return 0


def cases_of(count, images, labels, classifier, network):
    """What the weights are fitted on: features float64 [N, 8], and 1 where one is right."""
    cases, truth, _, judging = all_cases(count, images, labels, classifier, network)
    return cases[~judging], truth[~judging]


def all_cases(count, images, labels, classifier, network):
    """Reads so many pages; also how many digits were not seen, and which cases are held out."""
    import numpy as np
    from tqdm import tqdm

    cases, truth, pages, missed = [], [], [], 0
    for number in tqdm(range(count), desc="reading pages", unit="page"):
        page = draw(number, images, labels)
        found, right, lost = page_cases(page, classifier, network)
        cases += [known.features() for known in found]
        truth += right
        pages += [number] * len(right)
        missed += lost
    judging = np.array(pages) // 2 % HELD_OUT == 0
    return np.array(cases), np.array(truth, float), missed, judging


def draw(number, images, labels):
    """The page of a number as a WrittenPage; images uint8 [N, 28, 28], labels [N]."""
    import cv2
    import numpy as np

    from digitnet.drawn import pages
    from digitnet.drawn.written_pages import WrittenPage, draw_written_page

    if number % 2 == 0:
        return draw_written_page((SEED, number), images, labels)
    number //= 2
    kinds = [*pages.SCENES, *pages.EMPTY_PAGES]
    kind = kinds[number % len(kinds)]
    if kind in pages.SCENES:
        image, digits, boxes = pages.draw_scene(kind, SEED + number)
    else:
        image, digits, boxes = pages.draw_empty_page(kind, SEED + number), [], []
    return WrittenPage(
        cv2.cvtColor(image, cv2.COLOR_BGR2GRAY),
        np.array(digits, np.uint8),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.zeros((0, 4), np.float32),
    )


def page_cases(page, classifier, network):
    """Reads a WrittenPage.

    Returns:
        list of Evidence, list of bool (whether the digit stands there), and how many digits were
        not seen. What lies where a person would not be sure is left out.
    """
    import numpy as np

    from edge_demo.reading.evidence import gather
    from edge_demo.reading.peaks import shares
    from edge_demo.reading.seen import best_view

    view = best_view(page.image, network, turn=False)
    found = gather(view.seen, page.image, classifier)
    left = np.ones(len(page.digits), bool)
    evidence, right = [], []
    for reading, known in sorted(found, key=lambda one: -one[1].network):
        box = np.array(reading.box, np.float32)
        if len(page.unsure) and shares(page.unsure, box).max() > 0.5:
            continue
        fits = _fitting(page.boxes, box) & left
        at = int(np.argmax(fits)) if fits.any() else None
        if at is not None:
            left[at] = False
        evidence.append(known)
        right.append(at is not None and int(page.digits[at]) == reading.digit)
    return evidence, right, int(left.sum())


def fit(cases, truth):
    """Logistic regression by Newton's method with a ridge: float64 [features]."""
    import numpy as np

    weights = np.zeros(cases.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-cases @ weights))
        slope = cases.T @ (chance - truth) + RIDGE * weights
        curve = (cases * (chance * (1 - chance))[:, None]).T @ cases + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def surprise_without(column, cases, truth, judging):
    """Mean surprise in bits at the held-out cases of a fit without one feature, 0 or more.

    Args:
        column: The feature's; None leaves out none.
        cases: float64 [N, features]. truth: float64 [N], 0 or 1. judging: bool [N], held out.
    """
    import numpy as np

    kept = [one for one in range(cases.shape[1]) if one != column]
    weights = fit(cases[~judging][:, kept], truth[~judging])
    chance = 1 / (1 + np.exp(-cases[judging][:, kept] @ weights))
    right = np.where(truth[judging] > 0, chance, 1 - chance)
    return round(float(-np.log2(np.maximum(right, 1e-9)).mean()), 4)


def _fitting(boxes, box):
    """Which of boxes [N, 4] have most of their area in common with one."""
    import numpy as np

    if not len(boxes):
        return np.zeros(0, bool)
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    shared = (high - low).clip(min=0).prod(axis=1)
    both = boxes[:, 2:].prod(axis=1) + box[2:].prod() - shared
    return shared / np.maximum(both, 1e-6) >= 0.3


if __name__ == "__main__":
    sys.exit(main())
