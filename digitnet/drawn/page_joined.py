"""A word in joined writing: its letters, and the pen's way from one to the next."""

import numpy as np

from digitnet.drawn.page_glyphs import Strokes

SHARE = 0.8  # of the ways between letters that are written
# Heights between which a hand joins letters, and the longest way that it writes.
HIGHEST, LOWEST, LONGEST = 0.3, 1.1, 0.75


def joined(letters: list[Strokes], space: float, random: np.random.Generator) -> Strokes:
    """The letters side by side, `space` heights apart, most of them joined, as one glyph."""
    share = SHARE * random.uniform(0.5, 1.25)
    points: list[np.ndarray] = []
    pressure: list[np.ndarray] = []
    pen_down: list[np.ndarray] = []
    x = 0.0
    for letter in letters:
        here = letter.points + np.array([x, random.normal(0, 0.015)], np.float32)
        if points:
            end, start = points[-1][-1], here[0]
            pen_down.append(np.array([_joins(end, start) and random.random() < share]))
        points.append(here)
        pressure.append(letter.pressure)
        pen_down.append(letter.pen_down)
        x += letter.width + space * random.uniform(0.3, 1)
    return Strokes(
        np.concatenate(points).astype(np.float32),
        np.concatenate(pressure),
        np.concatenate(pen_down),
    )


def _joins(end: np.ndarray, start: np.ndarray) -> bool:
    low, high = min(end[1], start[1]), max(end[1], start[1])
    return bool(low > HIGHEST and high < LOWEST and np.hypot(*(start - end)) < LONGEST)
