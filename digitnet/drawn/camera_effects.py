"""What a pen, a sheet of paper and a camera do to ink before the normaliser sees it.

Pictures are float32 `(N, S, S)`, 0 = background, 1 = ink. Everything is NumPy and vectorised.
"""

import numpy as np


def photograph(ink: np.ndarray, rng) -> np.ndarray:
    """Grain, residue of the page, blur, noise and the finder's threshold, each in a share.

    Takes and returns float32 `(N, S, S)`, 0 = background, 1 = ink; `rng` is NumPy's Generator.
    """
    count, side = len(ink), ink.shape[1]
    ink = np.where(_share(rng, count, 0.2), ink * _grain(count, side, rng), ink)
    ink = np.where(_share(rng, count, 0.12), np.maximum(ink, _residue(count, side, rng)), ink)
    ink = _blurred(ink, rng)
    noise = rng.standard_normal(ink.shape, dtype=np.float32)
    ink = ink + np.where(_share(rng, count, 0.5), 0.09 * rng.random((count, 1, 1)), 0) * noise
    # The finder takes a floor away and stretches what is left.
    ink /= np.maximum(ink.max(axis=(1, 2), keepdims=True), 0.05)
    floor = np.where(_share(rng, count, 0.6), rng.uniform(0.05, 0.35, (count, 1, 1)), 0.02)
    ink = np.clip((ink - floor) / (rng.uniform(0.75, 1, (count, 1, 1)) - floor), 0, 1)
    return np.where(_share(rng, count, 0.15), ink > 0.4, ink).astype(np.float32)


def warp(images: np.ndarray, rng, side: int, *, zoom: float, freedom: float = 1.0) -> np.ndarray:
    """Turns, slants, stretches and enlarges pictures in one bilinear resampling.

    Args:
        images: uint8 or float `(N, H, H)`.
        rng: Draws rotations in ±12°, slants in ±0.25, scales in 1 ± 0.12 and shifts in ±2 pixels
            of the source.
        side: Side of the result in pixels.
        zoom: Pixels of the result per pixel of the source.
        freedom: Scales all draws; 0 only enlarges.

    Returns:
        float32 `(N, side, side)`, in the range of the input.
    """
    count, height = images.shape[:2]
    draws = rng.uniform(-freedom, freedom, (6, count)).astype(np.float32)
    angle, shear = np.radians(12) * draws[0], 0.25 * draws[1]
    scale_x, scale_y = (1 + 0.12 * draws[2]) / zoom, (1 + 0.12 * draws[3]) / zoom
    cosine, sine = np.cos(angle), np.sin(angle)
    grid = np.arange(side, dtype=np.float32) - (side - 1) / 2
    a, b = cosine * scale_x, (cosine * shear - sine) * scale_y
    c, d = sine * scale_x, (sine * shear + cosine) * scale_y
    middle = (height - 1) / 2
    across, down = grid[None, None, :], grid[None, :, None]
    x = _each(a) * across + _each(b) * down + _each(middle + 2 * draws[4])
    y = _each(c) * across + _each(d) * down + _each(middle + 2 * draws[5])
    return _sample(images, x, y)


def _sample(images, x, y):
    """Bilinear values at (x, y); outside the picture there is background."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    side = padded.shape[1]
    x, y = np.clip(x + 2, 0, side - 1.001), np.clip(y + 2, 0, side - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    part_x, part_y = x - column, y - row
    flat = padded.reshape(-1)
    first = (np.arange(len(images), dtype=np.int32) * side * side)[:, None, None] + row * side
    first += column
    top = flat[first] * (1 - part_x) + flat[first + 1] * part_x
    first += side
    bottom = flat[first] * (1 - part_x) + flat[first + 1] * part_x
    return top * (1 - part_y) + bottom * part_y


def change_pen(ink: np.ndarray, rng) -> np.ndarray:
    """Thickens a third of the pictures and thins a third, by a pixel or two.

    Changes and returns `ink`, float32 `(N, S, S)`, 0 = background, 1 = ink.
    """
    choice = rng.integers(0, 6, len(ink))
    for chosen, steps in ((0, 1), (1, 2)):
        for _ in range(steps):
            ink[choice == chosen] = _extreme(ink[choice == chosen], np.maximum)
    ink[choice == 2] = _extreme(ink[choice == 2], np.minimum)
    return ink


def shrink(ink: np.ndarray, side: int) -> np.ndarray:
    """A picture `(S, S)` at `side` pixels a side, each the mean of the area it covers."""
    weights = _area_weights(ink.shape[0], side)
    return weights @ ink @ weights.T


def _area_weights(source, target):
    edges = np.arange(target + 1) * source / target
    pixels = np.arange(source)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.clip(overlap, 0, None) * target / source).astype(np.float32)


def _extreme(ink, choose):
    """The extreme of each pixel and its four neighbours."""
    result = ink.copy()
    for axis in (1, 2):
        for step in (-1, 1):
            result = choose(result, np.roll(ink, step, axis=axis))
    return result


def _share(rng, count, share):
    return (rng.random(count) < share)[:, None, None]


def _each(numbers):
    return numbers[:, None, None]


def _grain(count, side, rng):
    """Pencil on paper: ink that comes and goes over about two pixels."""
    coarse = rng.uniform(0, 1.3, (count, side // 2 + 1, side // 2 + 1)).astype(np.float32)
    fine = np.repeat(np.repeat(coarse, 2, axis=1), 2, axis=2)[:, :side, :side]
    depth = rng.uniform(0.3, 0.85, (count, 1, 1)).astype(np.float32)
    return np.clip(1 - depth + depth * fine, 0, 1)


def _residue(count, side, rng):
    """A faint ruled line across the picture, or specks."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    strength = rng.uniform(0.15, 0.6, (count, 1, 1)).astype(np.float32)
    place = rng.uniform(0.05, 0.95, (count, 1, 1)) * side
    tilt = rng.uniform(-0.08, 0.08, (count, 1, 1))
    upright = rng.random((count, 1, 1)) < 0.4
    across, along = np.where(upright, x, y), np.where(upright, y, x)
    line = np.clip(1.2 - np.abs(across - place - tilt * along), 0, 1) * strength
    centre_x, centre_y = rng.uniform(0, side, (2, count, 1, 1))
    speck = np.clip(
        rng.uniform(0.8, 2.2, (count, 1, 1)) - np.hypot(x - centre_x, y - centre_y), 0, 1
    )
    return np.where(rng.random((count, 1, 1)) < 0.55, line, speck * (0.4 + strength))


def _blurred(ink, rng):
    """Blurs two thirds of the pictures by up to 1.6 pixels (standard deviation)."""
    order = rng.permutation(len(ink))
    result = ink.copy()
    for group in np.array_split(order, max(1, len(ink) // 16)):
        deviation = rng.uniform(-0.6, 1.6)
        if deviation > 0.3:
            taps = np.exp(-0.5 * (np.arange(-4, 5) / deviation) ** 2)
            taps = (taps / taps.sum()).astype(np.float32)
            for axis in (1, 2):
                result[group] = sum(
                    tap * np.roll(result[group], step - 4, axis=axis)
                    for step, tap in enumerate(taps)
                )
    return result
