"""Lines that a hand or a press draws one by one: rulings of tables, and bars that mean nothing."""

from collections.abc import Sequence

import numpy as np

from digitnet.drawn.page_areas import Area, Line
from digitnet.drawn.page_glyphs import Strokes
from digitnet.drawn.page_ink import BACKGROUND, Item
from digitnet.drawn.page_writing import Style

POINTS = 12  # of a line that wavers


def table_rulings(
    lines: Sequence[Line], heavy: Sequence[bool], style: Style, random: np.random.Generator
) -> list[Item]:
    """Rulings of a table, as strong as its digits or not, the heavy ones thicker.

    Args:
        lines: From x, y to x, y, on the sheet.
        heavy: Of each whether it parts blocks of cells.
        style: What the digits are written in.
        random: Draws how.
    """
    printed = random.random() < 0.4
    pen = random.uniform(0.6, max(1.2, 1.3 * style.pen))
    thicker = random.uniform(1.2, 2.6)
    free, waver = random.choice([0.0, 0.05, 0.15]), random.choice([0.0, 0.004, 0.012])
    if printed:
        free = waver = 0.0
    gaps = random.choice([0.0, 0.15], p=[0.8, 0.2])
    items = []
    for line, is_heavy in zip(lines, heavy, strict=True):
        start, end = np.array(line).reshape(2, 2) + random.normal(0, free, (2, 2)) * style.height
        width = pen * (thicker if is_heavy else 1)
        items.append(_line(start, end, width, waver, gaps, printed, random))
    return items


def bar(style: Style, random: np.random.Generator) -> tuple[Item, float, float]:
    """A line much longer than the digits are high, upright mostly; with its width and height."""
    # From three heights on: the long 1 of a hasty hand has 1.6.
    length = style.height * np.exp(random.uniform(np.log(3), np.log(10)))
    across = length * (random.normal(0, 0.06) if random.random() < 0.8 else random.uniform(-2, 2))
    start, end = np.array([max(0.0, -across), 0.0]), np.array([max(0.0, across), length])
    pen = max(0.8, style.pen * np.exp(random.normal(0, 0.4)))
    waver = random.choice([0.0, 0.004, 0.015])
    gaps = random.choice([0.0, 0.15], p=[0.7, 0.3])
    return _line(start, end, pen, waver, gaps, False, random), abs(float(across)), float(length)


def edge(area: Area, style: Style, random: np.random.Generator) -> tuple[Item, Area]:
    """A line across the whole area and beyond, with what it covers: a fold, the edge of a table."""
    reach, aslant = random.uniform(0.15, 0.4), random.normal(0, 0.04)
    length = (1 + 2 * reach) * area.height
    x = area.left + random.uniform(0, 1) * area.width
    y = area.top - reach * area.height
    start, end = np.array([x, y]), np.array([x + aslant * length, y + length])
    if random.random() < 0.25:
        length = (1 + 2 * reach) * area.width
        x, y = area.left - reach * area.width, area.top + random.uniform(0, 1) * area.height
        start, end = np.array([x, y]), np.array([x + length, y + aslant * length])
    pen = max(0.8, style.pen * np.exp(random.uniform(-0.7, 1.4)))
    waver = random.choice([0.0, 0.003], p=[0.7, 0.3])
    low, size = np.minimum(start, end) - pen, np.abs(end - start) + 2 * pen
    covered = Area(float(low[0]), float(low[1]), float(size[0]), float(size[1]))
    return _line(start, end, pen, waver, 0.0, waver == 0, random), covered


def _line(
    start: np.ndarray,
    end: np.ndarray,
    pen: float,
    waver: float,
    gaps: float,
    printed: bool,
    random: np.random.Generator,
) -> Item:
    """A line as an item of height 1, so that its points are the sheet's own units.

    waver: how far it strays, in its lengths. gaps: the share of its pieces that is not drawn.
    """
    count = POINTS if waver or gaps else 2
    along = np.linspace(0, 1, count)[:, None]
    points = start + along * (end - start)
    if waver:
        strays = np.cumsum(random.normal(0, waver, points.shape), axis=0) / np.sqrt(count)
        points = points + np.hypot(*(end - start)) * strays
    low = points.min(axis=0)
    drawn = random.random(count - 1) >= gaps
    strokes = Strokes((points - low).astype(np.float32), np.ones(count, np.float32), drawn)
    return Item(BACKGROUND, strokes, float(low[0]), float(low[1]), 1.0, pen, printed=printed)
