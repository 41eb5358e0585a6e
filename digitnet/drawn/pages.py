"""Scenes with handwritten digits and known truth: digits on every paper, in every light.

The hands are those of `digitnet.drawn.allographs`, which the camera's network was trained on: these
scenes measure how digits are found, not how well handwriting is read.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digitnet.drawn import signs, surfaces
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.strokes import Hand, render, write

LOOSE = Hand(slant=(0.03, 0.12), stretch=0.2)


class Scene(NamedTuple):
    """image: uint8 [height, width, 3] BGR. digits: list of int. boxes: list of (x, y, w, h)."""

    image: np.ndarray
    digits: list
    boxes: list


class Look(NamedTuple):
    """What one kind of scene looks like; (low, high) are drawn uniformly.

    layers: of the paper. size: (width, height). digit_height: pixels. pen: width as a share of the
    height. contrast: of the ink, 0..1. rows, columns: how much is written. beside: what stands
    among the digits ("signs", "letters"). touching, broken: shares. slope: of the lines. tilt:
    pixels by which corners move. blur: pixels. noise: grey levels. quality: of the JPEG. colours:
    of ink and paper, BGR, or None. light_on_dark: chalk. spacing: of digits, in heights.
    """

    layers: tuple = ()
    size: tuple = (640, 480)
    digit_height: tuple = (40, 80)
    pen: tuple = (0.06, 0.13)
    contrast: tuple = (0.5, 0.9)
    rows: tuple = (1, 3)
    columns: tuple = (2, 6)
    beside: str = ""
    touching: float = 0.0
    broken: float = 0.0
    slope: float = 0.02
    tilt: float = 0.0
    blur: tuple = (0.4, 0.9)
    noise: tuple = (1.0, 3.0)
    quality: tuple = (80, 95)
    colours: tuple = ()
    light_on_dark: bool = False
    spacing: tuple = (0.95, 1.3)
    digits: str = "0123456789"


# (ink, paper) in BGR: what a grey picture makes of them is not what an eye does.
COLOURS = (
    ((40, 40, 210), (225, 235, 240)),  # red on white
    ((60, 200, 235), (235, 240, 240)),  # yellow on white
    ((200, 120, 40), (120, 190, 120)),  # blue on green
    ((60, 60, 190), (120, 200, 120)),  # red on green
    ((170, 150, 60), (110, 200, 245)),  # teal on yellow
    ((180, 90, 200), (200, 180, 230)),  # violet on pink
    ((90, 170, 90), (230, 230, 225)),  # light green on white
    ((70, 140, 235), (215, 225, 230)),  # orange on white
)
SCENES = {
    "pen": Look(),
    "pencil, grain": Look((surfaces.grain,), contrast=(0.16, 0.35), pen=(0.04, 0.08)),
    "marker": Look((surfaces.grain,), pen=(0.16, 0.24), digit_height=(60, 150), spacing=(1.2, 1.6)),
    "ruled": Look((surfaces.rules,)),
    "squared": Look((surfaces.squares,)),
    "squared, pencil": Look((surfaces.squares,), contrast=(0.35, 0.5), digit_height=(30, 60)),
    "shadow, vignette": Look((surfaces.shadow, surfaces.vignette), contrast=(0.35, 0.8)),
    "on a desk": Look((surfaces.desk, surfaces.grain), tilt=25, digit_height=(30, 60)),
    "on wood": Look((surfaces.wooden_desk,), tilt=25, digit_height=(30, 60)),
    "crumpled": Look((surfaces.crumples, surfaces.facets, surfaces.grain)),
    "stained, folded": Look((surfaces.stains, surfaces.folds)),
    "small": Look(digit_height=(13, 22), rows=(2, 5), columns=(5, 12), pen=(0.08, 0.14)),
    "huge": Look(size=(1600, 1200), digit_height=(500, 950), rows=(1, 1), columns=(1, 2)),
    "signs": Look(beside="signs"),
    "letters": Look(beside="letters"),
    "touching": Look(touching=0.3, rows=(1, 2), columns=(4, 8), digit_height=(50, 80)),
    "broken": Look(broken=1.0, contrast=(0.4, 0.8)),
    "slanted": Look(slope=0.25, rows=(1, 1)),
    "board": Look((surfaces.board,), light_on_dark=True, contrast=(0.5, 0.9)),
    "coloured": Look(colours=COLOURS),
    "noisy, blurred": Look(noise=(6, 12), blur=(1.5, 2.5), quality=(25, 50)),
    "on cloth": Look((surfaces.cloth,), pen=(0.1, 0.16), contrast=(0.6, 0.9)),
    "on clouds": Look((surfaces.clouds,), pen=(0.1, 0.16), contrast=(0.6, 0.9)),
    "single": Look((surfaces.grain,), rows=(1, 1), columns=(1, 1), digit_height=(40, 400)),
    "single 1": Look(rows=(1, 1), columns=(1, 1), digit_height=(40, 400), digits="1"),
    "only 1s": Look((surfaces.rules,), digits="1", columns=(3, 6)),
    "all at once": Look(
        (surfaces.rules, surfaces.shadow, surfaces.vignette, surfaces.grain),
        contrast=(0.35, 0.8),
        beside="signs",
        tilt=20,
        slope=0.08,
        quality=(50, 80),
        digit_height=(28, 60),
    ),
}


def draw_scene(kind, seed):
    """Returns the Scene of a kind and seed."""
    look, random = SCENES[kind], np.random.default_rng((seed, list(SCENES).index(kind), 7))
    width, height = look.size
    paper = np.full((height, width), random.uniform(150, 235))
    for layer in look.layers:
        paper = layer(paper, random)
    coverage = np.zeros((height, width), np.float32)
    digits, boxes = _write(coverage, look, random)
    image = _ink_on_paper(paper, coverage, look, random)
    if look.tilt:
        image, boxes = _seen_from_aside(image, boxes, look.tilt, random)
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(*look.blur))
    image = image + random.normal(0, random.uniform(*look.noise), image.shape)
    image = np.clip(np.round(image), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(*look.quality))]
    image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return Scene(image, digits, boxes)


def _write(coverage, look, random):
    """Writes rows of digits onto the coverage; returns (digits, boxes)."""
    height, width = coverage.shape
    size = random.uniform(*look.digit_height)
    pitch = size * random.uniform(*look.spacing)
    rows = int(random.integers(look.rows[0], look.rows[1] + 1))
    columns = int(random.integers(look.columns[0], look.columns[1] + 1))
    rows = max(1, min(rows, int((height - 20) / (1.45 * size))))
    columns = max(1, min(columns, int((width - 20) / pitch)))
    # Where the surface has a page's edge, writing stays in the middle.
    free_x, free_y = width - columns * pitch, height - rows * 1.45 * size
    left, top = random.uniform(0.3, 0.7) * free_x, random.uniform(0.35, 0.65) * free_y
    slope = random.uniform(-look.slope, look.slope)
    digits, boxes, end = [], [], None
    pen = random.uniform(*look.pen)
    for row in range(rows):
        for column in range(columns):
            x = left + (column + 0.5) * pitch + random.normal(0, 0.02) * size
            y = top + (row + 0.5) * 1.45 * size + slope * (x - width / 2)
            y += random.normal(0, 0.03) * size
            other = look.beside and random.random() < 0.35
            digit, ink = _glyph(look, random, size, pen, other)
            if not other and end is not None and random.random() < look.touching and column:
                x = end + ink.shape[1] / 2 - 0.03 * size
            box = _place(coverage, ink, x, y)
            end = None if other or box is None else box[0] + box[2]
            if not other and box is not None:
                digits.append(digit)
                boxes.append(box)
    return digits, boxes


def _glyph(look, random, size, pen, other):
    """Returns (digit or None, the glyph's coverage float32 0..1, cropped)."""
    digit = None if other else int(random.choice(list(look.digits)))
    side = int(np.clip(size / 0.75, 24, 128))
    if other:
        table = getattr(signs, look.beside.upper())
        shares = np.array([share for share, _ in table])
        shape, hand = table[random.choice(len(table), p=shares / shares.sum())][1], LOOSE
    else:
        shape, hand = choose_allograph(digit, random)
    hand = hand._replace(pen=(pen, pen * 1.05), break_share=look.broken)
    ink = render(write(shape, 1, random, side, hand), side)[0]
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = size / max(ink.shape[0], 0.75 * side * 0.8) if other else size / ink.shape[0]
    scale = min(scale, 1.6 * size / max(ink.shape))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=way)
    # Enlarged coverage has wide edges: make them as sharp as a pen's.
    return digit, np.clip((ink - 0.5) * max(1, scale / 1.5) + 0.5, 0, 1)


