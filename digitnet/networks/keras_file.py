"""The one way to open a .keras file."""

import os
import pathlib
import zipfile
from typing import TYPE_CHECKING

from digitnet.errors import UserError

if TYPE_CHECKING:
    import keras

DAMAGED = "it may be cut short or damaged: train again, or copy it again"


def load_model(path: str | os.PathLike[str]) -> "keras.Model":
    """Opens a .keras file with digitnet's layers, ready to predict; it is not compiled.

    Args:
        path: The file. Models of this package take uint8 `(B, 28, 28, 1)`, 0 = background,
            255 = ink, and rescale it themselves.

    Raises:
        UserError: If the file is missing, cut short, damaged, or no Keras model.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise UserError(f"there is no file {path}; train one with `python -m digitnet.train`.")
    if path.suffix != ".keras":
        raise UserError(f"{path} is no .keras file; give the model.keras of a run directory.")
    try:
        whole = zipfile.is_zipfile(path)  # of one that is not Keras says that it is not there
        readable = os.access(path, os.R_OK)
    except OSError:
        whole = readable = False
    if not readable:
        raise UserError(f"{path} cannot be read; you have no permission to.")
    if not whole:
        raise UserError(f"{path} cannot be loaded: it is no whole Keras file; {DAMAGED}.")
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras, h5py, json and zipfile raise whatever the damage makes them
        lines = str(error).strip().splitlines()
        reason = f": {lines[0].rstrip('.')}" if lines else ""
        raise UserError(
            f"{path} cannot be loaded as a Keras model ({type(error).__name__}{reason}); {DAMAGED}."
        ) from error
