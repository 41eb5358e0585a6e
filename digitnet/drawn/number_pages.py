"""Pages of numbers with known truth: digits that stand together, decimal points and signs."""

from typing import NamedTuple

import cv2
import numpy as np

from digitnet.drawn import ink, signs, surfaces
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.glyphs import choose
from digitnet.drawn.pages import LOOSE, Box
from digitnet.drawn.strokes import draw

SIZE = (800, 480)  # width and height of a page in pixels


class NumberPage(NamedTuple):
    """A drawn page of numbers.

    image: uint8 [height, width, 3] BGR. lines: the numbers of each line, a point where a point or a
    comma stands. digits, boxes (x, y, width, height in pixels): in reading order. points: places in
    `digits` after which a decimal point stands.
    """

    image: np.ndarray
    lines: list[list[str]]
    digits: list[int]
    boxes: list[Box]
    points: list[int]


class NumberLook(NamedTuple):
    """What one kind of page looks like; (low, high) are drawn uniformly.

    layers: of the paper, as in `Look`. digit_height: pixels. spacing: between digits of a number,
    blank: what stands between numbers beyond that, both in heights. length: digits of a number.
    points, signs: shares of the numbers with a point, of the blanks with a sign. broken: share of
    digits with gaps in their strokes. specks: of dirt. contrast: of the ink, 0..1.
    """

    layers: tuple = ()
    digit_height: tuple[int, int] = (36, 64)
    pen: tuple[float, float] = (0.05, 0.13)
    spacing: tuple[float, float] = (0.05, 0.5)
    blank: tuple[float, float] = (0.7, 1.5)
    length: tuple[int, int] = (1, 4)
    points: float = 0.5
    signs: float = 0.0
    broken: float = 0.0
    specks: int = 0
    contrast: tuple[float, float] = (0.5, 0.9)
    light_on_dark: bool = False


NUMBER_PAGES: dict[str, NumberLook] = {
    "pen": NumberLook(),
    "no points": NumberLook(points=0.0, specks=6),
    "wide": NumberLook(spacing=(0.6, 0.9), length=(3, 5), points=0.0),
    "thin pen": NumberLook(pen=(0.025, 0.04), digit_height=(50, 90)),
    "marker": NumberLook(pen=(0.14, 0.2)),
    "pencil, grain": NumberLook((surfaces.grain,), contrast=(0.2, 0.4)),
    "ruled": NumberLook((surfaces.rules,)),
    "chalk": NumberLook((surfaces.board,), light_on_dark=True),
    "broken": NumberLook(broken=1.0),
    "signs": NumberLook(signs=0.6),
    "small": NumberLook(digit_height=(15, 24), pen=(0.08, 0.13)),
    "shadow": NumberLook((surfaces.shadow, surfaces.vignette)),
}


def draw_number_page(kind: str, seed: int) -> NumberPage:
    """The page of a kind, one of `NUMBER_PAGES`, and seed."""
    look = NUMBER_PAGES[kind]
    random = np.random.default_rng((seed, list(NUMBER_PAGES).index(kind), 17))
    width, height = SIZE
    paper = np.full((height, width), random.uniform(150, 235))
    for layer in look.layers:
        paper = layer(paper, random)
    coverage = np.zeros((height, width), np.float32)
    writer = _Writer(coverage, look, random)
    size = random.uniform(*look.digit_height)
    top = 30.0
    lines: list[list[str]] = []
    while top + 1.5 * size < height - 20 and len(lines) < 4:
        line = writer.line(top + size, size)
        lines += [line] if line else []
        top += random.uniform(1.6, 2.2) * size
    for _ in range(look.specks):
        x, y = random.uniform((10, 10), (width - 10, height - 10))
        _dot(coverage, (x, y), random.uniform(0.5, 1.5))
    image = _lit(paper, coverage, look, random)
    return NumberPage(image, lines, writer.digits, writer.boxes, writer.points)


