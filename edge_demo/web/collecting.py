"""Corrections: what a digit really is, kept as a class folder that training reads."""

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_demo.contract import IMAGE_SIDE_PX, NUM_CLASSES, UserError
from edge_demo.showing.saving import write_picture

MOST_IMAGE_BYTES = 8192  # base64 of a 28×28 PNG is under two thousand
MOST_FILES = 100_000  # a device's disk is small, and a browser can be told to send for ever


class Collection:
    """Writes corrected digits to DIR/<digit>/<checksum>.png, which `--dataset DIR` trains on.

    A digit that was corrected before moves to its new class, so that nothing is in two.

    Args:
        folder: Made where it is missing.

    Raises:
        UserError: It cannot be made.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder} cannot be made a folder: {error.strerror}.") from error
        self.count = sum(1 for _ in self.folder.glob("[0-9]/*.png"))

    def add(self, correction: Any) -> dict[str, Any]:
        """Keeps one correction.

        Args:
            correction: `{"digit": 0..9, "image": the 28×28 PNG as /api/read gave it, base64}`.

        Returns:
            `{"digit", "count"}`: the class and how many digits are kept.

        Raises:
            UserError: It is none, or nothing more can be kept.
        """
        digit, image = _checked(correction)
        if self.count >= MOST_FILES:
            raise UserError(f"{MOST_FILES:,} digits are kept; no more are taken.")
        name = hashlib.sha256(image.tobytes()).hexdigest()[:16] + ".png"
        earlier = [path for path in self.folder.glob(f"[0-9]/{name}") if path.is_file()]
        write_picture(self.folder / str(digit) / name, image)
        for path in earlier:
            if path.parent.name != str(digit):
                path.unlink()
        self.count += not earlier
        return {"digit": digit, "count": self.count}


def _checked(correction: Any) -> tuple[int, np.ndarray]:
    if not isinstance(correction, dict):
        raise UserError('a correction is {"digit": 7, "image": "<PNG, base64>"}.')
    digit, text = correction.get("digit"), correction.get("image")
    if not isinstance(digit, int) or isinstance(digit, bool) or not 0 <= digit < NUM_CLASSES:
        raise UserError("`digit` is a whole number, 0 to 9.")
    if not isinstance(text, str) or len(text) > MOST_IMAGE_BYTES:
        raise UserError("`image` is the 28×28 PNG that /api/read gave, in base64.")
    try:
        content = base64.b64decode(text, validate=True)
        # The size stands in a PNG's header: what is larger is not decoded.
        side = IMAGE_SIDE_PX.to_bytes(4, "big")
        image = None
        if content[:8] == b"\x89PNG\r\n\x1a\n" and content[16:24] == side + side:
            image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (binascii.Error, cv2.error, ValueError) as error:
        raise UserError("`image` is no PNG in base64.") from error
    if image is None or image.shape != (IMAGE_SIDE_PX, IMAGE_SIDE_PX):
        raise UserError("`image` is the 28×28 PNG that /api/read gave, in base64.")
    return digit, image
