"""picamera2, which comes with Raspberry Pi OS: missing, broken or there."""

import importlib
import importlib.util
from types import ModuleType

from edge_demo.contract import UserError

MISSING = "picamera2 is not installed for this Python"
INSTALL = (
    "on Raspberry Pi OS `sudo apt install -y python3-picamera2`, then make the environment with "
    "`python3 -m venv --system-site-packages .venv`"
)
# A module of the system that was built for NumPy 1 raises whatever it likes under NumPy 2.
MEND_NUMPY = (
    "`pip uninstall -y numpy` or `pip install 'numpy<2'`, because a NumPy that pip brought breaks "
    "the system's picamera2"
)
MEND_SYSTEM = (
    "`sudo apt install -y --reinstall python3-picamera2 python3-libcamera`, and use the system's "
    "own Python"
)


class PicameraError(UserError):
    """picamera2 does not import. what: the reason as a phrase. cure: the commands that mend it."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}: {cure}.")
        self.what, self.cure = what, cure


def is_installed() -> bool:
    """Whether there is a picamera2, working or not."""
    return importlib.util.find_spec("picamera2") is not None


def import_picamera2() -> ModuleType:
    """Returns the module picamera2.

    Raises:
        PicameraError: it is not installed, or is and does not import.
    """
    if not is_installed():
        raise PicameraError(MISSING, INSTALL)
    try:
        return importlib.import_module("picamera2")
    except Exception as error:  # compiled modules of another NumPy raise ValueError and others
        reason = (str(error).splitlines() or [""])[0].rstrip(".")
        what = f"picamera2 is installed but does not start ({type(error).__name__}: {reason})"
        about_numpy = "numpy" in str(error).lower() or isinstance(error, ValueError)
        raise PicameraError(what, MEND_NUMPY if about_numpy else MEND_SYSTEM) from error


def camera_names() -> list[str]:
    """Returns the names of the cameras that picamera2 finds.

    Raises:
        PicameraError: picamera2 does not import, or fails at looking for cameras.
    """
    module = import_picamera2()
    try:
        return [info.get("Model", "camera") for info in module.Picamera2.global_camera_info()]
    except Exception as error:  # libcamera raises what it likes
        raise PicameraError(
            f"picamera2 fails at looking for cameras ({error})", MEND_SYSTEM
        ) from error
