"""What is written and is no digit: joined letters nobody can read, scribbles, drawings."""

import cv2
import numpy as np

from digitnet.drawn.glyphs import Table, arc, glyph
from digitnet.drawn.page_glyphs import Strokes

DRAWINGS: Table = [
    (1, glyph(arc(0.8, 0.5, 0.8, 0.5, -90, 275))),  # a lying ring
    (1, glyph([(0, 0), (1.6, 0.02), (1.6, 0.02), (1.58, 1), (1.58, 1), (0, 1), (0, 1), (0, 0)])),
    (1, glyph([(0.5, 1), (0, 0.4), (0.2, 0), (0.5, 0.3), (0.8, 0), (1, 0.4), (0.5, 1)])),  # heart
    (1, glyph([(0, 1), (0.55, 0), (0.55, 0), (1.1, 1), (1.1, 1), (0, 1)])),
    (
        1,
        glyph(
            [(0.2, 1), (0.5, 0), (0.5, 0), (0.8, 1), (0.8, 1), (0, 0.35), (0, 0.35), (1, 0.35)]
            + [(1, 0.35), (0.2, 1)]
        ),
    ),
    (1, glyph([(0, 0.5), (2, 0.5)], [(1.6, 0.1), (2, 0.5), (2, 0.5), (1.6, 0.9)])),
    (1, glyph([(0, 1), (1, 0)], [(0.5, 0.02), (1, 0), (1, 0), (0.98, 0.5)])),
    (1, glyph([(0, 0), (0.6, 0.1), (1, 1)], [(0.6, 0.9), (1, 1), (1, 1), (1.1, 0.4)])),
    (1, glyph([(0, 0.6), (0.3, 1), (0.3, 1), (1, 0)])),
    (1, glyph([(0, 0), (1, 1)], [(1, 0), (0, 1)])),
    (
        1,
        glyph(
            arc(0.6, 0.5, 0.6, 0.5, -90, 275),
            [(0.4, 0.3), (0.41, 0.36)],
            [(0.8, 0.3), (0.81, 0.36)],
            arc(0.6, 0.5, 0.3, 0.28, 20, 160, 5),
        ),
    ),
    (0.7, glyph([(0, 0), (0.2, 0.3), (0.5, 0), (0.8, 0.3), (1.1, 0), (1.4, 0.3), (1.7, 0)])),
    (0.7, glyph([(0, 0.5), (2.4, 0.5)])),
    (0.7, glyph([(0, 0.5), (2.4, 0.5)], [(0.1, 0.6), (2.3, 0.62)])),
    (0.5, glyph([(0.1, 0), (0, 0.4), (0, 1)], [(0, 0.4), (0.6, 0.1)], [(0, 0.7), (0.5, 0.5)])),
]


def cursive(random: np.random.Generator, letters: int) -> Strokes:
    """Connected loops and waves along a line: a hand's joined letters, which nobody can read."""
    steps = 9
    time = np.arange(letters * steps + 1, dtype=np.float32) / steps
    high = random.choice([0.0, 0.45, 0.5, 0.55], letters + 1, p=[0.25, 0.25, 0.25, 0.25])
    low = np.where(random.random(letters + 1) < 0.15, 1.4, 1.0) + random.normal(0, 0.03)
    at = np.minimum(time.astype(int), letters)
    middle, half = (high[at] + low[at]) / 2, (low[at] - high[at]) / 2
    loop, advance = random.uniform(0.05, 0.3), random.uniform(0.25, 0.55)
    turn = random.choice([1, 1, 1, -1])
    x = advance * time + loop * np.sin(2 * np.pi * time) * turn * random.uniform(0.6, 1.2)
    y = middle + half * np.cos(2 * np.pi * time)
    points = np.stack([x, y], axis=1).astype(np.float32)
    points = cv2.blur(points, (1, 3)) + random.normal(0, 0.012, points.shape).astype(np.float32)
    points[:, 0] -= points[:, 0].min() + random.uniform(-0.1, 0.2) * 0
    pressure = 1 + 0.2 * np.sin(time * random.uniform(1, 7)).astype(np.float32)
    return Strokes(points, pressure, np.ones(len(points) - 1, bool))


def scribble(random: np.random.Generator) -> Strokes:
    """A hand's wandering line: crossings out, doodles, hairs."""
    count = int(random.integers(4, 14))
    controls = random.uniform(0, 1, (count, 2)) * (random.uniform(0.6, 3), 1)
    if random.random() < 0.4:  # back and forth, as one crosses something out
        controls[:, 0] = np.where(np.arange(count) % 2, 1, 0) * random.uniform(0.8, 3)
        controls[:, 1] = np.linspace(0, 1, count) + random.normal(0, 0.04, count)
    controls += random.normal(0, 0.02, controls.shape)
    shape = glyph([(float(x), float(y)) for x, y in controls])
    points = (shape.curve @ shape.controls).astype(np.float32)
    points -= points.min(axis=0)
    return Strokes(points, np.ones(len(points), np.float32), shape.pen_down)
