"""Pictures of a page reader's run: its losses, and crops with its answers."""

import pathlib
from typing import Any

import numpy as np

from digitnet import files
from digitnet.training.pages.scores import THRESHOLD
from digitnet.training.plots import ACCENT, MUTED, styled_figure
from edge_demo.contract import BOXES, DIGITS, PRESENCE

ROWS, COLUMNS = 4, 6
ZOOM = 2


def write_curves(path: pathlib.Path, history: list[dict[str, Any]]) -> None:
    """The loss of each output over epochs, training and validation, as a PNG."""
    epochs = [row["epoch"] for row in history]
    with styled_figure(path, 1, 3, (11, 3.2)) as (_, axes):
        for one, name in zip(axes, (PRESENCE, DIGITS, BOXES), strict=True):
            for prefix, colour, label in (("", MUTED, "training"), ("val_", ACCENT, "held out")):
                values = [row[f"{prefix}{name}_loss"] for row in history]
                one.plot(epochs, values, color=colour, label=f"{label} {values[-1]:.3g}")
            one.set(title=f"loss of {name}", xlabel="epoch", yscale="log")
            one.legend(frameon=False)


def write_pages(path: pathlib.Path, images: np.ndarray, answers: dict[str, np.ndarray]) -> None:
    """Held-out crops `(N, side, side, 3)` with the boxes and digits that were found, as a PNG."""
    import cv2

    from edge_demo.reading.peaks import find_peaks

    tiles = []
    for n in range(min(ROWS * COLUMNS, len(images))):
        picture = cv2.resize(images[n][:, :, 0], None, fx=ZOOM, fy=ZOOM)
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        peaks = find_peaks(
            answers[PRESENCE][n, :, :, 0], answers[DIGITS][n], answers[BOXES][n], THRESHOLD
        )
        for box, digits in zip(peaks.boxes * ZOOM, peaks.digits, strict=True):
            x, y, width, height = (round(float(side)) for side in box)
            cv2.rectangle(picture, (x, y), (x + width, y + height), (30, 30, 220), 1)
            place, font = (x, max(y - 3, 10)), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(picture, str(digits.argmax()), place, font, 0.5, (200, 60, 0), 1)
        tiles.append(cv2.copyMakeBorder(picture, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(255,) * 3))
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    rows = [np.pad(r, ((0, 0), (0, rows[0].shape[1] - r.shape[1]), (0, 0))) for r in rows]
    with files.replacing(path) as temporary:
        cv2.imwrite(str(temporary), np.vstack(rows))
