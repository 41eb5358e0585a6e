"""Chooses from when on a page is turned, on drawn pages: `edge_demo.reading.orientation.Rules`.

    python -m benchmarks.turning [--pages N] [--dataset DATA] [--page-reader FILE]
        [--write [FILE.md]]

Scenes and written pages, of words and sums the most, each looked at the eight ways round it can
lie: on each side and between. Those with less than four digits do not tell how they lie and have to
be left as they are. Every combination in `GRID` says of every page and of each way it may lie how
it is to be turned. What counts is how many pages are put right where nine of ten lie as they should
and the tenth one of the seven other ways. Of the combinations that look all round at nearly every
page and are within `SPARED` of the best the one is chosen that puts most of the others right, of
equals the most cautious; then the least `well`, which saves time, that costs no more than `SPARED`.
The table has what is chosen, what is in use, and each number changed alone.
"""

import itertools
import sys
from typing import NamedTuple

from benchmarks import blocks
from edge_demo.contract import run_command

GRID = {
    "clear": (0.5, 0.6, 0.7),  # below a half grain counts: a test has it
    "power": (2, 4, 8),
    "gain": (0.5, 1.0),  # with less, a page of which little is seen is turned: a test has it
    "as_sure": (0.0, 0.8, 0.9, 1.0),
    "well": (0.65, 0.7, 0.75, 0.8, 0.9),
}
NAMES = tuple(GRID)
# Kinds of pages that are turned although they lie as they should, 5 of 118 of them with the rules
# of one file; so many times as many are drawn of them.
WORDY, TIMES = ("words", "algebra", "sums"), 6
UPRIGHT = 0.9  # of the pages that people photograph lie as they should: an assumption
SPARED = 0.002  # of the pages as they are expected: less than one page in so few is chance
FIRST = 1300  # seed of the first page: no other script uses these
LEAST_DIGITS = 4  # fewer do not tell how a page lies
FEW = "few digits"  # the group of such pages, which count as they should lie and no other way
LIES = (0, 1, 2, 3, 4, 5, 6, 7)  # quarter turns; the last four after a turn by 45°


