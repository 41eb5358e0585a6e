"""Ruled tables, sudokus and forms: digits in cells, combs and on lines, words beside them."""

import numpy as np

from digitnet.drawn.page_algebra import UNKNOWNS, unknown_items
from digitnet.drawn.page_areas import Area, Layout, Line, moved
from digitnet.drawn.page_bars import table_rulings
from digitnet.drawn.page_ink import Item
from digitnet.drawn.page_texts import noted_text, number_text
from digitnet.drawn.page_writing import (
    Mnist,
    Style,
    digit_item,
    number_items,
    random_style,
    word_items,
)


def table(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """A ruled table or a sudoku: cells with a digit, a number, a word or nothing."""
    sudoku = random.random() < 0.4
    # Most tables that people draw say above each column, or before each row, what stands there.
    head_row, head_column = (not sudoku and random.random() < 0.4 for _ in range(2))
    aspect = 1.0 if sudoku else random.uniform(1.6 if head_row or head_column else 1, 4.5)
    cell_height = style.height * random.uniform(1.1, 2.2)
    cell_width = cell_height * aspect
    columns = max(1, min(int(area.width / cell_width), 9 if sudoku else 7))
    count = max(1, min(int(area.height / cell_height), 9 if sudoku else 12))
    left = area.left + random.uniform(0, 1) * max(0.0, area.width - columns * cell_width)
    top = area.top + random.uniform(0, 1) * max(0.0, area.height - count * cell_height)
    right, bottom = left + columns * cell_width, top + count * cell_height
    lines = [(left, top + r * cell_height, right, top + r * cell_height) for r in range(count + 1)]
    lines += [
        (left + c * cell_width, top, left + c * cell_width, bottom) for c in range(columns + 1)
    ]
    heavy = [sudoku and r % 3 == 0 for r in range(count + 1)]
    heavy += [sudoku and c % 3 == 0 for c in range(columns + 1)]
    if not sudoku and random.random() < 0.3:
        lines, heavy = lines[: count + 1], heavy[: count + 1]
    items: list[Item] = []
    if random.random() < 0.5:  # others than a fine print's: as strong as the digits are
        items, lines = table_rulings(lines, heavy, style, random), []
    filled, words = random.uniform(0.25, 1), 0.0 if sudoku else random.choice([0, 0.15, 0.4])
    longest = 1 if sudoku or random.random() < 0.3 else 5
    small = style._replace(height=style.height * random.uniform(0.5, 0.9))
    word_size = random.uniform(0.55, 1.1)
    for r in range(count):
        for c in range(columns):
            head = (head_row and r == 0) or (head_column and c == 0)
            if random.random() > (0.9 if head else filled):
                continue
            own = small if random.random() < 0.06 else style
            if random.random() < (0.95 if head else words):
                if random.random() < 0.25:
                    letter = str(random.choice(list(UNKNOWNS)))
                    size = random.uniform(0.7, 1.1)
                    written, width = unknown_items(own, mnist, random, letter, size, 0.5)
                else:
                    written, width = word_items(own, random, word_size * random.uniform(0.9, 1.1))
            else:
                text = number_text(random, longest) if random.random() < 0.9 else noted_text(random)
                written, width = number_items(own, mnist, random, text)
            if width > cell_width * (1.25 if head else 0.98):
                continue
            x = left + c * cell_width + random.uniform(0.1, 0.9) * max(0.0, cell_width - width)
            y = top + r * cell_height + random.uniform(0.1, 0.9) * (cell_height - own.height)
            items += moved(written, x, y)
    return Layout(items, lines)


def form(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """Fields: a printed word, and beside it a comb, a box or a line with digits in it."""
    items: list[Item] = []
    lines: list[Line] = []
    label = random_style(style.height, random, letters="print", pen=style.height * 0.08, fade=1.0)
    size, y = random.uniform(0.4, 1.0), area.top + random.uniform(0, 0.3) * style.height
    kind = str(random.choice(["comb", "box", "line", "cells", "dashes", "none"]))
    pitch = style.height * random.uniform(1.5, 2.8)
    while y + style.height * 1.2 <= area.top + area.height:
        written, width = word_items(label, random, size)
        x = area.left + random.uniform(0, 0.1) * area.width
        if random.random() < 0.85:
            items += [item._replace(printed=True) for item in moved(written, x, y)]
            x += width + style.height * random.uniform(0.3, 1)
        low, high = y - 0.15 * style.height, y + 1.15 * style.height
        cell = style.height * random.uniform(0.85, 1.4)
        count = int(min(random.integers(1, 9), (area.left + area.width - x) / cell))
        if count < 1:
            y += pitch
            continue
        end = x + count * cell
        if kind in ("comb", "cells", "box", "line"):
            lines.append((x, high, end, high))
        if kind in ("cells", "box"):
            lines += [(x, low, end, low), (x, low, x, high), (end, low, end, high)]
        if kind in ("cells", "comb"):
            tall = low if kind == "cells" else high - random.uniform(0.2, 0.6) * style.height
            lines += [(x + i * cell, tall, x + i * cell, high) for i in range(count + 1)]
        if kind == "dashes":
            lines += [(x + i * cell, high, x + (i + 0.7) * cell, high) for i in range(count)]
        if kind in ("cells", "comb", "dashes"):
            for i in range(count):
                if random.random() < 0.85:
                    item = digit_item(style, mnist, random, int(random.integers(10)))
                    free = cell - item.glyph.width * item.height
                    shift = random.uniform(0.25, 0.75) * free
                    items += moved([item], x + i * cell + shift, high - item.height * 1.1)
        elif random.random() < 0.85:
            text = noted_text(random) if random.random() < 0.3 else number_text(random)
            written, width = number_items(style, mnist, random, text)
            if width < end - x:
                items += moved(written, x + random.uniform(0, 1) * (end - x - width), y)
        y += pitch
    return Layout(items, lines)
