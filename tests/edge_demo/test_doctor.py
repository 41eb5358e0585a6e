"""The doctor names what is there and the command for what is not."""

import importlib.util
import platform
import struct
import subprocess
import sys

import pytest

from edge_demo import doctor
from edge_demo.frames import raspberry


def test_a_working_device_is_found_well(capsys):
    assert doctor.main([]) == 0
    out = capsys.readouterr().out
    for name in ("Python", "TFLite runtime", "NumPy", "OpenCV", "model file"):
        assert f"ok       {name}:" in out


@pytest.fixture
def without(monkeypatch):
    """Hides packages from the doctor."""
    find_spec = importlib.util.find_spec

    def hide(*names):
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda name: None if name in names else find_spec(name)
        )

    return hide


def test_a_missing_runtime_comes_with_its_command(without, capsys):
    without("tflite_runtime", "ai_edge_litert")
    assert doctor.main([]) == 1
    assert "to mend it: pip install" in capsys.readouterr().out


def test_a_runtime_that_crashes_is_a_sentence(monkeypatch):
    monkeypatch.setattr(doctor, "try_in_child", lambda *_: "the runtime crashed (SIGILL)")
    check = doctor.check_runtime()
    assert not check.good
    assert "the runtime crashed (SIGILL)" in check.found


def test_a_missing_camera_is_no_failure(monkeypatch):
    monkeypatch.setattr(doctor.glob, "glob", lambda pattern: [])
    check = doctor.check_usb_camera()
    assert not check.good and not check.needed and check.cure


def test_every_missing_thing_has_a_cure(without):
    without("tflite_runtime", "ai_edge_litert", "cv2", "picamera2")
    assert all(check.cure for check in doctor.examine() if check.needed and not check.good)


@pytest.fixture
def machine(monkeypatch):
    """Pretends another machine."""

    def pretend(system, name, bits=64, python=(3, 11)):
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr(platform, "machine", lambda: name)
        monkeypatch.setattr(struct, "calcsize", lambda _: bits // 8)
        monkeypatch.setattr(sys, "version_info", python)
        return doctor.check_machine()

    return pretend


def test_a_pi_zero_is_told_why_not(machine):
    check = machine("linux", "armv6l", 32)
    assert not check.good and check.needed
    assert "Pi Zero" in check.found and "there is no TensorFlow Lite runtime" in check.found
    assert "64-bit Raspberry Pi OS" in check.cure


@pytest.mark.parametrize("name", ["armv7l", "aarch64"], ids=["32-bit kernel", "64-bit kernel"])
@pytest.mark.parametrize(("python", "good"), [((3, 11), True), ((3, 13), False)])
def test_a_32_bit_system_is_told_why_not(machine, name, python, good):
    check = machine("linux", name, 32, python)
    assert check.good is good
    assert "32 bits: ai-edge-litert has no package for 32-bit systems" in check.found
    assert "install the 64-bit system" in check.cure


@pytest.mark.parametrize(
    ("system", "name", "tested"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("darwin", "arm64", False),
        ("win32", "AMD64", False),
    ],
)
def test_a_system_that_no_test_has_run_on_says_so(machine, system, name, tested):
    check = machine(system, name)
    assert check.good
    assert ("no test of ours has" in check.found) is not tested


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_cameras_that_are_not_listed_are_not_called_absent(monkeypatch, system):
    monkeypatch.setattr(sys, "platform", system)
    check = doctor.check_usb_camera()
    assert check.good and "python -m edge_demo 0" in check.found


def test_a_broken_picamera2_is_told_from_a_missing_one(monkeypatch):
    monkeypatch.setattr(raspberry, "is_installed", lambda: False)
    missing = doctor.check_pi_camera()

    def broken(name):
        raise ValueError("numpy.dtype size changed")

    monkeypatch.setattr(raspberry, "is_installed", lambda: True)
    monkeypatch.setattr(raspberry.importlib, "import_module", broken)
    check = doctor.check_pi_camera()
    assert not check.good and not check.needed and "numpy<2" in check.cure
    assert "does not start" in check.found and "is not installed" in missing.found
    assert check.cure != missing.cure


BLOCKED = """
import runpy, sys
for name in ("numpy", "cv2", "tflite_runtime", "ai_edge_litert"):
    sys.modules[name] = None
sys.argv = [{module!r}, {option!r}]
runpy.run_module({module!r}, run_name="__main__")
"""


@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("module", ["edge_demo", "edge_demo.doctor"])
def test_help_and_version_need_no_package(module, option):
    code = BLOCKED.format(module=module, option=option)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("usage: " if option == "--help" else "digitnet ")


WITHOUT_OPENCV = """
import importlib.abc, runpy, sys
class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("cv2", "tflite_runtime", "ai_edge_litert"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
sys.argv = ["edge_demo", "synthetic"]
runpy.run_module("edge_demo", run_name="__main__")
"""


def test_a_base_install_names_the_extra_that_the_demo_needs():
    command = [sys.executable, "-c", WITHOUT_OPENCV]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    sentence = "error: cv2 is not installed: pip install 'digitnet[edge]' brings it.\n"
    assert result.stderr == sentence