def _place(coverage, ink, x, y):
    """Adds ink centred at (x, y); returns its box, or None where it does not fit."""
    height, width = ink.shape
    left, top = round(x - width / 2), round(y - height / 2)
    if left < 3 or top < 3 or left + width > coverage.shape[1] - 3:
        return None
    region = coverage[top : top + height, left : left + width]
    if region.shape != ink.shape:
        return None
    np.maximum(region, ink, out=region)
    return left, top, width, height


def _ink_on_paper(paper, coverage, look, random):
    """Returns float [H, W, 3]: ink over paper, lit from one side."""
    height, width = paper.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = random.uniform(0, 2 * np.pi)
    light = 1 - 0.12 * (1 + x * np.cos(angle) + y * np.sin(angle))
    contrast = random.uniform(*look.contrast)
    amount = coverage[:, :, None] * contrast
    if look.colours:
        ink, sheet = (np.array(c, float) for c in look.colours[random.integers(len(look.colours))])
        page = (paper / paper.mean())[:, :, None] * sheet
        return light[:, :, None] * (page * (1 - coverage[:, :, None]) + ink * coverage[:, :, None])
    page = paper[:, :, None] * random.uniform(0.9, 1.05, 3)
    if look.light_on_dark:
        return light[:, :, None] * (page * (1 - amount) + 235 * amount)
    tint = random.uniform(0, 0.25, 3)  # blue, black and red pens
    return light[:, :, None] * page * (1 - amount * (1 - tint))


def _seen_from_aside(image, boxes, tilt, random):
    height, width = image.shape[:2]
    corners = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    moved = corners + random.uniform(-tilt, tilt, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    image = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    result = []
    for x, y, w, h in boxes:
        box = np.float32([[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]])
        result.append(cv2.boundingRect(cv2.perspectiveTransform(box, matrix)[0]))
    return image, result
