"""The newest frame is handed out, and a camera that goes away is waited for."""

import time

import pytest

from edge_demo.frames.newest import NewestFrames


class Counting:
    """A camera that counts its frames, one every few milliseconds, and may go away at one."""

    def __init__(self, start=0, gone_at=None, pause=0.004):
        self.number, self.gone_at, self.pause, self.closed = start, gone_at, pause, False

    def read(self):
        time.sleep(self.pause)
        self.number += 1
        return None if self.number == self.gone_at else self.number

    def close(self):
        self.closed = True


def test_a_slow_consumer_skips_frames_instead_of_falling_behind():
    camera = Counting()
    frames = NewestFrames(lambda: camera, "camera")
    for _ in range(3):
        time.sleep(0.06)
        frame, taken_at = next(frames)
        assert camera.number - frame <= 3
        assert time.monotonic() - taken_at < 0.05
    frames.close()
    assert camera.closed


def test_no_frame_is_handed_out_twice():
    frames = NewestFrames(Counting, "camera")
    numbers = [next(frames)[0] for _ in range(10)]
    frames.close()
    assert numbers == sorted(set(numbers))


def test_an_unplugged_camera_is_picked_up_again(capsys):
    cameras = [Counting(0, gone_at=3), OSError("not yet"), Counting(100)]

    def open_camera():
        camera = cameras.pop(0)
        if isinstance(camera, OSError):
            raise camera
        return camera

    frames = NewestFrames(open_camera, "camera 0", retry_seconds=0.01)
    while next(frames)[0] <= 100:
        pass
    frames.close()
    assert capsys.readouterr().err == "camera 0 is gone; waiting for it\ncamera 0 is back\n"


def test_a_camera_that_is_not_there_at_the_start_is_the_callers_error():
    def open_camera():
        raise OSError("none")

    with pytest.raises(OSError, match="none"):
        NewestFrames(open_camera, "camera")


def test_closing_ends_the_iteration():
    frames = NewestFrames(Counting, "camera")
    frames.close()
    assert len(list(frames)) <= 1
