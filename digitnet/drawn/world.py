"""Training pictures for the camera's network: the world's digits, and what is no digit.

MNIST knows one country's digits, in one scanner's light. Three pools stand beside it, each drawn
at about twice the resolution of the result, treated as a camera treats ink, and put through the
device's own normaliser, so that training sees what the demo will see:

- MNIST's training digits, warped, thickened or thinned, photographed;
- stroke digits, every allograph of `allographs.py`, photographed;
- what is no digit, of `nondigits.py`, photographed and labelled `BACKGROUND`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from digitnet.drawn import camera_effects, nondigits, signs
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.degradation import DIGITS_STREAM, PICTURES_STREAM, Degradation
from digitnet.drawn.strokes import draw
from digitnet.networks.edge import BACKGROUND

SIDE = 40  # pixels a side of a drawn picture: twice the box that the normaliser fills
GROUP = 400  # pictures drawn at a time


class Pool(NamedTuple):
    """images: uint8 `(N, 28, 28, 1)`; labels: int64 `(N,)`, 0..9, or 10 for no digit."""

    images: np.ndarray
    labels: np.ndarray


Lesson = Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]


class World:
    """All that the camera's network is trained on, an epoch at a time.

    An epoch holds every training image, warped afresh (one in eight stays as it is), and the next
    part of each pool. It depends on the seed and its number alone.

    Args:
        images: uint8 `(N, 28, 28, 1)`, training digits.
        labels: int64 `(N,)`, 0..9.
        seed: Decides every draw.
        counts: Pictures in the pools: photographed digits, stroke digits, no digits.
        share: Part of each pool that an epoch holds.
        degradation: What deforms the digits in the place of the usual warp, and degrades pictures
            of every kind; none where the device's normaliser comes before the network.
        share_of: Which share of an epoch's pictures is degraded; `None` for the usual one.
        lesson: From the digits, their labels and an epoch's number to the digits as they are bent
            then and their targets, float32 `(N, 10)`. Labels of epochs are then float32 `(N, 11)`.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        seed: int = 0,
        counts: tuple[int, int, int] = (40_000, 64_000, 56_000),
        share: float = 0.33,
        degradation: Degradation | None = None,
        share_of: Callable[[int], float] | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        self.digits = Pool(images, labels)
        self.seed, self.share, self.degradation = seed, share, degradation
        self.share_of, self.lesson = share_of, lesson
        rngs = [np.random.default_rng([seed, stream]) for stream in range(3)]
        self.pools = (
            photographed(images, labels, counts[0], rngs[0]),
            stroke_digits(counts[1], rngs[1]),
            no_digits(counts[2], rngs[2]),
        )

    @property
    def epoch_size(self) -> int:
        """Pictures in an epoch."""
        pooled = sum(round(self.share * len(pool.labels)) for pool in self.pools)
        return len(self.digits.labels) + pooled

    def epoch(self, number: int) -> Pool:
        """The pictures of one epoch in random order; each of a pool is shifted by up to a pixel."""
        rng = np.random.default_rng([self.seed, 3, number])
        labels = self.digits.labels
        if self.lesson is not None:
            digits, targets = self.lesson(self.digits.images, labels, number)
            labels = np.pad(targets, ((0, 0), (0, 1)))
        elif self.degradation is not None:
            digits = self.degradation.digits(self.digits.images, DIGITS_STREAM, number)
        else:
            digits = self._warped(rng)
        parts = [Pool(digits, labels)]
        for pool in self.pools:
            size = round(self.share * len(pool.labels))
            chosen = (np.arange(size) + number * size) % len(pool.labels)
            labels = pool.labels[chosen]
            if self.lesson is not None:
                labels = np.eye(BACKGROUND + 1, dtype=np.float32)[labels]
            parts.append(Pool(_shifted(pool.images[chosen], rng), labels))
        images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        if self.degradation is not None:
            share = self.share_of(number) if self.share_of else None
            images = self.degradation.pictures(images, PICTURES_STREAM, number, share=share)
        order = rng.permutation(len(labels))
        return Pool(images[order], labels[order])

    def _warped(self, rng: np.random.Generator) -> np.ndarray:
        images = self.digits.images.copy()
        for start in range(0, len(images), GROUP):
            part = images[start : start + GROUP, :, :, 0]
            warped = camera_effects.warp(part, rng, part.shape[1], zoom=1.0)
            part[:] = np.where(rng.random((len(part), 1, 1)) < 1 / 8, part, np.rint(warped))
        return images


