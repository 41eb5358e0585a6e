"""How many numbers and decimal points are read right on drawn pages, by kind of page.

    python -m benchmarks.numbers [--pages N] [--seed N] [--json] [--write [FILE.md]]

The digits and their boxes are the drawn ones: what is counted is how they are put together, not how
they are read. The thresholds were chosen on the seeds from 0 to 14.
"""

import json
import sys

from benchmarks import blocks
from edge_demo.contract import run_command

NAMES = ("pages", "numbers", "right", "points", "found", "false_points")


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("numbers", __doc__)
    parser.add_argument("--pages", type=int, default=20, help="of each kind (default: 20)")
    parser.add_argument("--seed", type=int, default=100, help="of the first page (default: 100)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from digitnet.drawn.number_pages import NUMBER_PAGES, draw_number_page

    blocks.require_one_or_more(arguments, "pages")
    kinds = {}
    for kind in NUMBER_PAGES:
        kinds[kind] = dict.fromkeys(NAMES, 0)
        for seed in range(arguments.seed, arguments.seed + arguments.pages):
            for name, count in score(draw_number_page(kind, seed)).items():
                kinds[kind][name] += count
    if arguments.json:
        print(json.dumps(kinds))
        return 0
    table = markdown(kinds)
    if arguments.write:
        blocks.write(arguments.write, "numbers", table, blocks.command(parser, argv))
    print(table)
    return 0


def score(page):
    """Returns the counts of NAMES for one `NumberPage`, its digits given as they were drawn."""
    from edge_demo.reading.numbers import find_numbers

    lines = find_numbers(page.image, as_read(page))
    numbers = [number for line in lines for number in line]
    # A number is right where its text is and it begins with the digit it should begin with.
    answer = {(number.places[0], number.text) for number in numbers}
    truth, place = set(), 0
    for text in (text for line in page.lines for text in line):
        truth.add((place, text))
        place += len(text.replace(".", ""))
    pointed = {p for n in numbers for p in n.places[:-1] if _has_point_after(n, p)}
    return {
        "pages": 1,
        "numbers": len(truth),
        "right": len(truth & answer),
        "points": len(page.points),
        "found": len(pointed & set(page.points)),
        "false_points": len(pointed - set(page.points)),
    }


def as_read(page):
    """What a reader would say of a drawn page that it reads without a mistake."""
    import numpy as np

    from edge_demo.reading.reader import Page, Reading

    image, probabilities = np.zeros((28, 28), np.uint8), np.zeros(10, np.float32)
    readings = [
        Reading(digit, 1.0, box, image, probabilities, None)
        for digit, box in zip(page.digits, page.boxes, strict=True)
    ]
    return Page(readings, 0, False, False)


def _has_point_after(number, place):
    digits = number.places.index(place) + 1
    for at, character in enumerate(number.text):
        digits -= character != "."
        if not digits:
            return number.text[at + 1 : at + 2] == "."
    return False


def markdown(kinds):
    """Returns the counts per kind of page as a Markdown table."""
    kinds = {**kinds, "all": {n: sum(counts[n] for counts in kinds.values()) for n in NAMES}}
    lines = [
        "| page | pages | numbers right | share | points found | false points |",
        "|---|---|---|---|---|---|",
    ]
    for kind, counts in kinds.items():
        share = 100 * counts["right"] / max(counts["numbers"], 1)
        lines.append(
            f"| {kind} | {counts['pages']} | {counts['right']} of {counts['numbers']} "
            f"| {share:.1f} % | {counts['found']} of {counts['points']} "
            f"| {counts['false_points']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
