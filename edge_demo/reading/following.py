"""What the page reader sees in a moving picture: a look now and then, followed in between.

A look takes as long as several frames. Digits that it has found stay where they are on their page,
and a page moves as a whole: between two looks its motion is followed by optical flow.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from edge_demo.reading.canvas import GRID, HEIGHT, plan
from edge_demo.reading.levels import has_next
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.peaks import Peaks
from edge_demo.reading.seen import look_at, sight_of

LOOK_SECONDS = 0.5  # from one look to the next
# After a look whose digits were lost: a picture that shakes is not looked at frame by frame.
AGAIN_SECONDS = 0.1
FLOW_SIDE = 320  # pixels of the longer side of the copy on which motion is followed
FLOW_WINDOW = 15  # pixels there: about a digit
MOST_FOLLOWED = 24  # digits: so many tell how a page moves
LEAST_KEPT = 0.5  # of the points that are followed: fewer tell of another page, or of a blur
# Places within a digit that are followed, as shares of its box.
PLACES = np.array([(0.5, 0.5), (0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])
NONE = Peaks(np.zeros(0, np.float32), np.zeros((0, 10), np.float32), np.zeros((0, 4), np.float32))


class Motion(NamedTuple):
    """How a page moved in a frame: places [..., 2] become `places @ turn.T + shift`, sizes grow.

    turn: float [2, 2]. shift: float [2], pixels. growth: times.
    """

    turn: np.ndarray
    shift: np.ndarray
    growth: float

    def moved(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes float [N, 4] after it: of their own shape, grown, about their moved centres."""
        centres = (boxes[:, :2] + boxes[:, 2:] / 2) @ self.turn.T + self.shift
        sizes = boxes[:, 2:] * self.growth
        return np.concatenate([centres - sizes / 2, sizes], axis=1).astype(np.float32)


STILL = Motion(np.eye(2), np.zeros(2), 1.0)


class _Look(NamedTuple):
    """time: seconds at which it was taken. seen: in pixels of the newest frame, or None where they
    were lost. small: the newest frame's copy.
    """

    time: float
    seen: Peaks | None
    small: np.ndarray


class Follower:
    """Says of each frame of a moving picture where the page reader sees digits.

    Args:
        network: The page reader.
        look_seconds: From one look to the next.
    """

    def __init__(self, network: PageNetwork, look_seconds: float = LOOK_SECONDS) -> None:
        self._network, self._look_seconds = network, look_seconds
        self._last: _Look | None = None

    def see(self, gray: np.ndarray, time: float) -> tuple[Peaks, Motion | None]:
        """Where digits are in one frame.

        Args:
            gray: uint8 [height, width].
            time: Seconds on the stream's clock. One that goes back is that of a stream that has
                begun anew.

        Returns:
            Peaks, with boxes in pixels of this frame. None are left where the page has moved so
            that its digits were lost, until the next look. And how the page moved since the frame
            before, or None where that is not known: after a look, and where it was lost.
        """
        small = _small(gray)
        last = self._last
        if last is not None and last.small.shape == small.shape:
            age = time - last.time
            if 0 <= age < self._look_seconds:
                motion = _follow(last, small, gray.shape[1] / small.shape[1])
                if motion is not None and last.seen is not None:
                    seen = last.seen._replace(boxes=motion.moved(last.seen.boxes))
                    self._last = last._replace(seen=seen, small=small)
                    return seen, motion
                if age < AGAIN_SECONDS:
                    self._last = last._replace(seen=None, small=small)
                    return NONE, None
        seen = look_at(sight_of(gray, most=one_canvas(*gray.shape)), self._network)
        self._last = _Look(time, seen, small)
        return seen, None


@functools.cache
def one_canvas(height: int, width: int) -> int:
    """Pixels of the longer side with which all levels of a frame lie on one canvas.

    640 for a frame of 640×480; a second canvas would double the time of a look.
    """
    for side in range(HEIGHT, GRID, -GRID):
        scale = side / max(height, width)
        sizes = [(max(1, round(width * scale)), max(1, round(height * scale)))]
        while has_next(*sorted(sizes[-1])):
            sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
        if all(tile.canvas == 0 for tile in plan(sizes)):
            return side
    return GRID


def _small(gray: np.ndarray) -> np.ndarray:
    scale = min(1.0, FLOW_SIDE / max(gray.shape))
    size = [max(1, round(side * scale)) for side in gray.shape[::-1]]
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA)


def _follow(last: _Look, small: np.ndarray, scale: float) -> Motion | None:
    """How the page has moved until a later frame, or None where its digits are lost.

    Args:
        last: Of the frame before.
        small: The later frame's copy.
        scale: Pixels of the frame for one of the copy.
    """
    if last.seen is None:
        return None
    if not len(last.seen.boxes):
        return STILL
    boxes = last.seen.boxes
    chosen = boxes[:MOST_FOLLOWED, np.newaxis]
    before = ((chosen[..., :2] + PLACES * chosen[..., 2:]) / scale).reshape(-1, 1, 2)
    before = before.astype(np.float32)
    after, found, _ = cv2.calcOpticalFlowPyrLK(
        last.small, small, before, np.empty_like(before), winSize=(FLOW_WINDOW, FLOW_WINDOW)
    )
    kept = found.ravel() == 1
    if kept.mean() < LEAST_KEPT:
        return None
    # A page is turned, shifted and comes nearer; that it tilts does not show between two frames.
    motion, inliers = cv2.estimateAffinePartial2D(before[kept], after[kept])
    if motion is None or inliers.sum() < LEAST_KEPT * len(before):
        return None
    growth = float(np.hypot(motion[0, 0], motion[1, 0]))
    return Motion(motion[:, :2], motion[:, 2] * scale, growth)
