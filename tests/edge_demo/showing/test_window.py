"""A window is opened only where it can be."""

from edge_demo.showing import window


def test_without_a_display_there_is_a_reason(monkeypatch):
    monkeypatch.setattr(window, "can_open_windows", lambda: True)
    monkeypatch.setattr(window.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "no display" in window.why_no_window()
    monkeypatch.setenv("DISPLAY", ":0")
    assert window.why_no_window() is None


def test_a_headless_opencv_is_a_reason(monkeypatch):
    information = "General\n  GUI:                           NONE\n    GTK+: NO"
    monkeypatch.setattr(window.cv2, "getBuildInformation", lambda: information)
    assert "without windows" in window.why_no_window()


def test_keys_turn_things_on_and_off_and_end_the_demo(monkeypatch):
    keys = iter([ord("a"), ord("d"), ord("q")])
    monkeypatch.setattr(window.cv2, "imshow", lambda *_: None)
    monkeypatch.setattr(window.cv2, "waitKey", lambda _: next(keys))
    shown = window.Window()
    for _ in range(3):
        shown.show(None)
    assert (shown.attention, shown.panel, shown.closed) == (True, True, True)
