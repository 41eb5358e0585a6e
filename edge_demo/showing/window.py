"""A window, where there is a display and an OpenCV that can open one."""

import os
import sys

import cv2
import numpy as np

TITLE = "digitnet"


def why_no_window() -> str | None:
    """Returns why no window can be opened, as a phrase, or None when one can.

    OpenCV ends the process when it opens a window without a display, so this is asked first.
    """
    if not can_open_windows():
        return "this OpenCV was built without windows (opencv-python has them)"
    on_x11 = sys.platform.startswith("linux")
    if on_x11 and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "no display is set (DISPLAY and WAYLAND_DISPLAY are empty)"
    return None


def can_open_windows() -> bool:
    """Whether OpenCV was built with a window system."""
    for line in cv2.getBuildInformation().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "GUI":
            return value.strip().upper() != "NONE"
    return True


class Window:
    """Shows pictures and hears keys: `a` attention, `d` debug panel, `q` or Esc the end.

    Args:
        attention, panel: whether they are shown at the start.
    """

    def __init__(self, attention: bool = False, panel: bool = False) -> None:
        self.attention, self.panel, self.closed = attention, panel, False

    def show(self, picture: np.ndarray, wait_ms: int = 1) -> int:
        """Shows a picture and takes keys for a while; 0 waits for a key."""
        cv2.imshow(TITLE, picture)
        key = cv2.waitKey(wait_ms) & 0xFF
        if key == ord("a"):
            self.attention = not self.attention
        elif key == ord("d"):
            self.panel = not self.panel
        elif key in (ord("q"), 27):
            self.closed = True
        return key

    def close(self) -> None:
        """Closes the window."""
        cv2.destroyAllWindows()
