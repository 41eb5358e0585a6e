"""Parts of a sheet, what stands in them, and where there is room."""

from typing import NamedTuple

import numpy as np

from digitnet.drawn.page_ink import Item

Line = tuple[float, float, float, float]  # from x, y to x, y


class Layout(NamedTuple):
    """items: glyphs. lines: rulings, printed, in the sheet's coordinates."""

    items: list[Item]
    lines: list[Line]


class Area(NamedTuple):
    """The part of a sheet that is written on."""

    left: float
    top: float
    width: float
    height: float


def extent(item: Item) -> Area:
    """About what an item covers."""
    width = item.glyph.width * item.height
    pad = item.pen / 2
    return Area(item.x - pad, item.y - pad, width + 2 * pad, item.height * 1.1 + 2 * pad)


def moved(items: list[Item], x: float, y: float) -> list[Item]:
    """The same items, further right and down."""
    return [item._replace(x=item.x + x, y=item.y + y) for item in items]


def free_place(
    area: Area,
    taken: list[Area],
    width: float,
    height: float,
    over: float,
    random: np.random.Generator,
) -> tuple[float, float] | None:
    """A place that touches nothing, which is then taken; `over` is how far it may overhang."""
    for _ in range(8):
        x = area.left + random.uniform(-over, max(area.width - width + over, -over + 1e-3))
        y = area.top + random.uniform(-over, max(area.height - height + over, -over + 1e-3))
        place = Area(x - 0.1 * height, y - 0.1 * height, width + 0.2 * height, height * 1.2)
        if not any(meet(place, other) for other in taken):
            taken.append(place)
            return x, y
    return None


def meet(one: Area, other: Area) -> bool:
    """Whether two areas have a point in common."""
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )
