"""Each system has its own way to cameras, and a picamera2 that is broken is told from none."""

import sys
import types

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames import cameras, raspberry


class Captures:
    """Stands for cv2.VideoCapture: records (device, backend), and opens what it is told to."""

    def __init__(self, opened):
        self.opened, self.asked = opened, []

    def __call__(self, device, backend):
        self.asked.append((device, backend))
        return types.SimpleNamespace(
            isOpened=lambda: (device, backend) in self.opened,
            read=lambda: (True, np.zeros((4, 4, 3), np.uint8)),
            set=lambda *_: True,
            release=lambda: None,
        )


@pytest.fixture
def system(monkeypatch):
    """Pretends another system, on which the given (device, backend) pairs open."""

    def pretend(platform, *opened, picamera=False):
        captures = Captures(opened)
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(cv2, "VideoCapture", captures)
        monkeypatch.setattr(cameras.glob, "glob", lambda _: ["/dev/video10", "/dev/video2"])
        monkeypatch.setattr(cameras.os.path, "exists", lambda path: "/dev/video" in str(path))
        monkeypatch.setattr(raspberry, "is_installed", lambda: picamera)
        return captures

    return pretend


@pytest.mark.parametrize(
    ("platform", "device", "backend"),
    [
        ("linux", 0, cv2.CAP_V4L2),
        ("linux", "/dev/video2", cv2.CAP_V4L2),
        ("darwin", 0, cv2.CAP_AVFOUNDATION),
        ("win32", 0, cv2.CAP_MSMF),
        ("freebsd14", 0, cv2.CAP_ANY),
    ],
)
def test_a_camera_is_opened_the_system_s_own_way(system, platform, device, backend):
    captures = system(platform, (device, backend))
    assert cameras.UsbCamera(device).read() is not None
    assert captures.asked == [(device, backend)]


def test_windows_falls_back_to_the_older_way(system):
    captures = system("win32", (0, cv2.CAP_DSHOW))
    cameras.UsbCamera(0)
    assert captures.asked == [(0, cv2.CAP_MSMF), (0, cv2.CAP_DSHOW)]


@pytest.mark.parametrize(
    ("platform", "sentence"),
    [
        ("linux", "^/dev/video3 does not open$"),
        ("darwin", "^camera 3 does not open; allow your terminal the camera"),
        ("win32", "^camera 3 does not open; allow desktop apps the camera"),
    ],
)
def test_a_camera_that_does_not_open_says_what_to_look_at(system, platform, sentence):
    system(platform)
    with pytest.raises(OSError, match=sentence):
        cameras.UsbCamera(3)


def test_the_first_camera_of_linux_that_opens_is_chosen(system):
    system("linux", ("/dev/video10", cv2.CAP_V4L2))
    assert cameras.choose_camera()[0] == "/dev/video10"


def test_the_first_index_that_opens_is_chosen_elsewhere(system):
    captures = system("darwin", (1, cv2.CAP_AVFOUNDATION))
    assert cameras.choose_camera()[0] == "1"
    assert [device for device, _ in captures.asked] == [0, 1]


def test_without_a_camera_there_is_a_sentence_on_every_system(system):
    for platform in ("linux", "darwin", "win32"):
        system(platform)
        with pytest.raises(UserError, match="No camera is found"):
            cameras.choose_camera()


@pytest.fixture
def picamera2(monkeypatch, tmp_path):
    """Installs a picamera2 of the given source."""

    def install(source):
        (tmp_path / "picamera2.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "picamera2", raising=False)

    yield install
    sys.modules.pop("picamera2", None)


BROKEN = {
    "NumPy 2": (
        "raise ValueError('numpy.dtype size changed, may indicate binary incompatibility')",
        "does not start \\(ValueError: numpy.dtype size changed.*pip install 'numpy<2'",
    ),
    "NumPy 2, as an ImportError": (
        "raise ImportError('numpy.core.multiarray failed to import')",
        "does not start \\(ImportError: numpy.core.*pip uninstall -y numpy",
    ),
    "no libcamera": (
        "import libcamera",
        "does not start \\(ModuleNotFoundError: No module named 'libcamera'.*--reinstall",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picamera2_is_told_from_a_missing_one(picamera2, name):
    source, sentence = BROKEN[name]
    picamera2(source)
    with pytest.raises(UserError, match=sentence):
        cameras.PiCamera()


def test_a_missing_picamera2_says_how_to_install_it():
    if raspberry.is_installed():
        pytest.skip("there is a picamera2 here")
    with pytest.raises(UserError, match="is not installed for this Python.*apt install -y python3"):
        cameras.PiCamera()


def test_a_broken_picamera2_does_not_stand_in_a_usb_camera_s_way(system, picamera2, capsys):
    picamera2("raise ValueError('numpy.dtype size changed')")
    system("linux", ("/dev/video2", cv2.CAP_V4L2), picamera=True)
    assert cameras.choose_camera()[0] == "/dev/video2"
    assert "numpy<2" in capsys.readouterr().err


def test_picamera2_is_preferred_where_it_finds_a_camera(system, picamera2):
    picamera2(
        "class Picamera2:\n    @staticmethod\n    def global_camera_info():\n"
        "        return [{'Model': 'imx708'}]"
    )
    system("linux", picamera=True)
    assert cameras.choose_camera()[0] == "picamera"
