"""How one hand or one printer writes: which digits, letters and signs, how large, how close."""

from typing import Any, NamedTuple

import numpy as np

from digitnet.drawn import page_doodles, page_glyphs, page_hands, page_print
from digitnet.drawn.glyphs import Table
from digitnet.drawn.page_glyphs import AnyGlyph, Strokes
from digitnet.drawn.page_ink import BACKGROUND, MARK, Item
from digitnet.drawn.page_joined import joined
from digitnet.drawn.page_letter_forms import OTHER_FORMS
from digitnet.drawn.page_letters import LETTER
from digitnet.drawn.page_texts import word_text
from digitnet.drawn.signs import LETTERS, LINES, SIGNS

SOFT_ABOVE = 90  # heights at which an enlarged MNIST digit looks soft
WIDEST_DIGIT = 1.05  # heights
# Shares of the pages on which a font's hand writes words and letters, and digits as well.
HAND_OF_A_FONT, DIGITS_TOO = 0.55, 0.5
# Of words: letters apart, letters joined, joined waves nobody can read, print.
WRITINGS = ("hand", "joined", "cursive", "print")
# Wider pens close their counters.
WIDEST_PEN = {0: 0.19, 4: 0.17, 6: 0.17, 8: 0.15, 9: 0.17, 5: 0.2, 2: 0.2, 3: 0.18}
TABLES: dict[str, tuple[Table, int]] = {
    "signs": (SIGNS, 20),
    # Two upright lines could be an 11.
    "lines": ([*LINES[:7], *LINES[8:]], 21),
    "letters": (LETTERS, 22),
    "drawings": (page_doodles.DRAWINGS, 23),
}
_LETTER_TABLES: dict[str, tuple[Table, int]] = {
    letter: (
        [(1, shape), *((1 / len(others), other) for other in others)],
        100 + ord(letter),
    )
    for letter, shape in LETTER.items()
    for others in [OTHER_FORMS.get(letter, [])]
}


# (share of the pages, (hand, MNIST, seven segments, print) on such a page)
_SOURCES = (
    (0.5, (1, 0, 0, 0)),
    (0.14, (0, 1, 0, 0)),
    (0.14, (0.6, 0.4, 0, 0)),
    (0.05, (0.5, 0.1, 0, 0.4)),
    (0.06, (0, 0, 1, 0)),
    (0.11, (0, 0, 0, 1)),
)


class Mnist(NamedTuple):
    """digits: uint8 [N, 28, 28]. by_label: ten arrays of their numbers."""

    digits: np.ndarray
    by_label: list[np.ndarray]


class Style(NamedTuple):
    """Of one sheet; lengths in the sheet's coordinates, shares of a digit's height.

    height: of most digits. spread: factors (low, high) of it. sources: shares of hand, MNIST, seven
    segments, print. pen: width. gap, gap_spread: between the digits of a number. slant. stretch.
    broken: share of broken strokes. fade: the least strength within strokes. core: see Item. font.
    letters: what words are made of. hand: the font whose hand writes words and letters, or -1.
    hand_digits: whether it writes digits, too.
    """

    height: float
    spread: tuple[float, float]
    sources: tuple[float, float, float, float]
    pen: float
    gap: float
    gap_spread: float
    slant: float
    stretch: float
    broken: float
    fade: float
    core: float
    font: int
    letters: str
    hand: int = -1
    hand_digits: bool = False


def random_style(height: float, random: np.random.Generator, **fixed: Any) -> Style:
    """A hand or a printer; `fixed` fields are taken as given."""
    number = int(random.choice(len(_SOURCES), p=[share for share, _ in _SOURCES]))
    sources = fixed.get("sources", _SOURCES[number][1])
    by_hand = sources[0] + sources[1] > 0
    pen = np.exp(random.uniform(np.log(0.015), np.log(0.25))) * height
    touching = by_hand and random.random() < 0.22
    style = Style(
        height=height,
        spread=(random.uniform(0.75, 1), random.uniform(1, 1.3)) if by_hand else (1.0, 1.0),
        sources=sources,
        pen=max(pen, 1.0),
        gap=random.normal(-0.01, 0.04) if touching else random.uniform(0.08, 0.6),
        gap_spread=random.uniform(0.01, 0.08) if by_hand else 0.0,
        slant=random.normal(0.03, 0.1) if by_hand else random.choice([0, 0, 0.2]),
        stretch=np.exp(random.normal(0, 0.1)),
        broken=random.choice([0.0, random.uniform(0.05, 0.6)], p=[0.8, 0.2]),
        fade=random.choice([1.0, random.uniform(0.25, 0.9)], p=[0.75, 0.25]),
        core=random.choice([1.0, random.uniform(0.5, 0.9), 0.0], p=[0.9, 0.08, 0.02]),
        font=int(random.choice(page_print.FONTS)),
        letters=str(random.choice(WRITINGS)),
    )
    if page_hands.count() and random.random() < HAND_OF_A_FONT:
        hand = int(random.integers(page_hands.count()))
        style = style._replace(hand=hand, hand_digits=bool(random.random() < DIGITS_TOO))
    return style._replace(**fixed)


