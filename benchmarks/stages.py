"""What each stage of the camera side is worth: the same drawn pages, read without it.

    python -m benchmarks.stages [--pages N] [--only STAGE ...] [--dataset DATA] [--hands FOLDER]

The pages are those of `benchmarks.union_thresholds`, with seeds of their own. Every page is read
with everything and then with one stage after the other left out, by the stages alone and together
with the page reader, as the demo reads. A row's worth is how many digits less
are read without the stage, less one and a half times as many false ones, as the goals for hard
pages weigh them: a stage with no worth in either column goes.
"""

import contextlib
import importlib
import json
import sys
import time
from unittest import mock

from benchmarks import blocks, union_thresholds
from benchmarks.union_thresholds import NAMES
from edge_demo.contract import UserError, run_command

FIRST = 1300  # seeds that no other script uses
FALSE_DIGIT = 1.5
WAYS = ("stages alone", "both")
EVERYTHING = "everything"


def _parts_only(piece, threshold):
    from edge_demo.reading import pieces

    found = pieces._components(piece.ink, threshold, piece.x, piece.y)
    return pieces._without_crumbs(found)


# How a stage is left out: (module of edge_demo.reading, name in it, what stands in its place).
STAGES = {
    EVERYTHING: (),
    "the other polarity": (("reader", "_is_clear", lambda writing: False),),
    "enlarging small pictures": (("reader", "SMALL_SIDE", 0),),
    "calming of rough paper": (("ink", "ROUGH", 256),),
    "a place's own grain": (("ink", "CLEAR", 0.0),),
    "rulings": (("pieces", "without_rulings", lambda *_: None),),
    "a piece's own threshold": (("pieces", "EDGE_SHARE", 0.0),),
    "wholes beside their parts": (("pieces", "_settled", _parts_only),),
    "strokes joined": (("candidates", "_near_pairs", lambda candidates: iter(())),),
    "blots": (("candidates", "_is_blot", lambda candidate: False),),
    "slanted second looks": (("resolve", "SLANTS", ()),),
    "surroundings": (("writing", "written", lambda answers, gray, threshold: list(answers)),),
    "surroundings: crowding": (("evidence", "CROWDING", (9.0, 18.0)),),
    "surroundings: softness": (
        ("evidence", "SOFTNESS", (9.0, 18.0)),
        ("evidence", "SOFTNESS_OF_BAR", (9.0, 18.0)),
    ),
    "surroundings: bars that go on": (("evidence", "_is_bound", lambda mask, darkness: False),),
    "surroundings: how likely the page is": (("evidence", "_page_odds", lambda odds: 0.0),),
    "of one kind": (("writing", "is_of_kind", lambda candidate, kind: True),),
    "cuts": (("writing", "cut", lambda answer, classifier: []),),
}


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("stages", __doc__)
    union_thresholds.add_options(parser)
    parser.add_argument("--only", nargs="+", metavar="STAGE", help=", ".join(STAGES))
    arguments = parser.parse_args(argv)
    chosen = dict.fromkeys([EVERYTHING, *(arguments.only or STAGES)])
    for stage in chosen:
        if stage not in STAGES:
            raise UserError(f"there is no stage {stage!r}; they are: {', '.join(STAGES)}.")

    from tqdm import tqdm

    from edge_demo.reading import seen

    classifier, network, digits = union_thresholds.opened(arguments)
    totals = {
        stage: {way: dict.fromkeys((*NAMES, "milliseconds"), 0) for way in WAYS} for stage in chosen
    }
    pages = list(union_thresholds.drawn(arguments.pages, digits, (FIRST, FIRST, FIRST)))
    for _, draw, score in tqdm(pages, desc="reading pages", unit="page"):
        page, gray = draw()
        view = seen.best_view(gray, network, turn=False)
        for stage in chosen:
            started = time.perf_counter()
            with left_out(stage):
                answers = read(gray, view, classifier)
            milliseconds = 1e3 * (time.perf_counter() - started)
            for way, readings in answers.items():
                counts = (*score(page, readings), milliseconds)
                for key, count in zip((*NAMES, "milliseconds"), counts, strict=True):
                    totals[stage][way][key] += float(count)
    if arguments.json:
        print(json.dumps(totals))
        return 0
    table = markdown(totals)
    if arguments.write:
        blocks.write(arguments.write, "stages", table, blocks.command(parser, argv))
    print(table)
    return 0


@contextlib.contextmanager
def left_out(stage):
    """Reads without a stage while it is open."""
    with contextlib.ExitStack() as stack:
        for module, name, instead in STAGES[stage]:
            loaded = importlib.import_module(f"edge_demo.reading.{module}")
            stack.enter_context(mock.patch.object(loaded, name, instead))
        yield


def read(gray, view, classifier):
    """Readings of a grey page by way, without turning it."""
    from edge_demo.contract import THRESHOLD
    from edge_demo.reading import reader, seen

    writing = reader.read_upright(gray, classifier, THRESHOLD, True)
    both = seen.read_with(view, writing.readings, classifier, THRESHOLD)
    alone = [one for one in writing.readings if one.confidence >= THRESHOLD]
    return dict(zip(WAYS, (alone, both), strict=True))


def markdown(totals):
    """Returns the counts as a Markdown table, the worthiest stage for stills first."""
    lines = [
        "| left out | alone: digits read | false | worth | both: digits read | false | worth "
        "| milliseconds a page |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ordered = sorted(totals, key=lambda stage: (stage != EVERYTHING, -worth(totals, stage, "both")))
    for stage in ordered:
        cells = ["nothing" if stage == EVERYTHING else stage]
        for way in WAYS:
            counts = totals[stage][way]
            cells += [f"{counts['read']:,.0f} of {counts['digits']:,.0f}"]
            cells += [f"{counts['false_digits']:,.0f}"]
            cells += ["" if stage == EVERYTHING else f"{worth(totals, stage, way):+.1f}"]
        counts = totals[stage]["both"]
        cells += [f"{counts['milliseconds'] / counts['pages']:.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def worth(totals, stage, way):
    """What reading with a stage gains over reading without it, in digits."""

    def value(counts):
        return counts["read"] - FALSE_DIGIT * counts["false_digits"]

    return value(totals[EVERYTHING][way]) - value(totals[stage][way])


if __name__ == "__main__":
    sys.exit(main())
