"""The doctor names what is there and the command for what is not."""

import importlib.util

import pytest

from edge_demo import doctor


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
