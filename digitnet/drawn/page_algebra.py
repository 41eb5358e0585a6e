"""Letters that stand alone, as in sums with unknowns: what is no digit although no word says so."""

import numpy as np

from digitnet.drawn.page_areas import Area, Layout, moved
from digitnet.drawn.page_ink import Item
from digitnet.drawn.page_texts import number_text
from digitnet.drawn.page_writing import (
    Mnist,
    Style,
    letter_item,
    mark_item,
    number_items,
    sign_item,
)

# Not those that are read as digits where they stand alone: g, l, o, q, s, B, D, G, I, O, Q, S, Z.
UNKNOWNS = "aaabbbcccdddxxxxyyyyzzznmkptuvwrhfeACEFHKMNPRTUVWXY"


def algebra(area: Area, style: Style, mnist: Mnist, random: np.random.Generator) -> Layout:
    """Lines of sums in which letters stand for numbers: 3x - 4y = 4, a + b + c = 2, d1."""
    items: list[Item] = []
    pitch, y = style.height * random.uniform(1.4, 2.5), area.top
    few = random.choice(list(UNKNOWNS), int(random.integers(2, 6)))
    size = random.uniform(0.85, 1.35)
    indexed = random.choice([0.0, 0.4], p=[0.75, 0.25])
    numbers = random.choice([0.25, 0.6])
    while y + style.height <= area.top + area.height and len(items) < 90:
        x = area.left + random.uniform(0, 0.2) * area.width
        for term in range(int(random.integers(1, 6))):
            written, width = [], 0.0
            if term:
                sign = sign_item(style, random, "signs", random.uniform(0.45, 0.9))
                written.append(sign._replace(x=0.1 * style.height))
                width = sign.glyph.width * sign.height + 0.3 * style.height
            more, wide = _term(style, mnist, random, few, size, numbers, indexed)
            written += moved(more, width, 0)
            width += wide + 0.2 * style.height
            if x + width > area.left + area.width:
                break
            items += moved(written, x, y)
            x += width
        y += pitch
    return Layout(items, [])


def _term(
    style: Style,
    mnist: Mnist,
    random: np.random.Generator,
    few: np.ndarray,
    size: float,
    numbers: float,
    indexed: float,
) -> tuple[list[Item], float]:
    """A number, an unknown, or both, from x = 0 on, and its width."""
    kind = random.random()
    if kind < 0.3:
        return number_items(style, mnist, random, number_text(random, 3))
    items: list[Item] = []
    width = 0.0
    if random.random() < numbers:
        items, width = number_items(style, mnist, random, number_text(random, 2))
        width += 0.05 * style.height
    letters, wide = unknown_items(style, mnist, random, str(random.choice(few)), size, indexed)
    return [*items, *moved(letters, width, 0)], width + wide


def unknown_items(
    style: Style,
    mnist: Mnist,
    random: np.random.Generator,
    letter: str,
    size: float,
    indexed: float,
) -> tuple[list[Item], float]:
    """A letter as high as `size` digits, with a small number at its foot or not, and its width."""
    item = letter_item(style, random, letter, size * random.uniform(0.9, 1.1))
    items, width = [item], item.glyph.width * item.height
    if random.random() < indexed:
        small = style._replace(height=style.height * random.uniform(0.4, 0.65))
        if random.random() < 0.15:
            small_items = [mark_item(small, random, "-")]
            wide = 0.4 * small.height
        else:
            small_items, wide = number_items(small, mnist, random, number_text(random, 1))
        foot = style.height * random.uniform(0.85, 1.15) - small.height
        items += moved(small_items, width + 0.06 * style.height, foot)
        width += wide + 0.1 * style.height
    return items, width
