"""What stands on a sheet: one layout or two, words alone on an empty page, and clutter around."""

from typing import Any

import numpy as np

from digitnet.drawn import page_clutter, page_layouts
from digitnet.drawn.page_areas import Area, Layout, extent
from digitnet.drawn.page_ink import BACKGROUND, Item
from digitnet.drawn.page_sheets import Sheet
from digitnet.drawn.page_writing import Mnist, Style, random_style


def sheet_contents(
    sheet: Sheet,
    mnist: Mnist,
    empty: bool,
    random: np.random.Generator,
    wish: dict[str, Any],
) -> tuple[Layout, Style]:
    """What stands on the sheet, in its coordinates, and the style it is mostly written in."""
    low, high = wish.get("height", (10, 400))
    # The sheet's unit is the page's pixel.
    tallest = max(12.0, min(high, 0.8 * min(sheet.width, sheet.height)))
    names, shares = list(page_layouts.SHARES), list(page_layouts.SHARES.values())
    name = str(wish.get("layout", random.choice(names, p=shares)))
    if name == "few" and "height" not in wish and random.random() < 0.75:
        low = 28  # a page with one tiny digit teaches little
    size = np.exp(random.uniform(np.log(min(low, tallest)), np.log(tallest)))
    style = random_style(size, random, **wish.get("style", {}))
    if "pen_share" in wish:
        style = style._replace(pen=max(0.9, random.uniform(*wish["pen_share"]) * size))
    inset = random.uniform(0, 0.08)
    wide, high = sheet.width, sheet.height
    area = Area(inset * wide, inset * high, (1 - 2 * inset) * wide, (1 - 2 * inset) * high)
    parts = [(area, style, name)]
    if "layout" not in wish and random.random() < 0.12:
        parts = _two_groups(area, style, name, str(random.choice(names, p=shares)), random)
    items, lines = [], []
    for part, own, kind in parts:
        layout = page_layouts.LAYOUTS[kind](part, own, mnist, random)
        items += layout.items
        lines += layout.lines
    if not any(item.digit >= 0 for item in items):
        # Too large for its cells or lines, perhaps.
        items += page_layouts.few(area, style, mnist, random).items
    if empty:
        items = _without_digits(items)
    if random.random() < wish.get("clutter", 0.35) or (empty and random.random() < 0.5):
        taken = [extent(item) for item in items]
        items += page_clutter.clutter(area, style, random, taken, digits=not empty).items
    return Layout(items, lines), style


def _two_groups(
    area: Area, style: Style, name: str, other: str, random: np.random.Generator
) -> list[tuple[Area, Style, str]]:
    """Two parts of the sheet, written in different sizes and ways."""
    share = random.uniform(0.25, 0.75)
    if random.random() < 0.5:
        split = share * area.height
        one = area._replace(height=split)
        two = area._replace(top=area.top + split, height=area.height - split)
    else:
        split = share * area.width
        one = area._replace(width=split)
        two = area._replace(left=area.left + split, width=area.width - split)
    room = max(12.0, 0.8 * min(two.width, two.height))
    size = np.exp(random.uniform(np.log(10), np.log(room)))
    own = random_style(size, random)._replace(slant=style.slant)
    first = style._replace(height=min(style.height, max(12.0, 0.8 * min(one.width, one.height))))
    return [(one, first, name), (two, own, other)]


def _without_digits(items: list[Item]) -> list[Item]:
    return [item for item in items if item.digit == BACKGROUND]
