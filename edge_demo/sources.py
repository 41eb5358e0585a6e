"""What a SOURCE on the command line stands for, as a stream of frames."""

import os
from typing import NamedTuple

import numpy as np

from edge_demo import pictures
from edge_demo.errors import UserError


class Frame(NamedTuple):
    """One frame: the name of its source, uint8 BGR [height, width, 3], whether it is live.

    `relative` is the picture's path below the folder that was given, or its file name.
    """

    source: str
    image: np.ndarray
    live: bool
    relative: str


def open_source(text):
    """Returns an iterator over the frames of one SOURCE; a picture that fails gives its UserError.

    Args:
        text: a picture file or a folder of pictures.

    Raises:
        UserError: there is no such source, or the folder has no picture.
    """
    if os.path.isdir(text):
        relative = [path.relative_to(text) for path in pictures.list_pictures(text)]
        return _pictures([(os.path.join(text, path), str(path)) for path in relative])
    return _pictures([(text, os.path.basename(text))])


def _pictures(entries):
    for source, relative in entries:
        try:
            yield Frame(source, pictures.read_picture(source), False, relative)
        except UserError as error:
            yield error
