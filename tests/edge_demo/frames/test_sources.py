"""Each SOURCE becomes a stream of frames, or one sentence."""

import itertools
import re

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames.sources import expand, open_source
from tests.edge_demo.frames.building import encode, marked_frame


@pytest.fixture
def video(tmp_path):
    """A video of 12 frames, each brighter than the one before."""
    path = str(tmp_path / "clip.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 24, (64, 48))
    for number in range(12):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    return path


def test_a_video_gives_every_frame_on_its_own_clock(video):
    frames = list(open_source(video))
    assert [round(float(frame.image.mean()) / 20) for frame in frames] == list(range(12))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(12) / 24)
    assert frames[3].relative == "clip-000003.jpg"


def test_a_video_of_one_frame_stands_alone_as_a_picture_does(tmp_path):
    path = str(tmp_path / "clip.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 24, (64, 48))
    writer.write(np.full((48, 64, 3), 90, np.uint8))
    writer.release()
    (frame,) = open_source(path)
    assert frame.time is None and frame.image.shape == (48, 64, 3)


def test_a_video_that_ends_in_the_middle_of_a_frame_gives_those_before(video):
    with open(video, "rb+") as file:
        chunks = [match.start() for match in re.finditer(b"00dc", file.read())]
        file.truncate(chunks[6] + 40)  # the first twelve chunks are the frames, the rest an index
    frames = list(open_source(video))
    assert 1 <= len(frames) < 12
    assert all(not isinstance(frame, UserError) for frame in frames)


def test_a_looped_video_goes_on(video):
    frames = open_source(video, loop=True)
    assert len(list(itertools.islice(frames, 20))) == 20
    frames.close()


def test_the_synthetic_scene_needs_no_camera():
    frames = open_source("synthetic")
    first, second = next(frames), next(frames)
    frames.close()
    assert first.image.shape == (480, 640, 3)
    assert second.time > first.time


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("97", "no /dev/video97"), ("/dev/video98", "no /dev/video98")],
)
def test_a_camera_that_does_not_exist_is_a_sentence(source, sentence):
    with pytest.raises(UserError, match=sentence):
        next(open_source(source))


def test_a_file_that_is_neither_picture_nor_video_is_a_sentence(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    (error,) = open_source(str(path))
    assert isinstance(error, UserError)


def test_a_document_is_named_and_not_tried_as_a_video(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    (error,) = open_source(str(path))
    assert "its format is PDF" in str(error)


def test_a_pattern_is_expanded_where_the_shell_leaves_it(tmp_path, monkeypatch):
    for name in ("b.jpg", "a.jpg", "c.txt"):
        (tmp_path / name).write_bytes(encode(".jpg", marked_frame()))
    pattern = str(tmp_path / "*.jpg")
    assert expand(pattern) == [pattern]
    monkeypatch.setattr("sys.platform", "win32")
    assert expand(pattern) == [str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg")]
    assert expand("none*.jpg") == ["none*.jpg"]
