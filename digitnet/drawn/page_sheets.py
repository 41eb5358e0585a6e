"""Sheets on a page: one that fills it, one whose edge shows, notes on a desk; and their rulings."""

from typing import Any, NamedTuple

import cv2
import numpy as np

RULINGS = ("ruled", "squared", "dotted", "margin")
_SHIFT = 4  # bits of a pixel's fraction
Line = tuple[float, float, float, float]


class Sheet(NamedTuple):
    """A sheet of paper, a board or a desk.

    width, height: in its own coordinates, about the page's pixels. to_page: float64 [3, 3]. value:
    grey of its paper. contrast: of its ink, 0..1. light_ink: whether that is lighter than the
    paper. is_desk, written: the desk is written on only when it is. soft_edge: blur of its edge.
    shadow: depth of the shadow around it.
    """

    width: float
    height: float
    to_page: np.ndarray
    value: float
    contrast: float
    light_ink: bool
    is_desk: bool = False
    written: bool = True
    soft_edge: float = 0.0
    shadow: float = 0.0


class Rules(NamedTuple):
    """lines and dots in the sheet's coordinates, their width, and their share of its contrast."""

    lines: list[Line]
    dots: list[tuple[float, float]]
    width: float
    contrast: float


def lay_sheets(
    shape: tuple[int, int], random: np.random.Generator, wish: dict[str, Any]
) -> tuple[list[Sheet], np.ndarray]:
    """The sheets from below to above, and for each pixel the number of the topmost one there."""
    height, width = shape
    scene = wish.get("scene", random.choice(["full", "edge", "notes"], p=[0.6, 0.12, 0.28]))
    owner = np.zeros(shape, np.uint8)
    turn = wish.get("turn", _turn(random))
    if scene == "full":
        to_page = _placed(width, height, width / 2, height / 2, turn, 0.06, random)
        return [_sheet(width, height, to_page, random, wish)], owner
    desk = _sheet(width, height, np.eye(3), random, wish, desk=True)
    sheets = [desk]
    count = 1 if scene == "edge" else int(random.choice([1, 2, 3, 4], p=[0.5, 0.25, 0.15, 0.1]))
    for number in range(count):
        if scene == "edge":
            wide, high = width * random.uniform(0.8, 1.3), height * random.uniform(0.8, 1.3)
        else:
            most = 0.95 if count == 1 else 0.65
            wide, high = random.uniform(0.25, most) * width, random.uniform(0.2, most) * height
        x, y = random.uniform(0.25, 0.75) * width, random.uniform(0.25, 0.75) * height
        if count > 1:
            x = (number % 2 + random.uniform(0.3, 0.7)) * width / 2
            y = (number // 2 % 2 + random.uniform(0.3, 0.7)) * height / 2
        own = turn if number == 0 else _turn(random)
        to_page = _placed(wide, high, x, y, own, 0.08, random)
        sheet = _sheet(wide, high, to_page, random, wish)
        sheets.append(
            sheet._replace(
                soft_edge=random.choice([0.0, random.uniform(0.5, 1.5)]),
                shadow=random.choice([0.0, random.uniform(0.1, 0.6)]),
            )
        )
        corners = np.array([[(0, 0), (wide, 0), (wide, high), (0, high)]], np.float64)
        outline = cv2.perspectiveTransform(corners, to_page)[0]
        outline = np.round(outline * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(owner, [outline], (number + 1,), shift=_SHIFT)
    return sheets, owner


def rule_lines(
    sheet: Sheet, digit_height: float, random: np.random.Generator, wish: dict[str, Any]
) -> Rules:
    """The sheet's printed ruling, which may run through the digits and be as strong as ink."""
    kind = wish.get("ruling", random.choice(["", *RULINGS], p=[0.66, 0.17, 0.1, 0.04, 0.03]))
    if not kind:
        return Rules([], [], 1.0, 0.0)
    gap = digit_height * np.exp(random.uniform(-0.7, 1.0))
    if random.random() < 0.4:
        gap = random.uniform(14, 60)
    gap = max(gap, 7.0)
    wide, high = sheet.width, sheet.height
    reach = 0.3 * max(wide, high)  # a turned sheet goes on beyond the frame
    width = np.exp(random.uniform(np.log(0.6), np.log(max(1.2, 0.1 * digit_height))))
    contrast = random.uniform(0.1, 1.0)
    start = random.uniform(0, gap)
    ys = np.arange(start - reach // gap * gap, high + reach, gap)
    xs = np.arange(start - reach // gap * gap, wide + reach, gap)
    if kind == "dotted":
        dots = [(float(x), float(y)) for x in xs for y in ys][:4000]
        return Rules([], dots, max(width, 1.2), contrast)
    lines: list[Line] = []
    if kind in ("ruled", "squared"):
        lines += [(-reach, float(y), wide + reach, float(y)) for y in ys]
    if kind == "squared":
        lines += [(float(x), -reach, float(x), high + reach) for x in xs]
    if kind == "margin" or random.random() < 0.2:
        x = random.uniform(0.05, 0.3) * wide
        lines.append((x, -reach, x, high + reach))
    return Rules(lines, [], width, contrast)


def draw_rulings(
    cover: np.ndarray,
    sheet: Sheet,
    lines: list[Line],
    width: float,
    dots: list[tuple[float, float]],
) -> None:
    """Draws lines and dots into coverage uint8 [H, W]; thinner than a pixel is fainter."""
    thick = max(1, round(width))
    strength = int(255 * min(1.0, width / thick))
    if lines:
        ends = np.array(lines, np.float64).reshape(1, -1, 2)
        ends = np.clip(cv2.perspectiveTransform(ends, sheet.to_page)[0], -3000, 6000)
        for start, end in np.round(ends * (1 << _SHIFT)).astype(int).reshape(-1, 2, 2).tolist():
            cv2.line(cover, start, end, (strength,), thick, cv2.LINE_AA, _SHIFT)
    if dots:
        places = cv2.perspectiveTransform(np.array([dots], np.float64), sheet.to_page)[0]
        radius = round(width / 2 * (1 << _SHIFT))
        for place in np.round(places * (1 << _SHIFT)).astype(int).tolist():
            cv2.circle(cover, place, radius, (255,), -1, cv2.LINE_AA, _SHIFT)


def _turn(random: np.random.Generator) -> float:
    """Degrees: mostly within 5, at most 20."""
    if random.random() < 0.75:
        return float(random.normal(0, 2.5))
    return float(random.uniform(-20, 20))


def _placed(
    wide: float,
    high: float,
    x: float,
    y: float,
    degrees: float,
    freedom: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Takes a sheet wide x high to the page, its middle to (x, y), turned and seen from aside."""
    half = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) / 2
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    aside = 0.0 if random.random() < 0.35 else abs(random.normal(0, freedom))
    moved = half @ turn.T + random.uniform(-aside, aside, (4, 2)) * (wide, high) + (x, y)
    corners = (half + (wide / 2, high / 2)).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)))


def _sheet(
    wide: float,
    high: float,
    to_page: np.ndarray,
    random: np.random.Generator,
    wish: dict[str, Any],
    desk: bool = False,
) -> Sheet:
    dark = wish.get("dark_paper", random.random() < 0.26)
    if desk:
        dark = random.random() < 0.6
    value = random.uniform(15, 100) if dark else random.uniform(125, 245)
    if random.random() < 0.1 and "dark_paper" not in wish:
        value = random.uniform(90, 160)
    light_ink = value < 110 if random.random() < 0.95 else value < 150
    if random.random() < 0.65:
        contrast = random.uniform(0.4, 0.95)
    else:
        contrast = np.exp(random.uniform(np.log(0.08), np.log(0.5)))
    if "contrast" in wish:
        contrast = random.uniform(*wish["contrast"])
    written = not desk or random.random() < 0.12
    return Sheet(wide, high, to_page, value, contrast, light_ink, desk, written)
