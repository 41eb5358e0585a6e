"""`python -m edge_demo.doctor`: what this device has, what is missing, and what mends it."""

import argparse
import glob
import importlib.metadata
import importlib.util
import platform
import struct
import sys
from collections.abc import Sequence
from typing import NamedTuple

from edge_demo import __version__
from edge_demo.contract import run_command
from edge_demo.frames import raspberry
from edge_demo.model import model_file
from edge_demo.model.trial_run import try_in_child

INSTALL_RUNTIME = (
    "pip install ai-edge-litert"
    if sys.version_info >= (3, 12) or not sys.platform.startswith("linux")
    else "pip install tflite-runtime 'numpy<2'"
)
# What the tests have run on: (beginning of sys.platform, machine).
TESTED = (("linux", "x86_64"), ("linux", "aarch64"))


class Check(NamedTuple):
    """One thing that was looked at: found says what there is, cure how to mend it.

    needed: without it nothing can be read; otherwise only a convenience is missing.
    """

    name: str
    good: bool
    found: str
    cure: str = ""
    needed: bool = True


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code: 0, or 1 when something needed is missing."""
    return run_command(_run, argv)


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m edge_demo.doctor",
        description="Says what this device has, what is missing, and what mends it.",
    )
    parser.add_argument("--version", action="version", version=f"digitnet {__version__}")
    parser.parse_args(argv)
    checks = examine()
    for check in checks:
        mark = "ok     " if check.good else ("MISSING" if check.needed else "absent ")
        print(f"{mark}  {check.name + ':':<18}{check.found}")
        if check.cure and not check.good:
            print(f"{'':9}{'':18}to mend it: {check.cure}")
    return 1 if any(check.needed and not check.good for check in checks) else 0


def examine() -> list[Check]:
    """Returns the list of Checks of this device."""
    return [
        check_python(),
        check_machine(),
        check_runtime(),
        check_numpy(),
        check_opencv(),
        check_model(),
        check_usb_camera(),
        check_pi_camera(),
        check_display(),
    ]


def check_python() -> Check:
    """Python 3.10 or newer."""
    found = f"{platform.python_version()} on {platform.machine()} ({sys.executable})"
    good = sys.version_info >= (3, 10)
    return Check("Python", good, found, "install Python 3.10 or newer, such as by a newer system")


def check_machine() -> Check:
    """A processor and a system that a TensorFlow Lite runtime is built for."""
    machine, bits = platform.machine(), 8 * struct.calcsize("P")
    name = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
    found = f"{name}, {machine}, {bits} bits"
    if machine.startswith("armv6"):
        return Check(
            "machine",
            False,
            f"{found}: a Pi Zero, Zero W or Pi 1, for whose processor there is no TensorFlow Lite "
            "runtime",
            "use a Zero 2 W, or a Pi 3 or newer, with the 64-bit Raspberry Pi OS",
        )
    if bits == 32:
        return Check(
            "machine",
            sys.platform.startswith("linux") and sys.version_info < (3, 12),
            f"{found}: ai-edge-litert has no package for 32-bit systems, tflite-runtime has one up "
            "to Python 3.11; not tried by us",
            "install the 64-bit system; a Zero 2 W and every Pi from the 3 on run it",
        )
    if not any(sys.platform.startswith(system) and machine == cpu for system, cpu in TESTED):
        found += ", where it should run and no test of ours has"
    return Check("machine", True, found)


def check_runtime() -> Check:
    """A TensorFlow Lite runtime that imports, tried in a child process."""
    reasons = []
    for package in ("tflite_runtime", "ai_edge_litert"):
        name = package.replace("_", "-")
        if importlib.util.find_spec(package) is None:
            continue
        reason = try_in_child(package)
        if reason is None:
            return Check("TFLite runtime", True, f"{name} {_version(name)}")
        reasons.append(f"{name} {_version(name)} does not start: {reason}")
    found = "; ".join(reasons) or "neither tflite-runtime nor ai-edge-litert"
    return Check("TFLite runtime", False, found, INSTALL_RUNTIME)


def check_numpy() -> Check:
    """NumPy, and NumPy 1 beside tflite-runtime."""
    version = _version("numpy")
    if version is None:
        return Check("NumPy", False, "not installed", "pip install numpy")
    clash = int(version.split(".")[0]) >= 2 and importlib.util.find_spec("tflite_runtime")
    found = f"{version}, too new for tflite-runtime" if clash else version
    return Check("NumPy", not clash, found, "pip install 'numpy<2'")


def check_opencv() -> Check:
    """OpenCV, with or without windows."""
    cure = "pip install opencv-python-headless"
    if importlib.util.find_spec("cv2") is None:
        return Check("OpenCV", False, "not installed", cure)
    try:
        import cv2

        from edge_demo.showing.window import can_open_windows
    except ImportError as error:
        return Check("OpenCV", False, f"does not import: {error}", cure)
    windows = "with windows" if can_open_windows() else "without windows (headless)"
    return Check("OpenCV", True, f"{cv2.__version__} {windows}")


def check_model() -> Check:
    """The model file that ships with the package, run once in a child process."""
    try:
        file = model_file.read()
    except model_file.ModelFileError as error:
        return Check("model file", False, str(error), "install the package again")
    name = file.metadata.get("model", "unnamed model")
    found = f"{file.path.name}, {len(file.content):,} bytes, {name}"
    for package in ("tflite_runtime", "ai_edge_litert"):
        if importlib.util.find_spec(package) is not None:
            reason = try_in_child(package, file.content)
            if reason is None:
                return Check("model file", True, found)
            return Check("model file", False, f"{found}: {reason}", "install the package again")
    return Check("model file", False, f"{found}, not tried: there is no runtime", INSTALL_RUNTIME)


def check_usb_camera() -> Check:
    """Video devices of Linux; elsewhere a camera is found only by opening it."""
    if not sys.platform.startswith("linux"):
        found = "not listed on this system: `python -m edge_demo 0` opens the first"
        return Check("USB camera", True, found, needed=False)
    devices = sorted(glob.glob("/dev/video*"))
    found = " ".join(devices) or "no /dev/video device"
    cure = "plug one in, and add yourself to its group with `sudo usermod -aG video $USER`"
    return Check("USB camera", bool(devices), found, cure, needed=False)


def check_pi_camera() -> Check:
    """picamera2, which comes with the system and not from PyPI."""
    try:
        names = raspberry.camera_names()
    except raspberry.PicameraError as error:
        return Check("picamera2", False, error.what, error.cure, needed=False)
    found = ", ".join(names) or "installed, but it finds no camera: look at the ribbon cable"
    return Check("picamera2", bool(names), found, "rpicam-hello --list-cameras", needed=False)


def check_display() -> Check:
    """Whether a window could be opened."""
    if importlib.util.find_spec("cv2") is None:
        return Check("display", False, "not tried: there is no OpenCV", needed=False)
    from edge_demo.showing.window import why_no_window

    reason = why_no_window()
    found = reason or "a window can be opened"
    cure = "none needed: lines, --json and --save work without"
    return Check("display", reason is None, found, cure, needed=False)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
