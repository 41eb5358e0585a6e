"""The frames of one source, read: a picture as it stands, a stream's digits steadied."""

import numpy as np

from edge_demo.reading.classify import DigitClassifier
from edge_demo.reading.following import LOOK_SECONDS, Follower
from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.reader import Page, grey, read_page, read_seen, turn_back
from edge_demo.reading.readings import Reading
from edge_demo.reading.tracker import Tracker

# From one reading of a stream's digits to the next. Digits that stay the same are the same in the
# frames between, and the tracker averages over longer.
READ_SECONDS = 0.1


class SourceReader:
    """Reads frame after frame of one source.

    Args:
        classifier: With `predict`, as Classifier has it; says which digit each is.
        network: The page reader, which finds digits: on each picture, and now and then on a stream.
        threshold: The least probability with which a digit is reported, 0..1.
        rotate_degrees: By which every frame is turned clockwise before it is read: 0, 90, 180, 270.
        upright: Whether pictures are not tried on their sides and upside down.
        look_seconds: From one look of the page reader at a stream to the next.
    """

    def __init__(
        self,
        classifier: DigitClassifier,
        network: PageNetwork,
        threshold: float,
        rotate_degrees: int = 0,
        upright: bool = False,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._classifier, self._threshold, self._upright = classifier, threshold, upright
        self._network = network
        self._turns = -rotate_degrees // 90 % 4  # NumPy turns counter-clockwise
        self._tracker = Tracker()
        self._follower = Follower(network, look_seconds)
        self._read: list[Reading] = []
        self._read_at = -np.inf

    def read(self, image: np.ndarray, time: float | None) -> Page:
        """Reads one frame.

        Args:
            image: uint8 [height, width, 3] BGR.
            time: Seconds on the stream's clock, or None for a picture, which stands alone.

        Returns:
            Page; its readings' boxes are in pixels of the frame as it was given, and its turns are
            those of that frame, `rotate_degrees` among them.
        """
        frame = np.ascontiguousarray(np.rot90(image, self._turns))
        if time is None:
            turn = not self._upright
            page = read_page(frame, self._classifier, self._network, self._threshold, turn)
            readings = page.readings
        else:
            page = Page(self._read_moving(grey(frame), time), 0, False)
            readings = self._tracker.update(page.readings, time)
            readings = [readings[i] for i in reading_order([one.box for one in readings])]
        readings = turn_back(readings, self._turns, image.shape)
        return page._replace(readings=readings, turns=(self._turns + page.turns) % 4)

    def _read_moving(self, gray: np.ndarray, time: float) -> list[Reading]:
        """The digits of a stream's frame: read in it, or read a moment ago and moved with it."""
        seen, motion = self._follower.see(gray, time)
        if motion is not None and 0 <= time - self._read_at < READ_SECONDS:
            boxes = np.array([one.box for one in self._read], np.float32).reshape(-1, 4)
            moved = np.rint(motion.moved(boxes)).astype(int).tolist()
            self._read = [
                one._replace(box=tuple(box)) for one, box in zip(self._read, moved, strict=True)
            ]
        else:
            self._read = read_seen(seen, gray, self._classifier, self._threshold)
            self._read_at = time
        return self._read
