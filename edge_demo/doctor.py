"""`python -m edge_demo.doctor`: what this device has, what is missing, and what mends it."""

import argparse
import glob
import importlib.metadata
import importlib.util
import platform
import sys
from typing import NamedTuple

from edge_demo.contract import run_command
from edge_demo.model import model_file
from edge_demo.model.trial_run import try_in_child

INSTALL_RUNTIME = (
    "pip install ai-edge-litert"
    if sys.version_info >= (3, 12)
    else "pip install tflite-runtime 'numpy<2'"
)


class Check(NamedTuple):
    """One thing that was looked at: found says what there is, cure how to mend it.

    needed: without it nothing can be read; otherwise only a convenience is missing.
    """

    name: str
    good: bool
    found: str
    cure: str = ""
    needed: bool = True


def main(argv=None):
    """Runs the command line and returns its exit code: 0, or 1 when something needed is missing."""
    return run_command(_run, argv)


def _run(argv):
    argparse.ArgumentParser(prog="python -m edge_demo.doctor", description=__doc__).parse_args(argv)
    checks = examine()
    for check in checks:
        mark = "ok     " if check.good else ("MISSING" if check.needed else "absent ")
        print(f"{mark}  {check.name + ':':<18}{check.found}")
        if check.cure and not check.good:
            print(f"{'':9}{'':18}to mend it: {check.cure}")
    return 1 if any(check.needed and not check.good for check in checks) else 0


def examine():
    """Returns the list of Checks of this device."""
    return [
        check_python(),
        check_runtime(),
        check_numpy(),
        check_opencv(),
        check_model(),
        check_usb_camera(),
        check_pi_camera(),
        check_display(),
    ]


def check_python():
    """Python 3.10 or newer."""
    found = f"{platform.python_version()} on {platform.machine()} ({sys.executable})"
    good = sys.version_info >= (3, 10)
    return Check("Python", good, found, "install Python 3.10 or newer, such as by a newer system")


def check_runtime():
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


def check_numpy():
    """NumPy, and NumPy 1 beside tflite-runtime."""
    version = _version("numpy")
    if version is None:
        return Check("NumPy", False, "not installed", "pip install numpy")
    clash = int(version.split(".")[0]) >= 2 and importlib.util.find_spec("tflite_runtime")
    found = f"{version}, too new for tflite-runtime" if clash else version
    return Check("NumPy", not clash, found, "pip install 'numpy<2'")


def check_opencv():
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


def check_model():
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


def check_usb_camera():
    """Video devices of Linux."""
    devices = sorted(glob.glob("/dev/video*"))
    found = " ".join(devices) or "no /dev/video device"
    cure = "plug one in, and add yourself to its group with `sudo usermod -aG video $USER`"
    return Check("USB camera", bool(devices), found, cure, needed=False)


def check_pi_camera():
    """picamera2, which comes with the system and not from PyPI."""
    cure = (
        "on Raspberry Pi OS: `sudo apt install -y python3-picamera2`, and make the environment "
        "with `python3 -m venv --system-site-packages .venv`"
    )
    if importlib.util.find_spec("picamera2") is None:
        return Check("picamera2", False, "not installed for this Python", cure, needed=False)
    try:
        module = importlib.import_module("picamera2")
        cameras = [info.get("Model", "camera") for info in module.Picamera2.global_camera_info()]
    except Exception as error:  # libcamera raises what it likes; a doctor reports it
        cure = "pip uninstall -y numpy, so that the system's NumPy serves the system's picamera2"
        return Check("picamera2", False, f"does not start: {error}", cure, needed=False)
    found = ", ".join(cameras) or "installed, but it finds no camera: look at the ribbon cable"
    return Check("picamera2", bool(cameras), found, "rpicam-hello --list-cameras", needed=False)


def check_display():
    """Whether a window could be opened."""
    if importlib.util.find_spec("cv2") is None:
        return Check("display", False, "not tried: there is no OpenCV", needed=False)
    from edge_demo.showing.window import why_no_window

    reason = why_no_window()
    found = reason or "a window can be opened"
    cure = "none needed: lines, --json and --save work without"
    return Check("display", reason is None, found, cure, needed=False)


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
