"""A page's mask covers the whole picture, whatever canvases it was cut for, the right way up."""

import cv2
import numpy as np
import pytest

from edge_demo.__main__ import main
from edge_demo.contract import PAGE_STRIDE
from edge_demo.model.page_model import PageModel
from edge_demo.reading.page_mask import page_mask


class Bright:
    """A network whose finer gate is open where its canvas is bright."""

    def masks(self, image):
        small = cv2.resize(image[:, :, 0], None, fx=1 / PAGE_STRIDE, fy=1 / PAGE_STRIDE)
        mask = (small > 140).astype(np.float32)
        return np.stack([mask, np.zeros_like(mask)], axis=2)


class Silent:
    def masks(self, image):
        return None


@pytest.fixture
def dotted():
    """A picture of two canvases with a dark dot near each corner, one of them twice as large."""
    gray = np.full((900, 1200), 200, np.uint8)
    for x, y, radius in ((60, 60, 24), (1140, 60, 12), (60, 840, 12), (1140, 840, 12)):
        cv2.circle(gray, (x, y), radius, 60, -1)
    return gray


def shut(mask):
    """Where the mask differs from what it is on the empty middle, by quarters of the picture."""
    height, width = mask.shape[0] // 2, mask.shape[1] // 2
    odd = mask != np.median(mask)
    return [
        int(part.sum())
        for half in (odd[:height], odd[height:])
        for part in (half[:, :width], half[:, width:])
    ]


def test_the_mask_covers_a_picture_of_several_canvases(dotted):
    mask = page_mask(dotted, Bright())
    assert mask.shape == (225, 300)
    counts = shut(mask)
    assert min(counts) > 0
    assert counts.index(max(counts)) == 0


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_pictures_mask_lies_as_the_picture_does(dotted, turns):
    mask = page_mask(dotted, Bright(), turns)
    assert mask.shape == (225, 300)
    counts = shut(mask)
    assert counts.index(max(counts)) == 0


def test_a_file_without_masks_shows_none(dotted):
    assert page_mask(dotted, Silent()) is None


def test_the_shipped_page_reader_s_finer_gate_is_more_open_beside_strokes_than_on_them():
    gray = np.full((480, 640), 230, np.uint8)
    cv2.putText(gray, "2 5", (250, 260), cv2.FONT_HERSHEY_SIMPLEX, 2, 30, 5)
    mask = page_mask(gray, PageModel())
    assert 0 <= mask.min() <= mask.max() <= 1
    mask = cv2.resize(mask, (640, 480))
    away = cv2.distanceTransform((gray >= 60).astype(np.uint8), cv2.DIST_L2, 5)
    beside = (away > 5) & (away <= 20)
    assert mask[gray < 60].mean() < mask[beside].mean() - 0.03


def test_the_demo_tints_a_page_only_where_attention_is_asked_for(tmp_path):
    picture = tmp_path / "page.png"
    gray = np.full((480, 640), 230, np.uint8)
    cv2.putText(gray, "2", (300, 260), cv2.FONT_HERSHEY_SIMPLEX, 2, 30, 5)
    cv2.imwrite(str(picture), gray)
    for name, more in (("plain", []), ("tinted", ["--attention"])):
        assert main([str(picture), "--no-window", "--save", str(tmp_path / name), *more]) == 0
    plain, tinted = (
        cv2.imread(str(next((tmp_path / name).iterdir()))) for name in ("plain", "tinted")
    )
    assert cv2.absdiff(plain, tinted).max() > 20
    assert (plain[300:] == 230).all()
