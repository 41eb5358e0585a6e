"""The page reader's maps as digits: the peaks, one to a digit."""

from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.contract import PAGE_OFFSET, PAGE_SIZE, PAGE_STRIDE

APART = 0.5  # shared area over the smaller box's, above which two peaks are of one digit


class Peaks(NamedTuple):
    """Digits found, N of them, surest first.

    sureness: float32 [N], 0..1, that a digit is there. digits: float32 [N, 10], probabilities of
    which. boxes: float32 [N, 4], x, y, width, height in pixels of what was looked at.
    """

    sureness: np.ndarray
    digits: np.ndarray
    boxes: np.ndarray


def find_peaks(presence: np.ndarray, digits: np.ndarray, boxes: np.ndarray, least: float) -> Peaks:
    """Finds the peaks of one picture's maps.

    Args:
        presence: float32 [h, w], logits.
        digits: float32 [h, w, 10], logits.
        boxes: float32 [h, w, 4], offsets and logarithms of sizes.
        least: sureness below which nothing is a peak, 0..1.
    """
    floor = np.float32(np.log(least / (1 - least)))
    highest = cv2.dilate(presence, np.ones((3, 3), np.uint8))
    ys, xs = np.nonzero((presence >= floor) & (presence >= highest))
    order = np.argsort(-presence[ys, xs], kind="stable")
    ys, xs = ys[order], xs[order]
    logits = digits[ys, xs]
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    answer = boxes[ys, xs]
    sizes = PAGE_SIZE * np.exp(answer[:, 2:].clip(-2, 2))
    centres = (np.stack([xs, ys], axis=1) + 0.5) * PAGE_STRIDE + PAGE_OFFSET * answer[:, :2]
    places = np.concatenate([centres - sizes / 2, sizes], axis=1).astype(np.float32)
    sureness = 1 / (1 + np.exp(-presence[ys, xs]))
    kept = separate(places)
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return Peaks(sureness[kept], probabilities[kept], places[kept])


def separate(boxes: np.ndarray, most: float = APART) -> np.ndarray:
    """Indices of the boxes that share no more than `most` with one before them.

    Args:
        boxes: float [N, 4], x, y, width, height, best first.
        most: shared area over the smaller box's area.
    """
    kept: list[int] = []
    for index in range(len(boxes)):
        if not kept or shares(boxes[kept], boxes[index]).max() <= most:
            kept.append(index)
    return np.array(kept, int)


def shares(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Shared area of boxes [N, 4] with one, over the smaller one's area: float [N]."""
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    shared = (high - low).clip(min=0).prod(axis=1)
    return shared / np.maximum(np.minimum(boxes[:, 2:].prod(axis=1), box[2:].prod()), 1e-6)