class Looks(NamedTuple):
    """What is seen of one page.

    first: what the usual look at the page shows, the eight ways it may lie. others: what a coarser
    one shows of these, and of four more, slanted twice. Each a float32 [N, 2]: a peak's sureness,
    and that times its digit's probability. kind: the page's.
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
    blocks.require_one_or_more(arguments, "pages")

    from edge_demo.model.page_model import PageModel

    pages = list(looks(arguments.pages, arguments.dataset, PageModel(arguments.page_reader)))
    table = to_table(pages)
    if arguments.write:
        blocks.write(arguments.write, "turning", table, blocks.command(parser, argv))
    print(table)
    return 0


def looks(count, dataset, network):
    """Yields the `Looks` of drawn pages."""
    from tqdm import tqdm

    from edge_demo.reading import seen
    from edge_demo.reading.slant import slanted

    for kind, gray in tqdm(list(drawn(count, dataset)), desc="turned pages", unit="page"):
        once = slanted(gray)
        sights = [seen.sight_of(one) for one in (gray, once, slanted(once))]
        views = [seen.turned(sight, turns) for sight in sights for turns in range(4)]
        first = [seen.look_at(view, network) for view in views[: len(LIES)]]
        finest = seen.finest_of(first[0], sights[0].scale)
        yield Looks(
            kind,
            tuple(map(_peaks, first)),
            tuple(_peaks(seen.look_at(view, network, finest)) for view in views),
        )


def drawn(count, dataset):
    """Yields (kind, grey picture) of pages."""
    import cv2

    from benchmarks import drawn_pages
    from digitnet.digits import datasets
    from digitnet.drawn import pages
    from digitnet.drawn.page_kinds import KINDS

    digits = datasets.load(dataset, validation_count=5000)
    images, labels = digits.x_validation[..., 0], digits.y_validation
    for kind, number in itertools.product(pages.SCENES, range(FIRST, FIRST + count)):
        scene = pages.draw_scene(kind, number)
        group = "scenes" if len(scene.digits) >= LEAST_DIGITS else FEW
        yield group, cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    written = [
        (kind, FIRST + number)
        for kind in KINDS
        for number in range(count * (TIMES if kind in WORDY else 1))
    ]
    for kind, number in written:
        page = drawn_pages.benchmark_page(kind, number, images, labels)
        yield "written pages" if len(page.digits) >= LEAST_DIGITS else FEW, page.image


def _peaks(seen):
    import numpy as np

    return np.stack([seen.sureness, seen.sureness * seen.digits.max(axis=1, initial=0)], axis=1)


def told(page, rules):
    """The same `Looks` with what each tells, an `orientation.Told`, in the place of its peaks."""
    from edge_demo.reading import orientation

    return page._replace(
        first=[orientation.told_by(*peaks.T, rules) for peaks in page.first],
        others=[orientation.told_by(*peaks.T, rules) for peaks in page.others],
    )


def way_round(told, rules, lies):
    """How a page that lies one of the `LIES` is turned: (quarter turns, whether after 45°)."""
    from edge_demo.reading import orientation

    askew, quarters = divmod(lies, 4)

    def all_round(slants):
        return [told.others[4 * slants + (quarters + turns) % 4] for turns in range(4)]

    return orientation.decide(
        told.first[lies],
        lambda: all_round(askew),
        lambda: all_round(askew + 1),
        rules,
    )


def is_put_right(told, rules, lies):
    """Whether a page that lies one of the `LIES` is turned to where it is read."""
    turns, slanted = way_round(told, rules, lies)
    askew, quarters = divmod(lies, 4)
    # A second turn by 45° makes a quarter of the first.
    return slanted == bool(askew) and (quarters + turns + askew) % 4 == 0


def is_settled(told, rules):
    """Whether a page that lies as it should is looked at once and not from other sides."""
    from edge_demo.reading import orientation

    asked = []

    def sides():
        asked.append(True)
        return told.others[:4]

    orientation.decide(told.first[0], sides, sides, rules)
    return not asked


def outcome(each, rules):
    """Pages read the right way up, of those that lie each of the `LIES`; `each` as `told` gives."""
    return [
        sum(is_put_right(page, rules, lies) for page in each if not lies or page.kind != FEW)
        for lies in LIES
    ]


def expected(right):
    """Pages put right of an `outcome`, weighted by how often a page lies so."""
    return UPRIGHT * right[0] + (1 - UPRIGHT) * sum(right[1:]) / (len(right) - 1)


def choose(outcomes, pages):
    """The chosen one of {rules: `outcome`} of so many pages."""
    slowest = max(rules.well for rules in outcomes)
    thorough = {rules: right for rules, right in outcomes.items() if rules.well == slowest}
    best = max(
        _good(thorough, pages),
        key=lambda rules: (sum(thorough[rules][1:]), rules.gain, rules.as_sure),
    )
    alike = {rules: outcomes[rules] for rules in outcomes if rules._replace(well=slowest) == best}
    return min(_good(alike, pages), key=lambda rules: rules.well)


def _good(outcomes, pages):
    """Those of {rules: `outcome`} with hardly a page less than the best."""
    best = max(map(expected, outcomes.values()))
    return [rules for rules in outcomes if expected(outcomes[rules]) > best - SPARED * pages]


def to_table(pages):
    """The chosen rules, the present ones, and each of the chosen changed alone, in Markdown."""
    from tqdm import tqdm

    from edge_demo.reading import orientation, seen

    many = sum(page.kind != FEW for page in pages)
    combinations = [orientation.Rules(*one) for one in itertools.product(*GRID.values())]
    tell = {}  # what pages tell, which takes longest, by the rules that it depends on

    def each(rules):
        key = rules.clear, rules.power
        if key not in tell:
            tell[key] = [told(page, rules) for page in pages]
        return tell[key]

    outcomes = {one: outcome(each(one), one) for one in tqdm(combinations, desc="rules")}
    chosen = choose(outcomes, len(pages))
    rows = {"chosen": chosen, "in use": seen.RULES}
    for name, values in GRID.items():
        for value in values:
            changed = chosen._replace(**{name: value})
            if changed not in rows.values():
                rows[f"{name} {value}"] = changed
    lines = [
        f"| rules | {' | '.join(NAMES)} | as it should | a quarter | upside down "
        "| three quarters | between these | as it should, looked at once | expected |",
        f"|---|{'---|' * (len(NAMES) + 7)}",
    ]
    for name, rules in rows.items():
        right = outcomes.get(rules) or outcome(each(rules), rules)
        cells = [*(str(getattr(rules, one)) for one in NAMES)]
        cells += [f"{right[0]} of {len(pages)}", *(f"{n} of {many}" for n in right[1:4])]
        settled = sum(is_settled(page, rules) for page in each(rules))
        cells += [f"{sum(right[4:])} of {4 * many}", f"{settled} of {len(pages)}"]
        most = expected([len(pages)] + [many] * (len(LIES) - 1))
        cells.append(f"{100 * expected(right) / most:.1f} %")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
