"""The frames of one source, read: a picture as it stands, a stream's digits steadied."""

import cv2
import numpy as np

from edge_demo.reading.following import LOOK_SECONDS, Follower
from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.reader import DigitClassifier, Page, read_page, turn_back
from edge_demo.reading.seen import View, read_with
from edge_demo.reading.tracker import Tracker
from edge_demo.reading.writing import Reading


class SourceReader:
    """Reads frame after frame of one source.

    Args:
        classifier: With `predict`, as Classifier has it.
        threshold: The least probability with which a digit is reported, 0..1.
        rotate_degrees: By which every frame is turned clockwise before it is read: 0, 90, 180, 270.
        upright: Whether pictures are not tried on their sides and upside down.
        network: The page reader, which finds digits beside the stages: on each picture, and now and
            then on a stream.
        look_seconds: From one look of the page reader at a stream to the next.
    """

    def __init__(
        self,
        classifier: DigitClassifier,
        threshold: float,
        rotate_degrees: int = 0,
        upright: bool = False,
        network: PageNetwork | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._classifier, self._threshold, self._upright = classifier, threshold, upright
        self._network = network
        self._turns = -rotate_degrees // 90 % 4  # NumPy turns counter-clockwise
        self._tracker = Tracker()
        self._follower = None if network is None else Follower(network, look_seconds)

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
            page = read_page(
                frame, self._classifier, self._threshold, not self._upright, network=self._network
            )
            readings = page.readings
        else:
            page = read_page(frame, self._classifier, self._threshold, still=False)
            readings = self._tracker.update(self._with_network(frame, page, time), time)
            readings = [readings[i] for i in reading_order([one.box for one in readings])]
        readings = turn_back(readings, self._turns, image.shape)
        return page._replace(readings=readings, turns=(self._turns + page.turns) % 4)

    def _with_network(self, frame: np.ndarray, page: Page, time: float) -> list[Reading]:
        """What the stages read of a stream's frame, and what the page reader sees beside it."""
        if self._follower is None:
            return page.readings
        gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        view = View(0, gray, self._follower.see(gray, time))
        return read_with(view, page.readings, self._classifier, self._threshold)
