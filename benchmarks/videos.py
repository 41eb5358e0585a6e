"""How many digits the demo reads in moving pictures of drawn pages, by how often it looks.

    python -m benchmarks.videos [--pages N] [--only TEXT] [--seconds S [S ...]] [--page-reader FILE]

Each page of `benchmarks.drawn_pages` is filmed for a second, 15 frames of 640×480, from a hand that
shakes: it drifts, turns a little and comes nearer, and every frame has noise of its own. The frames
of the second half are scored as `drawn_pages` scores a page, each of them, and what flickers counts
as often as it is seen. Milliseconds are of the process, a frame in the mean.
"""

import json
import sys
import time
from typing import NamedTuple

import numpy as np

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

FRAMES, RATE, SCORED_FROM = 15, 15, 8
DRIFT_PIXELS, TURN_DEGREES, GROWTH = 14.0, 2.0, 0.025  # at most, about
NOISE = 3.0  # grey levels
LOOKS = (0.0, 0.25, 0.5, 1.0)
NAMES = ("frames", "digits", "read", "found", "false_digits", "wholly_right")


class Moved(NamedTuple):
    """One frame: uint8 BGR [height, width, 3]; motion: float64 [2, 3], from page to frame."""

    image: np.ndarray
    motion: np.ndarray


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("videos", __doc__)
    add = parser.add_argument
    add("--pages", type=int, default=1, help="of each kind (default: 1)")
    blocks.add_only_option(parser)
    add("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    add("--page-reader", metavar="FILE", help="a .tflite file (default: the shipped one)")
    add(
        "--seconds",
        type=float,
        nargs="+",
        default=LOOKS,
        metavar="S",
        help="from one look of the page reader to the next; 0 looks at each frame (default: "
        "%(default)s)",
    )
    add("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "pages")
    if min(arguments.seconds) < 0:
        raise UserError(f"--seconds takes 0 or more. Received: {min(arguments.seconds)}")
    names = blocks.kinds_of(arguments)

    import cv2
    from tqdm import tqdm

    from benchmarks.drawn_pages import benchmark_page, held_out_digits, score
    from digitnet.drawn.page_kinds import KINDS
    from edge_demo.contract import THRESHOLD
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.source_reader import SourceReader

    cv2.setNumThreads(1)
    classifier, network = Classifier(arguments.model), PageModel(arguments.page_reader)
    digits, labels = held_out_digits()
    ways = {_name(seconds): seconds for seconds in arguments.seconds}
    totals = {way: dict.fromkeys((*NAMES, "milliseconds"), 0) for way in ways}
    for number in range(arguments.pages):
        for kind in tqdm(names, unit="page"):
            page = benchmark_page(kind, number, digits, labels)
            frames = film(page.image, seed=(list(KINDS).index(kind), number))
            for way, seconds in ways.items():
                reader = SourceReader(classifier, network, THRESHOLD, look_seconds=seconds)
                started = time.process_time()
                read = [reader.read(one.image, i / RATE).readings for i, one in enumerate(frames)]
                spent = 1e3 * (time.process_time() - started)
                totals[way]["milliseconds"] += spent * (FRAMES - SCORED_FROM) / FRAMES
                for frame, readings in list(zip(frames, read, strict=True))[SCORED_FROM:]:
                    there = [one._replace(box=laid_back(one.box, frame.motion)) for one in readings]
                    for name, count in zip(NAMES, score(page, there), strict=True):
                        totals[way][name] += count
    if arguments.json:
        print(json.dumps(totals))
        return 0
    table = markdown(totals) + f"\n\n{network.runtime}, one thread"
    print(table)
    if arguments.write:
        blocks.write(arguments.write, "videos", table, blocks.command(parser, argv))
    return 0


def _name(seconds):
    return f"a look every {seconds:g} s" if seconds else "a look at each frame"


def film(page, seed):
    """A page uint8 [height, width] filmed from a hand that shakes: a list of Moved."""
    import cv2

    random = np.random.default_rng(seed)
    height, width = page.shape
    # A path of four slow swings: offsets x and y, the turn and the growth.
    phases, speeds = random.uniform(0, 2 * np.pi, 4), random.uniform(0.3, 1.2, 4)
    frames = []
    for number in range(FRAMES):
        swing = np.sin(phases + 2 * np.pi * speeds * number / RATE)
        motion = cv2.getRotationMatrix2D(
            (width / 2, height / 2), TURN_DEGREES * swing[2], 1 + GROWTH * swing[3]
        )
        motion[:, 2] += DRIFT_PIXELS * swing[:2]
        image = cv2.warpAffine(
            page, motion, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        image = image + random.normal(0, NOISE, image.shape)
        image = image.clip(0, 255).astype(np.uint8)
        frames.append(Moved(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), motion))
    return frames


def laid_back(box, motion):
    """A frame's box (x, y, width, height) in pixels of the page."""
    turn, offset = motion[:, :2], motion[:, 2]
    growth = float(np.sqrt(np.linalg.det(turn)))
    x, y, width, height = box
    centre = np.linalg.solve(turn, np.array([x + width / 2, y + height / 2]) - offset)
    width, height = width / growth, height / growth
    return (centre[0] - width / 2, centre[1] - height / 2, width, height)


def markdown(totals):
    """Returns the counts per way of reading as a Markdown table."""
    lines = [
        "| read by | frames | digits read | share | false digits | wholly right | ms a frame |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, counts in totals.items():
        share = f"{100 * counts['read'] / counts['digits']:.1f} %" if counts["digits"] else "–"
        lines.append(
            f"| {way} | {counts['frames']} | {counts['read']} of {counts['digits']} | {share} "
            f"| {counts['false_digits']} | {counts['wholly_right']} "
            f"| {counts['milliseconds'] / counts['frames']:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
