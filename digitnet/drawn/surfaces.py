"""Papers and other surfaces, drawn: each takes and returns a page, float [height, width].

Sizes are in pixels of a picture of about 640×480.
"""

import cv2
import numpy as np


def grain(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Paper fibres: noise of a few pixels' size."""
    noise = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), random.uniform(0.8, 2.5))
    return page * (1 + random.uniform(0.01, 0.05) * noise / noise.std())


def crumples(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Creases: straight edges on which the light changes."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    for _ in range(random.integers(2, 7)):
        angle, offset = random.uniform(0, np.pi), random.uniform(-200, 500)
        distance = x * np.cos(angle) + y * np.sin(angle) - offset
        strength = random.uniform(-0.08, 0.08)
        page = page * (1 + strength * np.exp(-np.abs(distance) / random.uniform(3, 60)))
    return page


def facets(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Paper that was a ball: facets that face the light differently, with sharp ridges."""
    height, width = page.shape
    count = int(random.integers(12, 60))
    seeds = random.uniform(0, 1, (count, 2)) * (width, height)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distances = np.stack([(x - sx) ** 2 + (y - sy) ** 2 for sx, sy in seeds])
    nearest = distances.argmin(axis=0)
    shade = random.normal(0, 0.05, count)[nearest]
    tilt = random.normal(0, 0.0006, (2, count))[:, nearest]
    shade = shade + tilt[0] * x + tilt[1] * y
    shade = cv2.GaussianBlur(shade, (0, 0), random.uniform(0.8, 4))
    return page * (1 + shade).clip(0.5, 1.3)


def stains(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Soft dark spots of any size."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    for _ in range(random.integers(2, 9)):
        place = random.uniform(0, 640), random.uniform(0, 480)
        size = random.uniform(6, 70, 2)
        spot = np.exp(-(((x - place[0]) / size[0]) ** 2) - ((y - place[1]) / size[1]) ** 2)
        page = page * (1 - random.uniform(0.05, 0.35) * spot)
    return page


def rules(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Ruled lines, slightly tilted."""
    return _lines(page, random, random.uniform(24, 60), 0.0)


def squares(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Squared paper."""
    gap = random.uniform(20, 50)
    return _lines(_lines(page, random, gap, 0.0), random, gap, np.pi / 2)


def dots(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Dotted paper."""
    gap, radius = random.uniform(14, 40), int(random.integers(1, 3))
    shade = float(page.mean() * random.uniform(0.4, 0.85))
    drawn = page.copy()
    for y in np.arange(gap / 2, page.shape[0], gap):
        for x in np.arange(gap / 2, page.shape[1], gap):
            cv2.circle(drawn, (int(x), int(y)), radius, (shade,), -1, cv2.LINE_AA)
    return drawn


def margin(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One upright line."""
    x = int(random.uniform(30, 600))
    shade = random.uniform(0.4, 0.8)
    drawn = page.copy()
    cv2.line(drawn, (x, 0), (x + random.integers(-6, 7), 479), (float(page.mean() * shade),), 2)
    return drawn


def desk(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The page ends, and a darker desk begins on one or two sides."""
    mask = _page_mask(page, random)
    return page * mask + random.uniform(15, 110) * (1 - mask)


def wooden_desk(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The page ends, and wood begins."""
    mask = _page_mask(page, random)
    return page * mask + wood(np.full_like(page, random.uniform(60, 130)), random) * (1 - mask)


def shadow(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A shadow with a soft edge."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    angle, offset = random.uniform(0, np.pi), random.uniform(100, 400)
    distance = x * np.cos(angle) + y * np.sin(angle) - offset
    return page * (1 - random.uniform(0.15, 0.5) / (1 + np.exp(-distance / random.uniform(2, 30))))


def vignette(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A lens that darkens the corners."""
    height, width = page.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    x, y = x - random.normal(0, 0.15), y - random.normal(0, 0.15)
    return page * (1 - random.uniform(0.2, 0.65) * ((x**2 + y**2) / 2).clip(0, 1))


def board(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A dark board with wiped chalk."""
    cloud = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), random.uniform(8, 30))
    return 0.25 * page + 14 * (cloud / cloud.std()).clip(0)


def wood(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Wood: wavy fibres along one direction, a few knots."""
    height, width = page.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    if random.random() < 0.5:
        x, y = y, x
    wave = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), 60)
    y = y + wave / wave.std() * random.uniform(4, 20)
    for _ in range(random.integers(0, 3)):
        place = random.uniform(0, 1, 2) * (x.max(), y.max())
        near = np.exp(-(((x - place[0]) / 60) ** 2) - ((y - place[1]) / 30) ** 2)
        y = y + random.uniform(10, 40) * near
    ring = np.sin(y * random.uniform(0.1, 0.5)) + np.sin(y * random.uniform(0.5, 1.4))
    long = 1.0 + 60 * random.random()
    size = (1, long) if x[0, 0] == x[0, -1] else (long, 1)
    fibre = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), *size)
    shade = 0.05 * ring + random.uniform(0.03, 0.1) * fibre / fibre.std()
    return page * (1 + random.uniform(0.5, 1.5) * shade).clip(0.2, 1.5)


def cloth(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Woven threads."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    pitch = random.uniform(2.5, 12)
    turn = random.normal(0, 0.2)
    across, along = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    weave = np.sin(2 * np.pi * across / pitch) * np.sin(2 * np.pi * along / pitch)
    noise = cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), 1.5)
    depth = random.uniform(0.03, 0.25)
    return page * (1 + depth * (weave + 0.7 * noise / noise.std()) / 2).clip(0.2, 1.6)


def tiles(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Tiles or keys: rows of rectangles with dark gaps."""
    width, height = random.uniform(25, 120), random.uniform(25, 90)
    gap, offset = random.uniform(2, 9), random.choice([0.0, 0.25, 0.5])
    dark = float(random.uniform(0.2, 0.8))
    result = page * dark
    for row, top in enumerate(np.arange(-height, page.shape[0], height + gap)):
        for left in np.arange(-width, page.shape[1], width + gap) + offset * width * (row % 3):
            box = np.s_[
                int(max(top, 0)) : int(max(top + height, 0)),
                int(max(left, 0)) : int(max(left + width, 0)),
            ]
            result[box] = page[box] * random.uniform(0.85, 1.05)
    return cv2.GaussianBlur(result, (0, 0), random.uniform(0.6, 2))


def stripes(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A striped surface: soft or hard stripes in any direction."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    angle, pitch = random.uniform(0, np.pi), random.uniform(6, 90)
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / pitch)
    wave = np.tanh(wave * random.uniform(0.5, 8))
    return page * (1 - random.uniform(0.05, 0.3) * (1 + wave))


def clouds(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Smooth blotches of every size, as of concrete, stone or a wall."""
    noise = np.zeros(page.shape)
    for size in (1, 3, 8, 20, 50):
        noise += size * cv2.GaussianBlur(random.normal(0, 1, page.shape), (0, 0), size)
    return page * (1 + random.uniform(0.03, 0.15) * noise / noise.std()).clip(0.2, 1.6)


def static(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Noise of one grain size, as strong as it comes."""
    noise: np.ndarray = random.normal(0, 1, page.shape)
    size = random.uniform(0, 5)
    if size > 0.4:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), size))
    return (page * 0.7 + random.uniform(10, 60) * noise / noise.std()).clip(0, 255)


def scratches(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Hairs, threads and scratches: thin curves that begin and end anywhere."""
    drawn = page.copy()
    for _ in range(random.integers(2, 9)):
        steps = random.normal(0, 1, (30, 2)) + random.normal(0, 2, 2)
        path = (random.uniform(0, 1, 2) * page.shape[::-1]) + steps.cumsum(axis=0) * 4
        shade = float(page.mean() * random.uniform(0.6, 1.25))
        cv2.polylines(drawn, [path.astype(np.int32)], False, (shade,), 1, cv2.LINE_AA)
    return drawn


def folds(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A sheet that was folded in four or eight: sharp level and upright creases."""
    height, width = page.shape
    result = page.copy()
    for axis, length in ((0, height), (1, width)):
        parts = int(random.integers(2, 5))
        for place in np.arange(1, parts) / parts:
            at = (np.arange(length) - (place + random.normal(0, 0.01)) * length) / length
            side = 1 + random.uniform(-0.06, 0.06) * np.sign(at) * np.exp(-np.abs(at) * 6)
            dark = 1 - random.uniform(0, 0.2) * np.exp(-((at * length / 1.5) ** 2))
            result = result * (side * dark).reshape((-1, 1) if axis == 0 else (1, -1))
    return result


def _page_mask(page: np.ndarray, random: np.random.Generator) -> np.ndarray:
    corners = np.array([(0, 0), (640, 0), (640, 480), (0, 480)], float)
    inset = random.uniform(-120, 60, (4, 2)).clip(-60) * [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    mask = np.zeros(page.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners + inset).astype(np.int32), (255,))
    return cv2.GaussianBlur(mask, (0, 0), random.uniform(0.7, 2)) / 255


def _lines(page: np.ndarray, random: np.random.Generator, gap: float, angle: float) -> np.ndarray:
    drawn = page.copy()
    tilt = random.normal(0, 0.01) + angle
    thickness = int(random.integers(1, 3))
    shade = float(page.mean() * random.uniform(0.5, 0.92))
    along = np.array([np.cos(tilt), np.sin(tilt)])
    across = np.array([-along[1], along[0]])
    for number in range(-60, 60):
        start, end = (across * gap * number + along * reach for reach in (-900, 900))
        first, last = ((point + (320, 240)).astype(int).tolist() for point in (start, end))
        cv2.line(drawn, first, last, (shade,), thickness)
    return drawn
