"""On how many pages without a digit the demo reads one all the same.

    python -m benchmarks.empty_pages [--pages N] [--model FILE] [--json] [--sheet FILE.png]

The pages are drawn: plain, grained, crumpled, stained, ruled, squared, with a margin line, on a
dark desk, under a hard shadow, chalked over, and combinations of these, with their own seeds.
"""

import argparse
import json
import sys

import cv2
import numpy as np

from benchmarks import blocks, sheets
from edge_demo import overlay, reader
from edge_demo.classifier import Classifier
from edge_demo.errors import UserError, run_command
from edge_demo.saving import write_picture

SIZE = (640, 480)


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.empty_pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pages", type=int, default=200, help="per kind: a tenth (default: 200)")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--threshold", type=float, default=reader.THRESHOLD, metavar="P")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every false digit's page")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    if arguments.pages < 1:
        raise UserError(f"--pages takes 1 or more. Received: {arguments.pages}")
    classifier = Classifier(arguments.model)
    kinds, tiles = {}, []
    for number in range(arguments.pages):
        kind = list(KINDS)[number % len(KINDS)]
        page = draw_empty_page(kind, number)
        readings = reader.read_digits(page, classifier, arguments.threshold)
        counts = kinds.setdefault(kind, {"pages": 0, "with_digits": 0, "false_digits": 0})
        counts["pages"] += 1
        counts["with_digits"] += bool(readings)
        counts["false_digits"] += len(readings)
        if readings:
            tiles.append(sheets.tile(overlay.draw(page, readings, False), [kind], 320))
    if arguments.sheet and tiles:
        write_picture(arguments.sheet, sheets.sheet(tiles, 5))
    if arguments.json:
        print(json.dumps(kinds))
        return 0
    table = markdown(kinds)
    if arguments.write:
        blocks.write(arguments.write, "empty-pages", table, "python -m benchmarks.empty_pages")
    print(table)
    return 0


def markdown(kinds):
    """Returns the counts per kind of page as a Markdown table."""
    names = ("pages", "with_digits", "false_digits")
    kinds = {**kinds, "all": {n: sum(counts[n] for counts in kinds.values()) for n in names}}
    lines = ["| page | pages | with a false digit | false digits |", "|---|---|---|---|"]
    lines += [
        f"| {kind} | " + " | ".join(str(counts[name]) for name in names) + " |"
        for kind, counts in kinds.items()
    ]
    return "\n".join(lines)


def draw_empty_page(kind, seed):
    """Returns uint8 [480, 640, 3], a page of a kind without any digit on it."""
    random = np.random.default_rng((seed, 5))
    width, height = SIZE
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = random.uniform(0, 2 * np.pi)
    light = 1 - 0.15 * (1 + x * np.cos(angle) + y * np.sin(angle))
    page = random.uniform(150, 235) * light
    for layer in KINDS[kind]:
        page = layer(page, random)
    page = page + random.normal(0, random.uniform(0.5, 4), page.shape)
    tint = random.uniform(0.9, 1.05, 3)
    return np.clip(page[:, :, None] * tint, 0, 255).astype(np.uint8)


def grain(page, random):
    """Paper fibres: noise of a few pixels' size."""
    noise = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), random.uniform(0.8, 2.5))
    return page * (1 + random.uniform(0.01, 0.05) * noise / noise.std())


def crumples(page, random):
    """Creases: straight edges on which the light changes."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    for _ in range(random.integers(2, 7)):
        angle, offset = random.uniform(0, np.pi), random.uniform(-200, 500)
        distance = x * np.cos(angle) + y * np.sin(angle) - offset
        strength = random.uniform(-0.08, 0.08)
        page = page * (1 + strength * np.exp(-np.abs(distance) / random.uniform(3, 60)))
    return page


def stains(page, random):
    """Soft dark spots of any size."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    for _ in range(random.integers(2, 9)):
        place = random.uniform(0, 640), random.uniform(0, 480)
        size = random.uniform(6, 70, 2)
        spot = np.exp(-(((x - place[0]) / size[0]) ** 2) - ((y - place[1]) / size[1]) ** 2)
        page = page * (1 - random.uniform(0.05, 0.35) * spot)
    return page


def rules(page, random):
    """Ruled lines, slightly tilted."""
    return _lines(page, random, random.uniform(24, 60), 0.0)


def squares(page, random):
    """Squared paper."""
    gap = random.uniform(20, 50)
    return _lines(_lines(page, random, gap, 0.0), random, gap, np.pi / 2)


def margin(page, random):
    """One upright line."""
    x = int(random.uniform(30, 600))
    shade = random.uniform(0.4, 0.8)
    drawn = page.copy()
    cv2.line(drawn, (x, 0), (x + random.integers(-6, 7), 479), float(page.mean() * shade), 2)
    return drawn


def desk(page, random):
    """The page ends, and a darker desk begins on one or two sides."""
    corners = np.array([(0, 0), (640, 0), (640, 480), (0, 480)], float)
    inset = random.uniform(-120, 60, (4, 2)).clip(-60) * [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    mask = np.zeros(page.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners + inset).astype(np.int32), 255)
    mask = cv2.GaussianBlur(mask, (0, 0), random.uniform(0.7, 2)) / 255
    return page * mask + random.uniform(15, 110) * (1 - mask)


def shadow(page, random):
    """A shadow with a soft edge."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    angle, offset = random.uniform(0, np.pi), random.uniform(100, 400)
    distance = x * np.cos(angle) + y * np.sin(angle) - offset
    return page * (1 - random.uniform(0.15, 0.5) / (1 + np.exp(-distance / random.uniform(2, 30))))


def board(page, random):
    """A dark board with wiped chalk."""
    cloud = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), random.uniform(8, 30))
    return 0.25 * page + 14 * (cloud / cloud.std()).clip(0)


def _lines(page, random, gap, angle):
    drawn = page.copy()
    tilt = random.normal(0, 0.01) + angle
    thickness = int(random.integers(1, 3))
    shade = float(page.mean() * random.uniform(0.5, 0.92))
    along = np.array([np.cos(tilt), np.sin(tilt)])
    across = np.array([-along[1], along[0]])
    for number in range(-60, 60):
        start, end = (across * gap * number + along * reach for reach in (-900, 900))
        points = [tuple(int(v) for v in point + (320, 240)) for point in (start, end)]
        cv2.line(drawn, *points, shade, thickness)
    return drawn


KINDS = {
    "plain": (),
    "grained": (grain,),
    "crumpled": (crumples, grain),
    "stained": (stains,),
    "ruled": (rules,),
    "squared": (squares,),
    "margin line, grained": (margin, grain),
    "on a desk": (desk, grain),
    "in a shadow, crumpled": (crumples, shadow),
    "board": (board,),
}


if __name__ == "__main__":
    sys.exit(main())