class _Writer:
    """Writes lines of numbers onto the coverage and keeps what it wrote."""

    def __init__(self, coverage: np.ndarray, look: NumberLook, random: np.random.Generator) -> None:
        self._coverage, self._look, self._random = coverage, look, random
        self._pen = random.uniform(*look.pen)
        self._spacing = random.uniform(*look.spacing)
        self.digits: list[int] = []
        self.boxes: list[Box] = []
        self.points: list[int] = []

    def line(self, baseline: float, size: float) -> list[str]:
        """Writes numbers until the line is full; returns them."""
        random, look = self._random, self._look
        x = random.uniform(15, 60)
        numbers: list[str] = []
        while True:
            length = int(random.integers(look.length[0], look.length[1] + 1))
            with_point = length > 1 and random.random() < look.points
            point = int(random.integers(1, length)) if with_point else 0
            if x + length * (1.25 + self._spacing) * size > self._coverage.shape[1] - 10:
                return numbers
            text, x = self._number(x, baseline, size, length, point)
            numbers.append(text)
            blank = (self._spacing + random.uniform(*look.blank)) * size
            if random.random() < look.signs:
                self._sign(x + blank / 2, baseline - size / 2, size)
            x += blank

    def _number(
        self, x: float, baseline: float, size: float, length: int, point: int
    ) -> tuple[str, float]:
        """Writes a number from x on; returns its text and where it ends."""
        random, text = self._random, ""
        for place in range(length):
            if place:
                x += max(0.03, self._spacing + random.normal(0, 0.05)) * size
            if place and place == point:
                x = self._point(x, baseline, size) + self._spacing * random.uniform(0.4, 1) * size
                self.points.append(len(self.digits) - 1)
                text += "."
            digit = int(random.integers(10))
            x = self._digit(digit, x, baseline, size)
            text += str(digit)
        return text, x

    def _digit(self, digit: int, x: float, baseline: float, size: float) -> float:
        random = self._random
        shape, hand = choose_allograph(digit, random)
        hand = hand._replace(pen=(self._pen, self._pen * 1.05), break_share=self._look.broken)
        side = int(np.clip(size / 0.75, 24, 128))
        written = ink.cropped(draw(shape, 1, random, side, hand)[0])
        height = size * random.normal(1, 0.05)
        written = ink.scaled(written, min(height / written.shape[0], 1.2 * size / written.shape[1]))
        room = max(written.shape[1], 0.3 * size)
        y = baseline - written.shape[0] / 2 + random.normal(0, 0.04) * size
        box = ink.place(self._coverage, written, x + room / 2, y)
        assert box is not None, "the line was to have room"
        self.digits.append(digit)
        self.boxes.append(box)
        return x + room

    def _point(self, x: float, baseline: float, size: float) -> float:
        """Draws a point or a comma from x on; returns where it ends."""
        random = self._random
        radius = max(0.8, max(self._pen * random.uniform(0.45, 0.75), 0.03) * size)
        y = baseline - radius + random.normal(0, 0.03) * size
        _dot(self._coverage, (x + radius, y), radius)
        if random.random() < 0.4:
            lean, reach = random.uniform(-0.08, 0.02) * size, random.uniform(0.08, 0.18) * size
            for share in np.linspace(0, 1, 12):
                place = x + radius + share * lean, y + share * reach
                _dot(self._coverage, place, radius * (1 - 0.4 * share))
        return x + 2 * radius

    def _sign(self, x: float, y: float, size: float) -> None:
        random = self._random
        hand = LOOSE._replace(pen=(self._pen, self._pen * 1.05))
        side = int(np.clip(size / 0.75, 24, 128))
        shape = choose(signs.SIGNS, random)
        written = ink.cropped(draw(shape, 1, random, side, hand)[0])
        scale = 0.5 * size / max(written.shape)
        ink.place(self._coverage, ink.scaled(written, scale), x, y)


def _dot(coverage: np.ndarray, centre: tuple[float, float], radius: float) -> None:
    """Adds a disc to the coverage."""
    reach = int(np.ceil(radius + 1))
    left, top = (int(round(value)) - reach for value in centre)
    region = coverage[max(0, top) : top + 2 * reach + 1, max(0, left) : left + 2 * reach + 1]
    y, x = np.mgrid[: region.shape[0], : region.shape[1]]
    away = np.hypot(x + max(0, left) - centre[0], y + max(0, top) - centre[1])
    np.maximum(region, np.clip(radius + 0.5 - away, 0, 1), out=region)


def _lit(
    paper: np.ndarray, coverage: np.ndarray, look: NumberLook, random: np.random.Generator
) -> np.ndarray:
    """Returns uint8 [H, W, 3]: ink over paper, lit, and seen by a camera."""
    light = ink.light_from_a_side(paper.shape, 0.12, random)
    amount = coverage * random.uniform(*look.contrast)
    page = paper * (1 - amount) + (235 if look.light_on_dark else 0.1 * paper) * amount
    image = (light * page)[:, :, None] * random.uniform(0.9, 1.05, 3)
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 0.9))
    image = image + random.normal(0, random.uniform(1, 3), image.shape)
    return np.clip(np.round(image), 0, 255).astype(np.uint8)