def _shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moves each picture by a draw of its own: -1, 0 or 1 pixels across and down."""
    count, height, width, _ = images.shape
    padded = np.pad(images[..., 0], ((0, 0), (1, 1), (1, 1)))
    down, across = rng.integers(0, 3, (2, count, 1))
    rows, columns = down + np.arange(height), across + np.arange(width)
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None], None]


def stroke_digits(count: int, rng: np.random.Generator) -> Pool:
    """Digits drawn from allographs, all ten equally often; `rng` is NumPy's Generator."""
    labels = np.arange(count) % 10
    drawn = (_draw_digits(labels[start : start + GROUP], rng) for start in range(0, count, GROUP))
    return _with_ink(_developed(drawn, rng, "stroke digits", count), labels)


def photographed(
    images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator
) -> Pool:
    """`count` of the given digits, uint8 `(M, 28, 28, 1)`, as a camera would see them."""
    chosen = rng.choice(len(images), count, replace=count > len(images))

    def draw_photographed() -> Iterator[np.ndarray]:
        for start in range(0, count, GROUP):
            part = images[chosen[start : start + GROUP], :, :, 0]
            enlarged = camera_effects.warp(part, rng, SIDE + 8, zoom=SIDE / 24, freedom=1.3)
            yield camera_effects.change_pen(enlarged / np.float32(255), rng)

    return _with_ink(
        _developed(draw_photographed(), rng, "photographed digits", count), labels[chosen]
    )


def no_digits(count: int, rng: np.random.Generator) -> Pool:
    """Signs, letters, lines, scribbles, blots, stains, textures, edges, touching and cut digits."""

    def draw_pairs(size: int, rng: np.random.Generator, side: int) -> np.ndarray:
        left = _draw_digits(rng.integers(0, 10, size), rng)
        return nondigits.join_pairs(left, _draw_digits(rng.integers(0, 10, size), rng), rng)

    def draw_cut(size: int, rng: np.random.Generator, side: int) -> np.ndarray:
        labels = rng.choice(list(nondigits.CUT_SIDES), size)
        return nondigits.cut_digits(_draw_digits(labels, rng), labels, rng)

    def draw_signs(size: int, rng: np.random.Generator, side: int) -> np.ndarray:
        return nondigits.draw_glyphs(size, rng, side, signs.SIGNS)

    def draw_letters(size: int, rng: np.random.Generator, side: int) -> np.ndarray:
        return nondigits.draw_glyphs(size, rng, side, signs.LETTERS)

    kinds = [
        (0.28, draw_signs),
        (0.15, draw_letters),
        (0.13, nondigits.draw_lines),
        (0.08, nondigits.draw_scribbles),
        (0.05, nondigits.draw_blobs),
        (0.06, nondigits.draw_spots),
        (0.03, nondigits.draw_discs),
        (0.04, nondigits.draw_noise),
        (0.06, nondigits.draw_texture),
        (0.04, nondigits.draw_edges),
        (0.03, draw_cut),
        (0.05, draw_pairs),
    ]
    shares = np.array([share for share, _ in kinds])

    def draw_kinds() -> Iterator[np.ndarray]:
        for start in range(0, count, GROUP):
            size = min(GROUP, count - start)
            parts = rng.multinomial(size, shares)
            drawn = [kind(n, rng, SIDE) for (_, kind), n in zip(kinds, parts, strict=True) if n]
            yield np.concatenate(drawn)

    return Pool(_developed(draw_kinds(), rng, "no digits", count), np.full(count, BACKGROUND))


def _with_ink(images: np.ndarray, labels: np.ndarray) -> Pool:
    """Leaves out the few digits whose ink the camera lost altogether."""
    kept = images.any(axis=(1, 2, 3))
    return Pool(images[kept], labels[kept])


def _draw_digits(labels: np.ndarray, rng: np.random.Generator, group: int = 16) -> np.ndarray:
    """Draws each label in a way of its own, a few of each way at a time."""
    drawn = np.empty((len(labels), SIDE, SIDE), np.float32)
    for digit in np.unique(labels):
        places = np.flatnonzero(labels == digit)
        for start in range(0, len(places), group):
            few = places[start : start + group]
            shape, hand = choose_allograph(digit, rng)
            drawn[few] = draw(shape, len(few), rng, SIDE, hand)
    return drawn


def _developed(
    drawn: Iterable[np.ndarray], rng: np.random.Generator, what: str, count: int
) -> np.ndarray:
    """Photographs drawn pictures and normalises each: uint8 `(N, 28, 28, 1)`."""
    from edge_demo.reading.normalize import normalize  # the one normaliser; needs OpenCV

    images = []
    groups = tqdm(drawn, desc=what, total=-(-count // GROUP), unit=" groups", leave=False)
    for ink in groups:
        for picture in camera_effects.photograph(ink, rng):
            # Scanners and small digits far away: few pixels, which the normaliser enlarges.
            if rng.random() < 0.25:
                picture = camera_effects.shrink(picture, int(rng.integers(15, 30)))
            images.append(normalize(picture * 255))
    return np.stack(images)[..., None]
