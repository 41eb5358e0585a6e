"""What the page reader is trained on: crops of a pool of drawn pages, an epoch at a time."""

import pathlib
import queue
import threading
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from digitnet.digits.datasets import Digits
from digitnet.training.pages.crops import Crop, draw_close_up, draw_crop, turned
from digitnet.training.pages.targets import ALMOST, LARGEST, SMALLEST, paint

SIDE = 192  # pixels of a crop
STEPS = 250  # an epoch
IN_FOUR = 0.3  # share of the crops that are four of half the side, as levels stand on one canvas
# Share of those that a picture of one digit stands on: the frame ends where the digit does there.
CLOSE_UP = 0.25
TURNED = 0.15  # share of the crops that lie on a side or upside down
CROPS_STREAM = 0xC40
AHEAD = 4  # batches that are made beside the training step


class PageSet:
    """Crops of drawn pages with targets; as `TrainingSet` has it where the two are alike.

    Args:
        pool: The pages, as `digitnet.drawn.page_pool.page_pool` gives them.
        digits: The `Digits` that they were drawn with.
        batch_size: Crops a step.
        seed: Decides every crop, together with the epoch's number.
    """

    kind = "pages"

    def __init__(self, pool: Any, digits: Digits, batch_size: int, seed: int) -> None:
        self.pool, self.digits, self.batch_size, self.seed = pool, digits, batch_size, seed
        self.steps_per_epoch = STEPS

    def batches(self, epoch: int) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
        """The batches of one epoch: uint8 `(B, 192, 192, 3)`, and targets by output."""
        rng = np.random.default_rng([self.seed, CROPS_STREAM, epoch])
        for _ in range(self.steps_per_epoch):
            crops = [self.crop(rng) for _ in range(self.batch_size)]
            targets = [paint(SIDE, c.digits, c.boxes, c.unsure).named() for c in crops]
            images = np.stack([crop.image for crop in crops])
            yield images, {name: np.stack([one[name] for one in targets]) for name in targets[0]}

    def crop(self, rng: np.random.Generator) -> Crop:
        """One crop, or four of half the side beside each other."""
        if rng.random() >= IN_FOUR:
            return self._one(SIDE, rng)
        half = SIDE // 2
        quarters = [self._one(half, rng, CLOSE_UP) for _ in range(4)]
        image = np.empty((SIDE, SIDE, quarters[0].image.shape[2]), np.uint8)
        boxes, unsure = [], []
        for number, quarter in enumerate(quarters):
            x, y = number % 2 * half, number // 2 * half
            image[y : y + half, x : x + half] = quarter.image
            move = np.array([x, y, 0, 0], np.float32)
            inside = _centred_inside(quarter.boxes, half)
            boxes.append((quarter.digits[inside], quarter.boxes[inside] + move))
            # What a quarter shows only a part of must not be asked of its neighbour.
            sizes = quarter.boxes[:, 2:].max(axis=1, initial=0)
            cut = quarter.boxes[~inside & (sizes >= SMALLEST / 2) & (sizes <= LARGEST * ALMOST)]
            unsure.append(_clipped(np.concatenate([quarter.unsure, cut]), half))
            unsure[-1][:, :4] += move
        return Crop(
            image,
            np.concatenate([digits for digits, _ in boxes]),
            np.concatenate([places for _, places in boxes]),
            np.concatenate(unsure),
        )

    def _one(self, side: int, rng: np.random.Generator, close_up: float = 0.0) -> Crop:
        page = self.pool.page(int(rng.integers(len(self.pool.images))))
        close = len(page.boxes) > 0 and rng.random() < close_up
        draw = draw_close_up if close else draw_crop
        crop = draw(page.image, page.digits, page.boxes, page.unsure, side, rng)
        return turned(crop, int(rng.integers(1, 4))) if rng.random() < TURNED else crop


def beside(batches: Iterator[Any], ahead: int = AHEAD) -> Generator[Any, None, None]:
    """The same batches, made by a thread a few ahead of whoever takes them."""
    waiting: queue.Queue[Any] = queue.Queue(ahead)
    stop = threading.Event()
    end = object()

    def put(item: Any) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for batch in batches:
                if not put(batch):
                    return
            put(end)
        except BaseException as error:  # told to the thread that trains
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if item is end:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _centred_inside(boxes: np.ndarray, side: int) -> np.ndarray:
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    return ((centres >= 0) & (centres < side)).all(axis=1)


def _clipped(boxes: np.ndarray, side: int) -> np.ndarray:
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1).clip(0, side)
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return boxes[(boxes[:, 2:] > 0).all(axis=1)].astype(np.float32)


def default_folder() -> pathlib.Path:
    """Where pools are kept between runs, unless a run says otherwise."""
    return pathlib.Path("runs") / "pages"
