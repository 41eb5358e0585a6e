"""What pages are made of and seen in: papers, desks, light and shadows, as factors of grey.

The surfaces of `digitnet.drawn.surfaces` are drawn once in a process, large, and then turned,
enlarged and cut anew for every page.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from digitnet.drawn import surfaces

BANK_SIDE = 600
EACH = 4  # of every surface in the bank
Shape = tuple[int, int]
Layer = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _halftone(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A printed grey: dots in a turned grid."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    angle, pace = random.uniform(0, np.pi), 2 * np.pi / random.uniform(3, 8)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    dots = np.sin(along * pace) * np.sin(across * pace)
    return page * (1 - random.uniform(0.05, 0.3) * np.clip(3 * dots - 1, 0, 1))


def _streaks(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Streaks, lighter or darker, most of them along one direction: a worn or brushed desk."""
    marks = np.zeros(page.shape, np.float32)
    along, spread = random.uniform(0, np.pi), random.uniform(0.02, 0.2)
    long, wide = random.uniform(20, 90), random.uniform(2, 6)
    for _ in range(int(random.integers(150, 500))):
        x, y = random.uniform(0, 1, 2) * page.shape[::-1]
        angle, reach = along + random.normal(0, spread), long * random.uniform(0.3, 1)
        end = round(x + reach * np.cos(angle)), round(y + reach * np.sin(angle))
        strength = random.uniform(0.3, 1)
        thick = max(1, round(wide * random.uniform(0.5, 1)))
        cv2.line(marks, (round(x), round(y)), end, (strength,), thick, cv2.LINE_AA)
    marks = np.asarray(cv2.GaussianBlur(marks, (0, 0), random.uniform(0.5, 2)), np.float32)
    sign = random.choice([-1, 1, 1])
    return np.asarray(page * np.exp(sign * random.uniform(0.3, 1.0) * marks))


