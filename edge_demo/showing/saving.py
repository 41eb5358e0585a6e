"""Annotated pictures on disk: complete or not there at all."""

import os
from pathlib import Path

import cv2
import numpy as np

from edge_demo.contract import UserError

WRITTEN_AS_GIVEN = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


class Saver:
    """Writes pictures into a folder under the names they have in their source.

    Args:
        folder: made when it does not exist.

    Raises:
        UserError: the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.folder = Path(folder)
        self._taken: set[Path] = set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder} cannot be made a folder: {error.strerror}.") from error

    def save(self, relative: str | os.PathLike, source: str, picture: np.ndarray) -> Path:
        """Writes a BGR picture at `relative` below the folder and returns its path.

        A format that OpenCV does not write gets `.png` added; a name taken in this run, a number.

        Raises:
            UserError: the picture would replace its own source, or cannot be written.
        """
        path = self.folder / relative
        if path.suffix.lower() not in WRITTEN_AS_GIVEN:
            path = path.with_name(path.name + ".png")
        number, first = 2, path
        while path in self._taken:
            path, number = first.with_stem(f"{first.stem}-{number}"), number + 1
        self._taken.add(path)
        if path.exists() and Path(source).exists() and path.samefile(source):
            raise UserError(f"Saving to {self.folder} would replace {source}; use another folder.")
        return write_picture(path, picture)


def write_picture(path: str | os.PathLike, picture: np.ndarray) -> Path:
    """Writes a picture through a temporary name in the same folder. Returns the path.

    Raises:
        UserError: it cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        encoded = cv2.imencode(path.suffix, picture)[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(encoded.tobytes())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    return path