def digit_item(style: Style, mnist: Mnist, random: np.random.Generator, digit: int) -> Item:
    """A digit, at (0, 0)."""
    height = style.height * random.uniform(*style.spread)
    source = int(random.choice(4, p=style.sources))
    glyph: AnyGlyph | None = None
    if source == 1 and height <= SOFT_ABOVE and mnist.by_label[digit].size:
        number = int(random.choice(mnist.by_label[digit]))
        glyph = page_print.mnist_digit(mnist.digits[number], height, random)
    elif source == 2:
        glyph = page_print.seven_segment_digit(digit, random)
    elif source == 3:
        pen = float(np.clip(style.pen / height, 0.03, 0.2))
        glyph = page_print.printed_digit(digit, style.font, height, pen)
    elif style.hand_digits:
        glyph = page_hands.written_digit(digit, style.hand, _share(style.pen, height), random)
    if glyph is None:
        glyph = page_glyphs.hand_digit(digit, random)
    freedom = 0.0 if source >= 2 else 1.0
    if isinstance(glyph, Strokes):
        glyph = _by_this_hand(glyph, style, random, freedom)
    pen = min(style.pen, WIDEST_PEN.get(digit, 0.25) * height)
    pen *= np.exp(freedom * random.normal(0, 0.06))
    return Item(
        digit,
        glyph,
        0.0,
        0.0,
        height,
        pen=float(pen),
        slant=style.slant + freedom * random.normal(0, 0.04),
        turn=freedom * random.normal(0, 0.05),
        fade=style.fade,
        core=style.core if pen > 3 else 1.0,
    )


def _by_this_hand(
    strokes: Strokes, style: Style, random: np.random.Generator, freedom: float
) -> Strokes:
    """Stretched as this hand writes, and with the gaps of a pen that skips."""
    stretch = style.stretch * np.exp(freedom * random.normal(0, 0.07))
    stretch = min(stretch, max(1.0, WIDEST_DIGIT / strokes.width))
    points = strokes.points * (stretch, 1)
    pen_down = strokes.pen_down
    if freedom and random.random() < style.broken:
        first = random.integers(2, len(pen_down) - 4, int(random.integers(1, 4)))
        pen_down = pen_down.copy()
        for place in first:
            pen_down[place : place + int(random.integers(1, 3))] = False
    return Strokes(points.astype(np.float32), strokes.pressure, pen_down)


def sign_item(style: Style, random: np.random.Generator, table: str, size: float = 0.7) -> Item:
    """A sign, line, letter or drawing as background, in the middle of the line."""
    glyph = page_glyphs.hand_glyph(*TABLES[table], random)
    height = style.height * size
    middle = (style.height - height) / 2
    return Item(BACKGROUND, glyph, 0.0, middle, height, min(style.pen, 0.3 * height), style.slant)


_MARKS: dict[str, list[list[tuple[float, float]]]] = {
    ".": [[(0.0, 0.95), (0.02, 0.97)]],
    ",": [[(0.05, 0.95), (0.03, 1.1), (0.0, 1.2)]],
    ":": [[(0, 0.3), (0.01, 0.32)], [(0, 0.8), (0.01, 0.82)]],
    "/": [[(0.5, -0.05), (0, 1.05)]],
    "-": [[(0, 0.5), (0.4, 0.5)]],
    "(": [[(0.25, -0.1), (0.02, 0.3), (0.02, 0.7), (0.25, 1.1)]],
    ")": [[(0, -0.1), (0.22, 0.3), (0.22, 0.7), (0, 1.1)]],
    "%": [[(0.7, 0), (0, 1)], [(0.1, 0.1), (0.11, 0.2)], [(0.6, 0.8), (0.61, 0.9)]],
}


