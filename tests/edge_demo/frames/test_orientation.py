"""A picture stands upright as a viewer shows it, in every format, however it was stored."""

import numpy as np
import pytest

from edge_demo.frames.orientation import orientation_of
from edge_demo.frames.pictures import decode_picture
from tests.edge_demo.frames import building


def with_alpha(frame):
    return np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])


FORMATS = {
    "JPEG": building.jpeg,
    "PNG": building.png,
    "PNG with alpha": lambda frame, n: building.png(with_alpha(frame), n),
    "WebP": building.webp,
    "WebP with alpha": lambda frame, n: building.webp(with_alpha(frame), n),
    "WebP with JPEG's prefix": lambda frame, n: building.webp(frame, n, b"Exif\x00\x00"),
    "TIFF, big-endian": building.tiff,
    "TIFF, little-endian": lambda frame, n: building.tiff(frame, n, "<"),
    "TIFF with alpha": lambda frame, n: building.tiff(with_alpha(frame), n, t338=2),
}


@pytest.mark.parametrize("orientation", building.STORED)
@pytest.mark.parametrize("build", FORMATS.values(), ids=FORMATS)
def test_a_turned_picture_is_shown_upright(build, orientation):
    frame = building.marked_frame()
    content = build(building.STORED[orientation](frame), orientation)
    shown = decode_picture(content, "a")
    assert shown.shape == frame.shape and shown.flags.c_contiguous
    assert np.abs(shown.astype(int) - frame).mean() < 3


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(orientation):
    assert orientation_of(building.jpeg(building.marked_frame(), orientation)) == 1


def test_damaged_exif_data_is_no_orientation():
    content = building.png(building.marked_frame(), 6)
    start = content.index(b"MM\x00*")
    for damaged in (content[: start + 9], content[:start] + b"\xff" * 20 + content[start + 20 :]):
        assert orientation_of(damaged) == 1
