"""How a picture is laid before the page reader, and in which of its views it shows most."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading import orientation
from edge_demo.reading.canvas import OVERLAP, WIDTH
from edge_demo.reading.levels import has_next, pyramid
from edge_demo.reading.looking import PageNetwork, look
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.slant import slanted

SMALL_SIDE, ENLARGED = 800, 2  # a picture whose longer side is shorter is enlarged so many times
# Pixels to which the longest side of a picture is brought: two canvases wide, three at 1600 would
# take twice as long.
LONGEST = 2 * WIDTH - OVERLAP
# Pixels, there, of a page's median digit, from which on a look at half the size sees its digits,
# too: that sees those of 26 pixels and more, and half of a page's are smaller than their median.
LARGE = 40
RULES = orientation.Rules()


class View(NamedTuple):
    """How a picture lies best: quarter turns, counter-clockwise as `numpy.rot90`; what is seen.

    askew: whether it was turned by 45° before that, as `slant.slanted` does.
    """

    turns: int
    gray: np.ndarray
    seen: Peaks
    askew: bool = False


class Sight(NamedTuple):
    """A grey picture, made smaller or larger for the page reader.

    levels: as `levels.pyramid` has them, from `finest` on. scale: pixels of the finest of all for
    a pixel of the picture.
    """

    levels: list[np.ndarray]
    scale: float
    finest: int = 0


def best_view(gray: np.ndarray, network: PageNetwork, turn: bool) -> View:
    """The view of a grey picture in which the page reader sees most.

    Args:
        gray: uint8 [height, width].
        network: The page reader.
        turn: Whether it is tried on its sides, upside down and between these, where it reads badly.
    """
    sight = sight_of(gray)
    seen = look_at(sight, network)
    if not turn:
        return View(0, gray, seen)
    finest = finest_of(seen, sight.scale)

    def all_round(sight: Sight) -> list[orientation.Told]:
        return [tell(look_at(turned(sight, turns), network, finest)) for turns in range(4)]

    turns, askew = orientation.decide(
        tell(seen),
        lambda: all_round(sight),
        lambda: all_round(sight_of(slanted(gray), finest)),
        RULES,
    )
    if not turns and not askew:
        return View(0, gray, seen)
    laid = np.ascontiguousarray(np.rot90(slanted(gray) if askew else gray, turns))
    return View(turns, laid, look_at(sight_of(laid), network), askew)


def sight_of(gray: np.ndarray, finest: int = 0, most: int = LONGEST) -> Sight:
    """Prepares a picture for looks.

    Args:
        gray: uint8 [height, width].
        finest: The first level that will be looked at.
        most: Pixels of its longer side, to which it is made smaller; a small one is enlarged where
            there is as much room.
    """
    longest = max(gray.shape)
    scale = min(1.0, most / longest)
    if longest < SMALL_SIDE:
        scale = min(float(ENLARGED), most / longest)
    if scale != 1:
        size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        gray = cv2.resize(gray, size, interpolation=way)
    if not has_next(*sorted(gray.shape)):  # there is one level only
        finest = 0
    return Sight(pyramid(gray, finest=finest), scale, finest)


def finest_of(seen: Peaks, scale: float) -> int:
    """The level from which on a page is looked at from other sides: 0 for small digits, or 1.

    Args:
        seen: What the usual look shows.
        scale: As `Sight` has it.
    """
    sides = seen.boxes[seen.sureness >= RULES.clear, 2:].max(axis=1, initial=0) * scale
    return int(len(sides) > 0 and np.median(sides) >= LARGE)


def turned(sight: Sight, turns: int) -> Sight:
    """The same after so many quarter turns: contrast is the same from every side."""
    return sight._replace(levels=[np.rot90(level, turns) for level in sight.levels])


def look_at(sight: Sight, network: PageNetwork, finest: int = 0) -> Peaks:
    """What the page reader sees, in pixels of the picture; `finest` is as `look` takes it."""
    seen = look(sight.levels, network, finest=max(finest - sight.finest, 0))
    scale = np.float32(sight.scale / 2**sight.finest)
    return seen._replace(boxes=seen.boxes / scale)


def tell(seen: Peaks, rules: orientation.Rules = RULES) -> orientation.Told:
    """What a look tells of how the page lies."""
    certainty = seen.sureness * seen.digits.max(axis=1, initial=0)
    return orientation.told_by(seen.sureness, certainty, rules)
