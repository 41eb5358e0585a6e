"""What each step of the camera side is worth: the same drawn pages, read without it.

    python -m benchmarks.stages [--pages N] [--fit-pages N] [--only STAGE ...] [--dataset DATA]
                                [--hands FOLDER]

The pages are those of `benchmarks.evidence_thresholds`, with seeds of their own. Every page is read
with everything and then with one step after the other left out. A row's worth is how many digits
less are read without it, less one and a half times as many false ones, as the goals for hard pages
weigh them: what has no worth goes. Where a part of the evidence is left out, the weights of the
others are fitted anew, on the pages of `benchmarks.fit_evidence`.
"""

import contextlib
import importlib
import json
import sys
import time
from unittest import mock

from benchmarks import blocks, evidence_thresholds, fit_evidence
from benchmarks.evidence_thresholds import NAMES
from edge_demo.contract import UserError, run_command

FIRST = 1300  # seeds that no other script uses
FALSE_DIGIT = 1.5
EVERYTHING = "everything"


def _first_only(cut_out):
    """Cuts out dark ink alone, or light ink where there is no other."""

    def cut(gray, box):
        yield from list(cut_out(gray, box))[:1]

    return cut


# How a step is left out: (module of edge_demo.reading, name in it, what stands in its place, or a
# function that makes that of what stands there).
STAGES = {
    EVERYTHING: (),
    "enlarging small pictures": (("seen", "SMALL_SIDE", 0),),
    "slanted second looks": (("classify", "SLANTS", ()),),
    "ink of either polarity": (("evidence", "cut_out", _first_only),),
    "strokes that reach out of the box": (("cutout", "WHOLE", 2.0),),
    "the box of the ink": (("evidence", "ALL_OF_IT", 2.0),),
    "one answer to a place": (("evidence", "SAME", 2.0),),
}
# Parts of the evidence, by what they are called in `edge_demo.reading.evidence.NAMES`.
EVIDENCE = {
    "evidence: the classifier": ("classifier_log_odds",),
    "evidence: whether both agree": ("log_agreement",),
    "evidence: faintness": ("faintness",),
    "evidence: smallness": ("smallness",),
    "evidence: faintness and smallness": ("faintness", "smallness"),
    "evidence: neighbours": ("neighbours",),
    "evidence: bars that go on": ("bar_goes_on",),
}


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("stages", __doc__)
    evidence_thresholds.add_options(parser)
    parser.add_argument(
        "--fit-pages", type=int, default=300, help="to fit weights anew on (default: 300)"
    )
    known = [*STAGES, *EVIDENCE]
    parser.add_argument("--only", nargs="+", metavar="STAGE", help=", ".join(known))
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "fit_pages")
    chosen = dict.fromkeys([EVERYTHING, *(arguments.only or known)])
    for stage in chosen:
        if stage not in known:
            raise UserError(f"there is no stage {stage!r}; they are: {', '.join(known)}.")

    from tqdm import tqdm

    from edge_demo.reading import evidence

    classifier, network, digits = evidence_thresholds.opened(arguments)
    weights = {stage: evidence.load_weights() for stage in chosen}
    if any(stage in EVIDENCE for stage in chosen):
        images, labels = digits.x_validation[..., 0], digits.y_validation
        cases, truth = fit_evidence.cases_of(
            arguments.fit_pages, images, labels, classifier, network
        )
        for stage in chosen:
            if stage in EVIDENCE:
                weights[stage] = weights_without(EVIDENCE[stage], cases, truth)
    totals = {stage: dict.fromkeys((*NAMES, "milliseconds"), 0) for stage in chosen}
    pages = list(evidence_thresholds.drawn(arguments.pages, digits, (FIRST, FIRST, FIRST)))
    for _, draw, score in tqdm(pages, desc="reading pages", unit="page"):
        page, gray = draw()
        for stage in chosen:
            started = time.perf_counter()
            with left_out(stage):
                readings = read(gray, classifier, network, weights[stage])
            milliseconds = 1e3 * (time.perf_counter() - started)
            counts = (*score(page, readings), milliseconds)
            for key, count in zip((*NAMES, "milliseconds"), counts, strict=True):
                totals[stage][key] += float(count)
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
    """Reads without a step while it is open."""
    with contextlib.ExitStack() as stack:
        for module, name, instead in STAGES.get(stage, ()):
            loaded = importlib.import_module(f"edge_demo.reading.{module}")
            value = instead(getattr(loaded, name)) if callable(instead) else instead
            stack.enter_context(mock.patch.object(loaded, name, value))
        yield


def weights_without(names, cases, truth):
    """The weights of the evidence, fitted without some of its features: float64 [features]."""
    import numpy as np

    from edge_demo.reading import evidence

    kept = [column for column, name in enumerate(evidence.NAMES) if name not in names]
    weights = np.zeros(len(evidence.NAMES))
    weights[kept] = fit_evidence.fit(cases[:, kept], truth)
    return weights


def read(gray, classifier, network, weights):
    """Readings of a grey page, without turning it."""
    from edge_demo.contract import THRESHOLD
    from edge_demo.reading import evidence, seen

    view = seen.best_view(gray, network, turn=False)
    return evidence.sure(evidence.gather(view.seen, gray, classifier), weights, THRESHOLD)


def markdown(totals):
    """Returns the counts as a Markdown table, the worthiest step first."""
    lines = [
        "| left out | digits read | false digits | wholly right | worth | milliseconds a page |",
        "|---|---|---|---|---|---|",
    ]
    ordered = sorted(totals, key=lambda stage: (stage != EVERYTHING, -worth(totals, stage)))
    for stage in ordered:
        counts = totals[stage]
        cells = [
            "nothing" if stage == EVERYTHING else stage,
            f"{counts['read']:,.0f} of {counts['digits']:,.0f}",
            f"{counts['false_digits']:,.0f}",
            f"{counts['wholly_right']:,.0f} of {counts['pages']:,.0f}",
            "" if stage == EVERYTHING else f"{worth(totals, stage):+.1f}",
            f"{counts['milliseconds'] / counts['pages']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def worth(totals, stage):
    """What reading with a step gains over reading without it, in digits."""

    def value(counts):
        return counts["read"] - FALSE_DIGIT * counts["false_digits"]

    return value(totals[EVERYTHING]) - value(totals[stage])


if __name__ == "__main__":
    sys.exit(main())
