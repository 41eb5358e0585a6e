"""Writes the handwriting that edge_demo draws its pages with, for a device has no drawing engine.

    python -m digitnet.drawn.handwriting_file [FILE]

Run it after a change of glyphs or strokes, and commit `edge_demo/frames/handwriting.json`.
"""

import argparse
import json
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from digitnet import files
from digitnet.drawn.allographs import ALLOGRAPHS
from digitnet.drawn.glyphs import Glyph
from digitnet.drawn.strokes import Hand, Writing, write
from edge_demo import contract

FILE = pathlib.Path(contract.__file__).parent / "frames" / "handwriting.json"
WAYS, HANDS = 4, 3  # of each digit: the commonest allographs, and how often each is written
APART = 0.08  # of the height: strokes further apart than a pen is wide are no single piece of ink
UNIT = 1000  # coordinates are whole numbers, so that every platform writes the same file
# Legible whoever reads it: the pages test how digits are found, and how a camera is handled.
NEAT_HAND = Hand(
    jitter=0.012,
    drift=0.008,
    slant=(0.04, 0.04),
    turn_degrees=2,
    stretch=0.08,
    pen=(0.1, 0.11),
    break_share=0,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    return contract.run_command(_run, argv)


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.drawn.handwriting_file",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=pathlib.Path,
        default=FILE,
        metavar="FILE",
        help="where to write it (default: the file that edge_demo ships)",
    )
    files.write_text(parser.parse_args(argv).file, to_json(handwriting()))
    return 0


def handwriting(seed: int = 0) -> list[list[list[list[int]]]]:
    """Every digit as people write it: `[digit][writing][stroke]`, a flat list x, y, x, y ….

    Coordinates are thousandths of the digit's height, y down: y from 0 to 1000, x centred on 500.
    """
    digits = []
    for digit in range(10):
        rng = np.random.default_rng([seed, digit])
        whole = [pair for pair in ALLOGRAPHS[digit] if _is_whole(pair[1])]
        commonest = sorted(whole, key=lambda pair: -pair[0])[:WAYS]
        digits.append(
            [
                strokes
                for _, shape in commonest
                for strokes in _polylines(write(shape, HANDS, rng, 1.0, NEAT_HAND))
            ]
        )
    return digits


def to_json(digits: list[list[list[list[int]]]]) -> str:
    """The file's text, one writing a line."""
    blocks = []
    for writings in digits:
        lines = [json.dumps(strokes, separators=(",", ":")) for strokes in writings]
        blocks.append("[\n" + ",\n".join(lines) + "\n]")
    return "[" + ",\n".join(blocks) + "]\n"


def _is_whole(shape: Glyph) -> bool:
    """Whether every stroke of a glyph meets another, so that it is one piece of ink."""
    strokes = np.split(shape.curve @ shape.controls, np.flatnonzero(~shape.pen_down) + 1)
    return len(strokes) == 1 or all(
        min(
            np.linalg.norm(stroke[:, None] - other[None], axis=2).min()
            for other in strokes
            if other is not stroke
        )
        < APART
        for stroke in strokes
    )


def _polylines(writing: Writing) -> list[list[list[int]]]:
    points = writing.points.astype(float)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    height = (high - low)[:, :, 1:]
    points = (points - (low + high) / 2) / height + 0.5
    whole = np.rint(points * UNIT).astype(int)
    ends = np.flatnonzero(~writing.pen_down[0]) + 1  # unbroken, so alike in every writing
    return [
        [_without_repeats(stroke).ravel().tolist() for stroke in np.split(one, ends)]
        for one in whole
    ]


def _without_repeats(stroke: np.ndarray) -> np.ndarray:
    """A corner is two equal points of a spline, and one of a polyline."""
    return stroke[np.append(True, (np.diff(stroke, axis=0) != 0).any(axis=1))]


if __name__ == "__main__":
    sys.exit(main())
