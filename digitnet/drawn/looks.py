"""What kinds of pages there are: papers and other surfaces, and how they are written on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from digitnet.drawn import surfaces

# From a page, float [height, width], to that page with something on it.
Layers = tuple[Callable[[np.ndarray, np.random.Generator], np.ndarray], ...]
Colour = tuple[int, int, int]


class Look(NamedTuple):
    """What one kind of scene looks like; (low, high) are drawn uniformly.

    layers: of the paper. size: (width, height). digit_height: pixels. pen: width as a share of the
    height. contrast: of the ink, 0..1. rows, columns: how much is written. beside: what stands
    among the digits ("signs", "letters"). touching, broken: shares. slope: of the lines. tilt:
    pixels by which corners move. blur: pixels. noise: grey levels. quality: of the JPEG. colours:
    of ink and paper, BGR, or None. light_on_dark: chalk. spacing: of digits, in heights.
    """

    layers: Layers = ()
    size: tuple[int, int] = (640, 480)
    digit_height: tuple[int, int] = (40, 80)
    pen: tuple[float, float] = (0.06, 0.13)
    contrast: tuple[float, float] = (0.5, 0.9)
    rows: tuple[int, int] = (1, 3)
    columns: tuple[int, int] = (2, 6)
    beside: str = ""
    touching: float = 0.0
    broken: float = 0.0
    slope: float = 0.02
    tilt: float = 0.0
    blur: tuple[float, float] = (0.4, 0.9)
    noise: tuple[float, float] = (1.0, 3.0)
    quality: tuple[float, float] = (80, 95)
    colours: tuple[tuple[Colour, Colour], ...] = ()
    light_on_dark: bool = False
    spacing: tuple[float, float] = (0.95, 1.3)
    digits: str = "0123456789"


# (ink, paper) in BGR: what a grey picture makes of them is not what an eye does.
COLOURS: tuple[tuple[Colour, Colour], ...] = (
    ((40, 40, 210), (225, 235, 240)),  # red on white
    ((60, 200, 235), (235, 240, 240)),  # yellow on white
    ((200, 120, 40), (120, 190, 120)),  # blue on green
    ((60, 60, 190), (120, 200, 120)),  # red on green
    ((170, 150, 60), (110, 200, 245)),  # teal on yellow
    ((180, 90, 200), (200, 180, 230)),  # violet on pink
    ((90, 170, 90), (230, 230, 225)),  # light green on white
    ((70, 140, 235), (215, 225, 230)),  # orange on white
)
SCENES: dict[str, Look] = {
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

# Without a digit on them.
EMPTY_PAGES: dict[str, Layers] = {
    "plain": (),
    "grained": (surfaces.grain,),
    "crumpled": (surfaces.crumples, surfaces.grain),
    "stained": (surfaces.stains,),
    "ruled": (surfaces.rules,),
    "squared": (surfaces.squares,),
    "margin line, grained": (surfaces.margin, surfaces.grain),
    "on a desk": (surfaces.desk, surfaces.grain),
    "in a shadow, crumpled": (surfaces.crumples, surfaces.shadow),
    "board": (surfaces.board,),
    "facets, vignette": (surfaces.facets, surfaces.vignette),
    "folded": (surfaces.folds,),
    "dotted": (surfaces.dots,),
    "squared, on wood": (surfaces.squares, surfaces.wooden_desk),
    "hairs, scratches": (surfaces.scratches, surfaces.grain),
    "wood": (surfaces.wood,),
    "cloth": (surfaces.cloth,),
    "tiles, keys": (surfaces.tiles,),
    "stripes": (surfaces.stripes,),
    "clouds": (surfaces.clouds,),
    "static": (surfaces.static,),
}
