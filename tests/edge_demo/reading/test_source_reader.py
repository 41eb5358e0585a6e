"""A stream's digits are read now and then; in between they move as the page does."""

import cv2
import numpy as np
import pytest

from edge_demo.contract import THRESHOLD
from edge_demo.reading import source_reader
from edge_demo.reading.source_reader import READ_SECONDS, SourceReader

FRAME_SECONDS = 1 / 30


@pytest.fixture
def reads(monkeypatch):
    """The times of reading: one entry each."""
    calls = []
    read_seen = source_reader.read_seen

    def counted(*arguments):
        calls.append(1)
        return read_seen(*arguments)

    monkeypatch.setattr(source_reader, "read_seen", counted)
    return calls


def test_a_stream_is_read_ten_times_a_second(classifier, network, page, reads):
    reader = SourceReader(classifier, network, THRESHOLD)
    for number in range(12):
        found = reader.read(page.image, number * FRAME_SECONDS).readings
    assert len(reads) == round(12 * FRAME_SECONDS / READ_SECONDS)
    assert [one.digit for one in found] == list(page.digits)


def test_between_two_readings_boxes_go_with_the_page(classifier, network, page):
    reader = SourceReader(classifier, network, THRESHOLD)
    for number in range(3):
        shift = np.array([[1, 0, 4.0 * number], [0, 1, -3.0 * number]])
        frame = cv2.warpAffine(page.image, shift, (640, 480), borderMode=cv2.BORDER_REPLICATE)
        found = reader.read(frame, number * FRAME_SECONDS).readings
    assert [one.digit for one in found] == list(page.digits)
    for one, (x, y, width, height) in zip(found, page.boxes, strict=True):
        np.testing.assert_allclose(one.box, (x + 8, y - 6, width, height), atol=5)


def test_another_page_is_read_as_soon_as_it_is_looked_at(classifier, network, page):
    reader = SourceReader(classifier, network, THRESHOLD)
    for number in range(3):
        reader.read(page.image, number * FRAME_SECONDS)
    bare = np.full_like(page.image, 200)
    found = [reader.read(bare, (3 + n) * FRAME_SECONDS).readings for n in range(15)]
    assert found[-1] == []
