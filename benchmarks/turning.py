"""Chooses from when on a page is turned, on drawn pages: the numbers of `edge_demo.reading.seen`.

    python -m benchmarks.turning [--pages N] [--dataset DATA] [--page-reader FILE]
        [--write [FILE.md]]

Scenes and written pages with four digits and more, each looked at the four ways round it can lie.
Every combination in `GRID` says of every page and of each way it may lie how it is to be turned.
Chosen is the one that puts most pages right where nine of ten lie as they should and the tenth one
of the other three ways; of equals the most cautious: the largest GAIN, then the largest BETTER. The
table has it, what `seen.py` has now, and each number changed alone.
"""

import itertools
import sys
from typing import NamedTuple

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

GRID = {
    "CLEAR": (0.5, 0.6, 0.7),  # below a half grain counts: a test has it
    "POWER": (1, 2, 4, 6),
    "BETTER": (1.0, 1.1, 1.2, 1.4, 2.0),
    "GAIN": (0.5, 1.0, 2.0),  # with less, a page of which little is seen is turned: a test has it
}
NAMES = tuple(GRID)
UPRIGHT = 0.9  # of the pages that people photograph lie as they should: an assumption
FIRST = 1300  # seed of the first page: no other script uses these
LEAST_DIGITS = 4  # fewer do not tell how a page lies, and are not asked


class Looks(NamedTuple):
    """What is seen of one page.

    first: what the usual look at the page as it is shows. others: what a coarser one shows each of
    the four ways round. Each a float32 [N, 2]: a peak's sureness, and that times its digit's
    probability. kind: the page's.
    """

    kind: str
    first: tuple
    others: tuple


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("turning", __doc__)
    parser.add_argument("--pages", type=int, default=8, help="of each kind (default: 8)")
    blocks.add_page_reader_options(parser)
    parser.add_argument("--dataset", default="auto", help="the digits to draw with")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    if arguments.pages < 1:
        raise UserError(f"--pages takes 1 or more. Received: {arguments.pages}")

    from edge_demo.model.page_model import PageModel

    pages = list(looks(arguments.pages, arguments.dataset, PageModel(arguments.page_reader)))
    table = to_table(pages)
    if arguments.write:
        blocks.write(arguments.write, "turning", table, blocks.command(parser, argv))
    print(table)
    return 0


def looks(count, dataset, network):
    """Yields the `Looks` of drawn pages."""
    import numpy as np
    from tqdm import tqdm

    from edge_demo.reading import seen

    for kind, gray in tqdm(list(drawn(count, dataset)), desc="turned pages", unit="page"):
        views = [np.ascontiguousarray(np.rot90(gray, turns)) for turns in range(4)]
        yield Looks(
            kind,
            tuple(_peaks(seen.look_at(view, network)) for view in views),
            tuple(_peaks(seen.look_at(view, network, finest=1)) for view in views),
        )


def drawn(count, dataset):
    """Yields (kind, grey picture) of pages with enough digits."""
    import cv2

    from benchmarks import drawn_pages
    from digitnet.digits import datasets
    from digitnet.drawn import pages
    from digitnet.drawn.page_kinds import KINDS

    digits = datasets.load(dataset, validation_count=5000)
    images, labels = digits.x_validation[..., 0], digits.y_validation
    for kind, number in itertools.product(pages.SCENES, range(FIRST, FIRST + count)):
        scene = pages.draw_scene(kind, number)
        if len(scene.digits) >= LEAST_DIGITS:
            yield "scenes", cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    for kind, number in itertools.product(KINDS, range(FIRST, FIRST + count)):
        page = drawn_pages.benchmark_page(kind, number, images, labels)
        if len(page.digits) >= LEAST_DIGITS:
            yield "written pages", page.image


def _peaks(seen):
    import numpy as np

    return np.stack([seen.sureness, seen.sureness * seen.digits.max(axis=1, initial=0)], axis=1)


def turned(page, numbers, lies):
    """How often a page that lies `lies` quarter turns from upright is turned, 0 to 3.

    numbers: (CLEAR, POWER, BETTER, GAIN). As `edge_demo.reading.seen.best_view` does it.
    """
    from edge_demo.reading import seen

    clear, power, better, gain = numbers

    def telling(peaks):
        certain = peaks[peaks[:, 0] >= clear, 1]
        mean = float(certain.mean()) if len(certain) else 0.0
        return float((certain**power).sum()), len(certain), mean

    _, count, mean = telling(page.first[lies])
    if count >= seen.FEWEST and mean >= seen.WELL:
        return 0
    told = [telling(page.others[(lies + turns) % 4]) for turns in range(4)]
    turns = max(range(4), key=lambda one: told[one][0])
    least = max(better * told[0][0], told[0][0] + gain)
    return turns if told[turns][1] >= seen.FEWEST and told[turns][0] > least else 0


def outcome(pages, numbers):
    """Pages read the right way up, of those that lie 0, 1, 2 and 3 quarter turns from it."""
    right = [0, 0, 0, 0]
    for page in pages:
        for lies in range(4):
            right[lies] += (lies + turned(page, numbers, lies)) % 4 == 0
    return right


def expected(right):
    """Pages put right of an `outcome`, weighted by how often a page lies so."""
    return UPRIGHT * right[0] + (1 - UPRIGHT) * sum(right[1:]) / 3


def choose(outcomes):
    """The chosen numbers of {(CLEAR, POWER, BETTER, GAIN): `outcome`}."""
    best = max(map(expected, outcomes.values()))
    equals = [numbers for numbers, right in outcomes.items() if expected(right) > best - 1e-6]
    return max(equals, key=lambda numbers: (numbers[3], numbers[2]))


def to_table(pages):
    """The chosen numbers, the present ones, and each of the chosen changed alone, in Markdown."""
    from tqdm import tqdm

    from edge_demo.reading import seen

    combinations = list(itertools.product(*GRID.values()))
    outcomes = {one: outcome(pages, one) for one in tqdm(combinations, desc="numbers")}
    present = tuple(getattr(seen, name) for name in NAMES)
    chosen = choose(outcomes)
    rows = {"chosen": chosen, "in use": present}
    for place, (name, values) in enumerate(GRID.items()):
        for value in values:
            changed = (*chosen[:place], value, *chosen[place + 1 :])
            if changed not in rows.values():
                rows[f"{name} {value}"] = changed
    lines = [
        f"| numbers | {' | '.join(NAMES)} | as it should | a quarter | upside down "
        "| three quarters | expected |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, numbers in rows.items():
        right = outcomes.get(numbers) or outcome(pages, numbers)
        cells = [*map(str, numbers), *(f"{count} of {len(pages)}" for count in right)]
        cells.append(f"{100 * expected(right) / len(pages):.1f} %")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
