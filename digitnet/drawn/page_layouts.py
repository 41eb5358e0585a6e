"""What stands where on a sheet: few digits, rows, forms, tables, sums, words, and clutter."""

from collections.abc import Callable

import numpy as np

from digitnet.drawn import page_forms
from digitnet.drawn.page_algebra import algebra
from digitnet.drawn.page_areas import Area, Layout, free_place, moved
from digitnet.drawn.page_ink import Item
from digitnet.drawn.page_texts import noted_text, number_text
from digitnet.drawn.page_writing import (
    WRITINGS,
    Mnist,
    Style,
    number_items,
    sign_item,
    word_items,
)


def few(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """One to four digits or short numbers anywhere, over the edge now and then."""
    items: list[Item] = []
    taken: list[Area] = []
    over = 0.45 if random.random() < 0.25 else 0.0
    plain = random.random() < 0.25  # mostly 1s and 7s
    for _ in range(int(random.integers(1, 5))):
        text = number_text(random, 1 if random.random() < 0.7 else _longest(area, style, 3))
        own = style
        if plain and random.random() < 0.7:
            # A long, plain 1 is a digit where no rulings or bars stand; nothing else says so.
            text = str(random.choice(["1", "1", "11", "17", "71", "7"]))[: _longest(area, style, 2)]
            own = style._replace(spread=(0.9, 1.6) if style.spread != (1.0, 1.0) else style.spread)
        written, width = number_items(own, mnist, random, text)
        place = free_place(area, taken, width, style.height, over * style.height, random)
        if place is not None:
            items += moved(written, *place)
    return Layout(items, [])


def rows(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """Lines of numbers, or columns of them."""
    items: list[Item] = []
    pitch = style.height * random.uniform(1.15, 2.4)
    space = style.height * random.uniform(0.5, 2.5)
    longest = _longest(area, style, int(random.choice([1, 2, 4, 8])))
    noted, overhang = random.choice([0, 0.3, 1], p=[0.6, 0.3, 0.1]), random.random() < 0.15
    column = random.random() < 0.3
    start = random.uniform(0, 0.3) * area.width
    y = area.top + random.uniform(0, 0.5) * max(0.0, area.height - pitch)
    while y + style.height <= area.top + area.height and len(items) < 90:
        x = area.left + start * (1 if column else random.uniform(0, 1))
        while True:
            text = noted_text(random) if random.random() < noted else number_text(random, longest)
            written, width = number_items(style, mnist, random, text)
            if x + width * (0.5 if overhang else 1) > area.left + area.width:
                break
            items += moved(written, x, y + random.normal(0, 0.02) * style.height)
            x += width + space * random.uniform(0.8, 1.3)
            if column or random.random() < 0.12:
                break
        y += pitch * random.uniform(0.95, 1.1)
        if random.random() < 0.05:
            break
    return Layout(items, [])


def _longest(area: Area, style: Style, most: int) -> int:
    """Digits of a number that fits into the area."""
    return int(np.clip(area.width / ((0.7 + max(style.gap, 0)) * style.height), 1, most))


def sums(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """Equations: numbers with signs and letters between them, fractions' bars."""
    items: list[Item] = []
    pitch, y = style.height * random.uniform(1.3, 2.5), area.top
    letters = random.choice([0.0, 0.3], p=[0.6, 0.4])
    while y + style.height <= area.top + area.height and len(items) < 90:
        x = area.left + random.uniform(0, 0.15) * area.width
        for _ in range(int(random.integers(2, 8))):
            text = noted_text(random) if random.random() < 0.2 else number_text(random, 3)
            written, width = number_items(style, mnist, random, text)
            if random.random() < letters:
                letter = sign_item(style, random, "letters", random.uniform(0.6, 1))
                written.append(letter._replace(x=width))
                width += letter.glyph.width * letter.height + 0.15 * style.height
            sign = sign_item(style, random, "signs", random.uniform(0.45, 1))
            written.append(sign._replace(x=width + 0.15 * style.height))
            width += sign.glyph.width * sign.height + 0.35 * style.height
            if x + width > area.left + area.width:
                break
            items += moved(written, x, y)
            x += width
        y += pitch
    return Layout(items, [])


def words(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """Lines of words, among which numbers stand."""
    items: list[Item] = []
    pitch, y = style.height * random.uniform(1.3, 2.4), area.top
    size, numbers = random.uniform(0.5, 1.1), random.choice([0.12, 0.25, 0.45])
    mixed, listed = random.random() < 0.25, random.random() < 0.2
    while y + style.height <= area.top + area.height and len(items) < 160:
        x, first = area.left, True
        while True:
            if (first and listed) or random.random() < numbers:
                text = f"{random.integers(1, 30)}." if first and listed else number_text(random, 5)
                if random.random() < 0.25:
                    text = noted_text(random)
                written, width = number_items(style, mnist, random, text)
            else:
                hand = style
                if mixed:
                    hand = style._replace(letters=str(random.choice(WRITINGS)))
                written, width = word_items(hand, random, size * random.uniform(0.95, 1.05))
            if x + width > area.left + area.width:
                break
            items += moved(written, x, y)
            x += width + style.height * random.uniform(0.45, 0.9)
            first = False
            if random.random() < 0.08:
                break
        y += pitch
    return Layout(items, [])


Maker = Callable[[Area, Style, Mnist, np.random.Generator], Layout]
LAYOUTS: dict[str, Maker] = {
    "few": few,
    "rows": rows,
    "table": page_forms.table,
    "form": page_forms.form,
    "sums": sums,
    "words": words,
    "algebra": algebra,
}
SHARES = {
    "few": 0.22,
    "rows": 0.2,
    "table": 0.12,
    "form": 0.1,
    "sums": 0.06,
    "words": 0.18,
    "algebra": 0.12,
}
