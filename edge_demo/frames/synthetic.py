"""A drawn page of digits with known truth: for tests, and for trying the demo without a camera."""

import functools
import json
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

# A digit's strokes, each float [N, 2] of points (x, y): y down from 0 to 1, x centred on 0.5.
Strokes = list[np.ndarray]
# What `python -m digitnet.drawn.handwriting_file` wrote: [digit][writing][stroke] in thousandths.
HANDWRITING = pathlib.Path(__file__).with_name("handwriting.json")


class Page(NamedTuple):
    """A drawn page.

    image: uint8 [height, width, 3] BGR. digits: in reading order. boxes: (x, y, width, height) in
    pixels, in the same order.
    """

    image: np.ndarray
    digits: tuple[int, ...]
    boxes: tuple[tuple[int, int, int, int], ...]


def draw_page(
    rows: Sequence[str],
    seed: int = 0,
    size: tuple[int, int] = (640, 480),
    ink: float = 0.25,
    light_on_dark: bool = False,
    noise: float = 2.0,
    slope: float = 0.0,
) -> Page:
    """Draws rows of digits on a page with uneven light.

    Args:
        rows: digits, one text per line of the page.
        seed: of the handwriting, the light and the noise.
        size: (width, height) in pixels.
        ink: brightness of the ink as a share of the paper's, 0 (black) to 1 (invisible).
        light_on_dark: chalk on a board instead.
        noise: standard deviation of the camera's noise in grey levels.
        slope: of the lines, dy/dx.
    """
    random = np.random.default_rng(seed)
    width, height = size
    columns = max(len(row) for row in rows)
    cell_width, cell_height = width / (columns + 0.6), height / (len(rows) + 0.6)
    digit_height = 0.62 * min(cell_height, 1.3 * cell_width)
    thickness = max(2, round(digit_height * random.uniform(0.07, 0.11)))
    coverage = np.zeros((height, width), np.uint8)
    digits, boxes = [], []
    for line, row in enumerate(rows):
        for column, character in enumerate(row):
            x = (column + 0.8) * cell_width
            y = (line + 0.8) * cell_height + slope * (x - width / 2)
            strokes = write_digit(int(character), random)
            box = _draw(coverage, strokes, (x, y), digit_height, thickness)
            digits.append(int(character))
            boxes.append(box)
    covered = cv2.GaussianBlur(coverage, (0, 0), 0.7).astype(np.float32) / 255
    paper = _paper(random, width, height)
    image = paper * (1 - (1 - ink) * covered)[:, :, None]
    if light_on_dark:
        image = 255 - image
    image += random.normal(0, noise, image.shape) if noise else 0
    return Page(np.clip(np.round(image), 0, 255).astype(np.uint8), tuple(digits), tuple(boxes))


def write_digit(digit: int, random: np.random.Generator) -> Strokes:
    """Writes one digit: one of the stored writings, slanted, turned and stretched at random.

    Args:
        digit: 0 to 9.
        random: the writer's hand.

    Returns:
        list of float [N, 2], the strokes as points (x, y) near the unit box, y down.
    """
    writings = _handwriting()[digit]
    strokes = writings[random.integers(len(writings))]
    slant, turn = random.normal(0, 0.06), random.normal(0, 0.04)
    stretch = random.uniform(0.8, 1.05)
    result = []
    for stroke in strokes:
        x, y = (stroke - 0.5).T
        x = x * stretch - slant * y
        result.append(np.stack([x - turn * y, y + turn * x], axis=1) + 0.5)
    return result


@functools.cache
def _handwriting() -> list[list[Strokes]]:
    digits = json.loads(HANDWRITING.read_text(encoding="utf-8"))
    return [
        [[np.array(stroke).reshape(-1, 2) / 1000 for stroke in strokes] for strokes in writings]
        for writings in digits
    ]


def _draw(
    coverage: np.ndarray,
    strokes: Strokes,
    centre: tuple[float, float],
    height: float,
    thickness: int,
) -> tuple[int, int, int, int]:
    """Draws strokes onto the coverage map and returns their box (x, y, width, height)."""
    shift = 4  # OpenCV draws with fractions of a pixel as fixed point
    lines = []
    for stroke in strokes:
        points = (stroke - 0.5) * height + centre
        lines.append(np.round(points * 2**shift).astype(np.int32))
    cv2.polylines(coverage, lines, False, (255,), thickness, cv2.LINE_AA, shift)
    points = np.concatenate(lines) / 2**shift
    reach = thickness / 2 + 1  # the camera's blur adds about a pixel
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    x, y = (int(np.floor(value)) for value in low)
    return x, y, int(np.ceil(high[0])) - x, int(np.ceil(high[1])) - y


def _paper(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Returns float32 [height, width, 3]: a tinted page, lit from one side."""
    tint = np.array([random.uniform(190, 225), random.uniform(200, 230), random.uniform(205, 235)])
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 - 0.12 * (1 + x * np.cos(angle) + y * np.sin(angle))
    return (light[:, :, None] * tint).astype(np.float32)
