"""Digits and words that no pen wrote on this page: displays, print, and MNIST's digits enlarged."""

import cv2
import numpy as np

from digitnet.drawn.page_glyphs import Picture, Strokes

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
)
SCRIPTS = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
# The bars of a seven-segment display: a is the top one, clockwise, g in the middle.
_SEGMENTS = {
    "a": ((0, 0), (0.5, 0)),
    "b": ((0.5, 0), (0.5, 0.5)),
    "c": ((0.5, 0.5), (0.5, 1)),
    "d": ((0, 1), (0.5, 1)),
    "e": ((0, 0.5), (0, 1)),
    "f": ((0, 0), (0, 0.5)),
    "g": ((0, 0.5), (0.5, 0.5)),
}
_SEGMENTS_OF = "abcdef bc abged abgcd fgbc afgcd afgedc abc abcdefg abcdfg".split()


def seven_segment_digit(digit: int, random: np.random.Generator) -> Strokes:
    """A digit of a display, its bars a little apart."""
    gap, wide, lean = random.uniform(0.01, 0.09), random.uniform(0.8, 1.3), random.uniform(0, 0.12)
    points, pen_down = [], []
    for name in _SEGMENTS_OF[digit]:
        (x, y), (to_x, to_y) = _SEGMENTS[name]
        step = np.sign([to_x - x, to_y - y]) * gap
        points += [(x + step[0], y + step[1]), (to_x - step[0], to_y - step[1])]
        pen_down += [True, False]
    where = np.array(points, np.float32)
    where[:, 0] = where[:, 0] * wide - lean * where[:, 1]
    where[:, 0] -= where[:, 0].min()
    return Strokes(where, np.ones(len(where), np.float32), np.array(pen_down[:-1]))


def printed(text: str, font: int, pixels: float, pen: float) -> Picture:
    """Text as OpenCV prints it, its capitals about `pixels` high; pen is a share of that."""
    pixels = float(np.clip(pixels, 20, 260))
    thick = max(1, round(pen * pixels))
    scale = cv2.getFontScaleFromHeight(font, max(8, round(pixels - thick)), thick)
    (width, height), below = cv2.getTextSize(text, font, scale, thick)
    pad = thick + 2
    canvas = np.zeros((height + below + 2 * pad, width + 2 * pad), np.uint8)
    cv2.putText(canvas, text, (pad, pad + height), font, scale, (255,), thick, cv2.LINE_AA)
    rows, columns = np.flatnonzero(canvas.any(axis=1)), np.flatnonzero(canvas.any(axis=0))
    if not rows.size:
        return Picture(canvas[:4, :4], 4.0)
    top = float(pad - thick / 2 - rows[0])
    canvas = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Picture(canvas, float(height + thick), top)


def printed_digit(digit: int, font: int, pixels: float, pen: float) -> Picture:
    """One printed digit, its height the unit."""
    ink = printed(str(digit), font, pixels, pen).ink
    return Picture(ink, float(ink.shape[0]))


def mnist_digit(image: np.ndarray, pixels: float, random: np.random.Generator) -> Picture | None:
    """An MNIST digit [28, 28] enlarged to a height with edges as sharp as a pen's, or None."""
    rows = np.flatnonzero(image.max(axis=1) > 60)
    columns = np.flatnonzero(image.max(axis=0) > 60)
    if rows.size < 6:
        return None
    crop = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    crop = cv2.copyMakeBorder(crop, 2, 2, 2, 2, cv2.BORDER_CONSTANT).astype(np.float32) / 255
    scale = max(pixels, 20) / rows.size
    big = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    level = 0.5 + random.normal(0, 0.12)  # the lower, the thicker
    soft = max(1.0, scale / random.uniform(0.7, 1.6))
    big = np.clip((big - np.clip(level, 0.25, 0.68)) * soft + 0.5, 0, 1)
    # Coverage of the empty border is none at any level.
    ink = np.where(big > 0.04, 255 * big, 0).astype(np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size < 6:
        return None
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Picture(ink, float(ink.shape[0]))