def _crumpled(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return surfaces.facets(surfaces.crumples(page, random), random)


SURFACES: dict[str, Layer] = {
    "crumples": surfaces.crumples,
    "facets": surfaces.facets,
    "crumpled": _crumpled,
    "stains": surfaces.stains,
    "folds": surfaces.folds,
    "scratches": surfaces.scratches,
    "wood": surfaces.wood,
    "cloth": surfaces.cloth,
    "tiles": surfaces.tiles,
    "stripes": surfaces.stripes,
    "clouds": surfaces.clouds,
    "static": surfaces.static,
    "halftone": _halftone,
    "streaks": _streaks,
}
PAPERS = ("crumples", "facets", "crumpled", "stains", "folds", "scratches", "halftone")
DESKS = ("wood", "wood", "cloth", "tiles", "stripes", "clouds", "static", "facets", "streaks")


@cache
def _bank(kind: str, number: int) -> np.ndarray:
    random = np.random.default_rng((sum(map(ord, kind)), number, 29))
    page = np.full((BANK_SIDE, BANK_SIDE), 150.0)
    with np.errstate(over="ignore"):  # a sharp shadow's exponential
        page = SURFACES[kind](page, random)
    return (page / np.median(page)).astype(np.float32)


@cache
def _noise(number: int) -> np.ndarray:
    random = np.random.default_rng((number, 31))
    return random.standard_normal((900, 900), dtype=np.float32)


def noise(shape: Shape, random: np.random.Generator) -> np.ndarray:
    """White noise, float32, of standard deviation 1, cut from a store of it."""
    source = _noise(int(random.integers(4)))
    if max(shape) > 900:
        source = np.tile(source, (-(-shape[0] // 900), -(-shape[1] // 900)))
    y = int(random.integers(source.shape[0] - shape[0] + 1))
    x = int(random.integers(source.shape[1] - shape[1] + 1))
    cut = source[y : y + shape[0], x : x + shape[1]]
    return cut[:: random.choice([-1, 1]), :: random.choice([-1, 1])]


def coarse_noise(shape: Shape, size: float, random: np.random.Generator) -> np.ndarray:
    """Smooth noise of spots of a size in pixels, standard deviation about 1."""
    small = max(2, round(shape[0] / size)), max(2, round(shape[1] / size))
    field = noise(small, random) if max(small) > 8 else random.standard_normal(small, np.float32)
    return cv2.resize(np.ascontiguousarray(field), shape[::-1], interpolation=cv2.INTER_CUBIC)


def surface(kind: str, shape: Shape, random: np.random.Generator) -> np.ndarray:
    """A piece of a surface, float32 of median 1, in any direction and size."""
    source = _bank(kind, int(random.integers(EACH)))
    scale = np.exp(random.uniform(-0.7, 0.9))
    angle = random.choice([0, 90, 180, 270]) + random.normal(0, 12)
    matrix = cv2.getRotationMatrix2D(tuple(random.uniform(0, BANK_SIDE, 2)), angle, 1 / scale)
    return np.asarray(
        cv2.warpAffine(
            source,
            matrix,
            shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
    )


def paper(shape: Shape, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """A sheet's own pattern, float32 about 1: grain of any size, creases, stains."""
    field = np.ones(shape, np.float32)
    if random.random() < 0.7:
        size = np.exp(random.uniform(0, 1.6))
        depth = np.exp(random.uniform(np.log(0.003), np.log(0.05))) * strength
        field += depth * coarse_noise(shape, size, random)
    if random.random() < 0.05:  # bare strong grain
        field += random.uniform(0.05, 0.2) * coarse_noise(shape, random.uniform(1, 6), random)
    for kind in random.choice(PAPERS, random.choice([0, 1, 2], p=[0.62, 0.3, 0.08])):
        share = random.uniform(0.2, 1.0) * strength
        field *= 1 + share * (surface(str(kind), shape, random) - 1)
    return np.clip(field, 0.25, 1.5)


def desk(shape: Shape, random: np.random.Generator) -> np.ndarray:
    """What lies under the sheets, float32 about 1."""
    if random.random() < 0.3:
        return paper(shape, random)
    share = random.uniform(0.3, 1.1)
    field = 1 + share * (surface(str(random.choice(DESKS)), shape, random) - 1)
    return np.clip(field, 0.2, 1.7)


def light(shape: Shape, random: np.random.Generator) -> np.ndarray:
    """The light on a page, float32 about 1: gradients, shadows, vignettes, glare."""
    y = np.linspace(-1, 1, 24, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, 24, dtype=np.float32)[None]
    angle, depth = random.uniform(0, 2 * np.pi), abs(random.normal(0, 0.14))
    small = 1 - min(depth, 0.4) * (x * np.cos(angle) + y * np.sin(angle))
    if random.random() < 0.2:
        small = small * (1 - random.uniform(0.1, 0.6) * (x**2 + y**2) / 2)
    if random.random() < 0.15:
        spread = random.uniform(0.1, 0.5)
        far = (x - random.uniform(-1, 1)) ** 2 + (y - random.uniform(-1, 1)) ** 2
        small = small + random.uniform(0.1, 0.7) * np.exp(-far / spread**2 / 2)
    if random.random() < 0.3:
        small = small * (1 + random.uniform(0.02, 0.1) * random.standard_normal((24, 24)))
    field = cv2.resize(small.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    for _ in range(int(random.choice([0, 1, 2], p=[0.7, 0.22, 0.08]))):
        field *= 1 - random.uniform(0.1, 0.6) * _shadow(shape, random)
    return np.clip(field, 0.08, 1.8)


def _shadow(shape: Shape, random: np.random.Generator) -> np.ndarray:
    """A polygon of shade, its edge sharp or soft, 0..1."""
    count = int(random.integers(3, 8))
    middle, reach = random.uniform(-0.2, 1.2, 2), random.uniform(0.3, 1.1)
    angles = np.sort(random.uniform(0, 2 * np.pi, count))
    corners = (
        np.stack([np.cos(angles), np.sin(angles)], 1) * reach * random.uniform(0.4, 1, (count, 1))
    )
    corners = ((corners + middle) * shape[::-1]).astype(np.int32)
    soft = np.exp(random.uniform(np.log(0.7), np.log(60)))
    less = 4 if soft > 8 else 1
    mask = np.zeros((shape[0] // less, shape[1] // less), np.float32)
    cv2.fillPoly(mask, [corners // less], (1,))
    blurred = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft / less))
    return blurred if less == 1 else np.asarray(cv2.resize(blurred, shape[::-1]))
