"""Drawings, scribbles and words around what is written."""

import numpy as np

from digitnet.drawn import page_doodles
from digitnet.drawn.page_areas import Area, Layout, free_place, meet, moved
from digitnet.drawn.page_bars import bar, edge
from digitnet.drawn.page_ink import BACKGROUND, Item
from digitnet.drawn.page_writing import Style, sign_item, word_items

KINDS = ("drawings", "lines", "signs", "scribble", "word", "cursive", "bar")


def clutter(
    area: Area,
    style: Style,
    random: np.random.Generator,
    taken: list[Area],
    digits: bool = True,
) -> Layout:
    """Drawings, scribbles, lines and letters where nothing is written.

    digits: whether there are any on the sheet. Where there are none a bar could be a 1.
    """
    items: list[Item] = []
    for _ in range(int(random.integers(1, 7))):
        own = style._replace(height=style.height * np.exp(random.normal(0, 0.5)))
        kind = random.choice(KINDS)
        if kind == "scribble":
            glyph = page_doodles.scribble(random)
            height = own.height * random.uniform(0.4, 2)
            written = [Item(BACKGROUND, glyph, 0, 0, height, style.pen, fade=style.fade)]
            width = glyph.width * height
        elif kind == "bar" and (not digits or random.random() < 0.4):
            line, covered = edge(area, style, random)
            if not any(meet(covered, other) for other in taken):
                items.append(line)
                taken.append(covered)
            continue
        elif kind == "bar":
            line, width, height = bar(style, random)
            written = [line]
        elif kind in ("word", "cursive"):
            own = own._replace(letters="cursive" if kind == "cursive" else style.letters)
            height = own.height
            written, width = word_items(own, random, 1.0)
        else:
            item = sign_item(own, random, str(kind), random.uniform(0.5, 1.8))
            height = item.height
            written, width = [item._replace(y=0.0)], item.glyph.width * item.height
        place = free_place(area, taken, width, height * 1.2, 0.3 * height, random)
        if place is not None:
            items += moved(written, *place)
    return Layout(items, [])