def mark_item(style: Style, random: np.random.Generator, mark: str) -> Item:
    """A point, comma, colon, slash or bracket between digits."""
    strokes = _MARKS[mark]
    points = np.array([point for stroke in strokes for point in stroke], np.float32)
    points += random.normal(0, 0.02, points.shape)
    points[:, 0] -= points[:, 0].min()
    down = np.concatenate([[True] * (len(s) - 1) + [False] for s in strokes])[:-1].astype(bool)
    glyph = Strokes(points, np.ones(len(points), np.float32), down)
    pen = style.pen * random.uniform(1, 1.4)
    return Item(MARK, glyph, 0, 0, style.height, pen, style.slant)


def number_items(
    style: Style, mnist: Mnist, random: np.random.Generator, text: str
) -> tuple[list[Item], float]:
    """A number such as "12.5" or "(9)" from x = 0 on, and its width."""
    items, x = [], 0.0
    for character in text:
        if character.isdigit():
            item = digit_item(style, mnist, random, int(character))
            item = item._replace(y=style.height - item.height + _wobble(style, random))
            gap = style.gap
        else:
            item = mark_item(style, random, character)
            gap = max(style.gap, 0.1)
        gap = max(gap + random.normal(0, style.gap_spread), -0.09)
        items.append(item._replace(x=x))
        x += item.glyph.width * item.height + gap * style.height
        x += item.pen * 0.5 if style.gap > 0.06 else 0
    return items, x


def word_items(style: Style, random: np.random.Generator, size: float) -> tuple[list[Item], float]:
    """A word of letters as high as `size` digits, from x = 0 on, and its width."""
    height = style.height * size
    word, top = word_text(random), style.height - height
    glyph: AnyGlyph
    pen = min(style.pen, 0.16 * height)
    if style.hand >= 0 and style.letters != "print":
        glyph = page_hands.written(word, style.hand, _share(pen, height), random)
        item = Item(BACKGROUND, glyph, 0, top, height, slant=style.slant * random.normal(0, 0.5))
        return [item], glyph.width * height
    if style.letters == "cursive":
        glyph = page_doodles.cursive(random, max(3, len(word)))
        return [
            Item(BACKGROUND, glyph, 0, top, height, pen, style.slant + 0.1, fade=style.fade)
        ], glyph.width * height
    if style.letters == "print":
        fonts = page_print.FONTS + page_print.SCRIPTS
        font = style.font if random.random() < 0.8 else int(random.choice(fonts))
        share = float(np.clip(pen / height, 0.03, 0.14))
        glyph = page_print.printed(word.encode("ascii", "ignore").decode(), font, height, share)
        return [Item(BACKGROUND, glyph, 0, top, height, slant=style.slant)], glyph.width * height
    space = random.uniform(0.08, 0.25)
    glyphs = [
        page_glyphs.hand_glyph(*_LETTER_TABLES[letter], random)
        for letter in word
        if letter in LETTER
    ]
    if style.letters == "joined" and glyphs:
        glyph = joined(glyphs, space, random)
        item = Item(BACKGROUND, glyph, 0, top, height, pen, style.slant + 0.05, fade=style.fade)
        return [item], glyph.width * height
    items, x = [], 0.0
    for glyph in glyphs:
        items.append(
            Item(BACKGROUND, glyph, x, top, height, pen, style.slant, random.normal(0, 0.04))
        )
        x += (glyph.width + space) * height
    return items, x


def letter_item(style: Style, random: np.random.Generator, letter: str, size: float) -> Item:
    """A letter that stands alone, its capital `size` digits high, at x = 0, on the line."""
    height = style.height * size
    freedom = 1.0
    if style.letters == "print":
        share = float(np.clip(style.pen / height, 0.03, 0.14))
        glyph: AnyGlyph = page_print.printed(letter, style.font, height, share)
        freedom = 0.0
    elif style.hand >= 0:
        glyph = page_hands.written(letter, style.hand, _share(style.pen, height), random)
    else:
        glyph = page_glyphs.hand_glyph(*_LETTER_TABLES[letter], random)
    return Item(
        BACKGROUND,
        glyph,
        0.0,
        style.height - height + freedom * _wobble(style, random),
        height,
        min(style.pen, 0.16 * height),
        style.slant + freedom * random.normal(0, 0.05),
        freedom * random.normal(0, 0.06),
        fade=style.fade,
    )


def _share(pen: float, height: float) -> float:
    """A pen's width as a share of a height, as fonts can be written with."""
    return float(np.clip(pen / height, 0.03, 0.16))


def _wobble(style: Style, random: np.random.Generator) -> float:
    return 0.0 if style.spread == (1.0, 1.0) else random.normal(0, 0.03) * style.height
