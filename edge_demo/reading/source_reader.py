"""The frames of one source, read: a picture as it stands, a stream's digits steadied."""

import numpy as np

from edge_demo.reading.layout import reading_order
from edge_demo.reading.looking import PageNetwork
from edge_demo.reading.reader import DigitClassifier, Page, read_page, turn_back
from edge_demo.reading.tracker import Tracker


class SourceReader:
    """Reads frame after frame of one source.

    Args:
        classifier: With `predict`, as Classifier has it.
        threshold: The least probability with which a digit is reported, 0..1.
        rotate_degrees: By which every frame is turned clockwise before it is read: 0, 90, 180, 270.
        upright: Whether pictures are not tried on their sides and upside down.
        network: The page reader, which finds digits on pictures beside the stages.
    """

    def __init__(
        self,
        classifier: DigitClassifier,
        threshold: float,
        rotate_degrees: int = 0,
        upright: bool = False,
        network: PageNetwork | None = None,
    ) -> None:
        self._classifier, self._threshold, self._upright = classifier, threshold, upright
        self._network = network
        self._turns = -rotate_degrees // 90 % 4  # NumPy turns counter-clockwise
        self._tracker = Tracker()

    def read(self, image: np.ndarray, time: float | None) -> Page:
        """Reads one frame.

        Args:
            image: uint8 [height, width, 3] BGR.
            time: Seconds on the stream's clock, or None for a picture, which stands alone.

        Returns:
            Page; its readings' boxes are in pixels of the frame as it was given, and its turns are
            those of that frame, `rotate_degrees` among them.
        """
        page = read_page(
            np.ascontiguousarray(np.rot90(image, self._turns)),
            self._classifier,
            self._threshold,
            turn=time is None and not self._upright,
            still=time is None,
            network=self._network,
        )
        readings = page.readings
        if time is not None:
            readings = self._tracker.update(readings, time)
            readings = [readings[i] for i in reading_order([one.box for one in readings])]
        readings = turn_back(readings, self._turns, image.shape)
        return page._replace(readings=readings, turns=(self._turns + page.turns) % 4)
