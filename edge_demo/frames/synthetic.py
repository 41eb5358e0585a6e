"""A drawn page of digits with known truth: for tests, and for trying the demo without a camera."""

from typing import NamedTuple

import cv2
import numpy as np

# Each digit as pen strokes through points (x, y) of a unit box, y down; a stroke is smoothed after
# the writer's jitter, so that few points make round shapes. Variants are what people write.
STROKES = {
    0: [[[(0.6, 0), (0.1, 0.2), (0, 0.6), (0.35, 1), (0.8, 0.75), (0.85, 0.25), (0.55, 0)]]],
    1: [
        [[(0.5, 0), (0.47, 0.5), (0.44, 1)]],
        [[(0.22, 0.26), (0.4, 0.12), (0.54, 0), (0.54, 0.02), (0.5, 0.5), (0.47, 1)]],
    ],
    2: [
        [
            [(0.05, 0.25), (0.2, 0.02), (0.7, 0.03), (0.75, 0.35), (0.4, 0.7), (0, 1), (0, 1)]
            + [(0.1, 0.98), (0.9, 0.97)]
        ]
    ],
    3: [
        [
            [(0.05, 0.12), (0.4, 0), (0.8, 0.15), (0.65, 0.42), (0.3, 0.48), (0.3, 0.48)]
            + [(0.7, 0.55), (0.85, 0.8), (0.45, 1), (0, 0.9)]
        ]
    ],
    4: [
        [[(0.3, 0), (0.05, 0.6), (0.05, 0.6), (0.9, 0.58)], [(0.65, 0.25), (0.62, 0.6), (0.6, 1)]],
        [[(0.62, 1), (0.62, 0), (0.62, 0), (0, 0.65), (0, 0.65), (0.9, 0.65)]],
    ],
    5: [
        [
            [(0.8, 0), (0.2, 0.02), (0.2, 0.02), (0.12, 0.45), (0.12, 0.45)]
            + [(0.6, 0.38), (0.85, 0.7), (0.5, 1), (0, 0.92)]
        ]
    ],
    6: [[[(0.65, 0), (0.2, 0.3), (0.05, 0.75), (0.4, 1), (0.8, 0.8), (0.6, 0.52), (0.1, 0.68)]]],
    7: [[[(0, 0.04), (0.85, 0.02), (0.85, 0.02), (0.5, 0.5), (0.35, 1)]]],
    8: [
        [
            [(0.75, 0.15), (0.4, 0), (0.1, 0.2), (0.45, 0.48), (0.8, 0.75), (0.45, 1)]
            + [(0.05, 0.78), (0.4, 0.48), (0.78, 0.22), (0.72, 0.1)]
        ]
    ],
    9: [[[(0.75, 0.15), (0.35, 0), (0.05, 0.28), (0.4, 0.5), (0.75, 0.2), (0.72, 0.5), (0.6, 1)]]],
}


class Page(NamedTuple):
    """A drawn page.

    image: uint8 [height, width, 3] BGR. digits: tuple of int in reading order. boxes: tuple of
    (x, y, width, height) in pixels, in the same order.
    """

    image: np.ndarray
    digits: tuple
    boxes: tuple


def draw_page(rows, seed=0, size=(640, 480), ink=0.25, light_on_dark=False, noise=2.0, slope=0.0):
    """Draws rows of digits on a page with uneven light.

    Args:
        rows: list of str of digits, one per line of the page.
        seed: of the handwriting, the light and the noise.
        size: (width, height) in pixels.
        ink: brightness of the ink as a share of the paper's, 0 (black) to 1 (invisible).
        light_on_dark: chalk on a board instead.
        noise: standard deviation of the camera's noise in grey levels.
        slope: of the lines, dy/dx.

    Returns:
        Page.
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
    coverage = cv2.GaussianBlur(coverage, (0, 0), 0.7).astype(np.float32) / 255
    paper = _paper(random, width, height)
    image = paper * (1 - (1 - ink) * coverage)[:, :, None]
    if light_on_dark:
        image = 255 - image
    image += random.normal(0, noise, image.shape) if noise else 0
    return Page(np.clip(np.round(image), 0, 255).astype(np.uint8), tuple(digits), tuple(boxes))


def write_digit(digit, random):
    """Returns the strokes of one handwritten digit, a list of float [N, 2] in a unit box.

    Args:
        digit: 0 to 9.
        random: numpy Generator, the writer's hand.
    """
    variants = STROKES[digit]
    strokes = variants[random.integers(len(variants))]
    slant, turn = random.normal(0, 0.08), random.normal(0, 0.05)
    narrow = random.uniform(0.55, 0.8)
    result = []
    for stroke in strokes:
        points = np.array(stroke, float) + random.normal(0, 0.015, (len(stroke), 2))
        for _ in range(3):
            points = _chaikin(points)
        x, y = (points[:, 0] - 0.5) * narrow, points[:, 1] - 0.5
        x = x - slant * y
        result.append(np.stack([x - turn * y, y + turn * x], axis=1) + 0.5)
    return result


def _chaikin(points):
    """Cuts the corners of a polyline once (Chaikin 1974); doubled points stay sharp corners."""
    start, end = points[:-1], points[1:]
    middle = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
    return np.concatenate([points[:1], middle.reshape(-1, 2), points[-1:]])


def _draw(coverage, strokes, centre, height, thickness):
    """Draws strokes onto the coverage map and returns their box (x, y, width, height)."""
    shift = 4  # OpenCV draws with fractions of a pixel as fixed point
    lines = []
    for stroke in strokes:
        points = (stroke - 0.5) * height + centre
        lines.append(np.round(points * 2**shift).astype(np.int32))
    cv2.polylines(coverage, lines, False, 255, thickness, cv2.LINE_AA, shift)
    points = np.concatenate(lines) / 2**shift
    reach = thickness / 2 + 1  # the camera's blur adds about a pixel
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    x, y = (int(np.floor(value)) for value in low)
    return x, y, int(np.ceil(high[0])) - x, int(np.ceil(high[1])) - y


def _paper(random, width, height):
    """Returns float32 [height, width, 3]: a tinted page, lit from one side."""
    tint = np.array([random.uniform(190, 225), random.uniform(200, 230), random.uniform(205, 235)])
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 - 0.12 * (1 + x * np.cos(angle) + y * np.sin(angle))
    return (light[:, :, None] * tint).astype(np.float32)
