"""The overlay keeps the frame's size, draws inside it, covers no ink, leaves the original alone."""

import cv2
import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.numbers import Number
from edge_demo.reading.reader import Reading
from edge_demo.showing import overlay


def reading(box, attention=True):
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 9:19] = 255
    mask = np.random.default_rng(0).random((14, 14)).astype(np.float32) if attention else None
    return Reading(7, 0.93, box, image, np.full(10, 0.1, np.float32), mask)


CORNERS = [(0, 0, 40, 60), (600, 0, 40, 60), (0, 420, 40, 60), (600, 420, 40, 60)]


def text_pixels(picture):
    """Pixels lighter than any ground or line of a drawing on black: those are letters."""
    return int((picture.min(axis=2) > 90).sum())


@pytest.mark.parametrize("box", CORNERS)
def test_labels_at_the_edge_are_written_whole(box):
    frame = np.zeros((480, 640, 3), np.uint8)
    at_edge = overlay.draw(frame, [reading(box)], attention=False)
    in_middle = overlay.draw(frame, [reading((300, 200, 40, 60))], attention=False)
    assert at_edge.shape == frame.shape
    assert text_pixels(at_edge) == text_pixels(in_middle) > 0


def test_the_frame_itself_is_not_drawn_on():
    frame = np.full((100, 100, 3), 255, np.uint8)
    overlay.draw(frame, [reading((10, 10, 30, 50))], caption="30 fps")
    assert (frame == 255).all()


def test_attention_is_drawn_only_when_it_is_asked_for():
    frame = np.full((200, 200, 3), 255, np.uint8)
    with_mask = overlay.draw(frame, [reading((50, 50, 60, 90))], attention=True)
    without = overlay.draw(frame, [reading((50, 50, 60, 90))])
    assert (with_mask[60:130, 55:105] != without[60:130, 55:105]).any()
    assert (without[60:130, 55:105] == 255).all()


def test_a_pages_mask_tints_what_lies_around_the_digits_where_it_is_open():
    frame = np.full((200, 400, 3), 255, np.uint8)
    mask = np.zeros((50, 100), np.float32)
    mask[:, 50:] = 1
    one = [reading((250, 50, 60, 90), attention=False)]
    without = overlay.draw(frame, one, attention=True)
    tinted = (overlay.draw(frame, one, attention=True, page_mask=mask) != without).any(axis=2)
    assert not tinted[:, :195].any()
    assert tinted[:, 205:].mean() > 0.5
    assert not tinted[55:135, 255:305].any()
    assert (overlay.draw(frame, one, page_mask=mask) == overlay.draw(frame, one)).all()


@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("light_on_dark", [False, True], ids=["pen", "chalk"])
@pytest.mark.parametrize("rows", [["234"] * 2, ["2345678906"] * 12], ids=["sparse", "dense"])
def test_ink_is_never_covered(rows, light_on_dark, attention):
    page = draw_page(rows, seed=3, light_on_dark=light_on_dark, noise=0)
    gray = page.image.mean(axis=2)
    ink = gray > 180 if light_on_dark else gray < 75
    assert ink.sum() > 5000
    readings = []
    for x, y, width, height in page.boxes:
        image = np.zeros((28, 28), np.uint8)
        crop = 255 * ink[y : y + height, x : x + width].astype(np.uint8)
        image[4:24, 6:22] = cv2.resize(crop, (16, 20), interpolation=cv2.INTER_AREA)
        readings.append(reading((x, y, width, height))._replace(image=image))
    drawn = overlay.draw(page.image, readings, attention, caption="41 frames/s")
    assert (drawn[ink] == page.image[ink]).all()


def test_a_model_without_attention_is_drawn():
    frame = np.full((200, 200), 255, np.uint8)
    drawn = overlay.draw(frame, [reading((50, 50, 60, 90), False)], True, True)
    assert drawn.shape == (200 + overlay.PANEL_SIDE + 24, 200, 3)


def test_the_panel_shows_what_the_model_saw():
    frame = np.full((200, 300, 3), 255, np.uint8)
    drawn = overlay.draw(frame, [reading((50, 50, 60, 90))], panel=True)
    assert drawn.shape == (200 + overlay.PANEL_SIDE + 24, 300, 3)
    panel = drawn[202 : 202 + overlay.PANEL_SIDE, 2 : 2 + overlay.PANEL_SIDE, 0]
    assert (panel[::2, ::2] == reading((0, 0, 1, 1)).image).all()


def test_the_panel_shows_the_masks_where_attention_is_on():
    frame = np.full((200, 300, 3), 255, np.uint8)
    drawn = overlay.draw(frame, [reading((50, 50, 60, 90))], attention=True, panel=True)
    top = 206 + overlay.PANEL_SIDE
    mask = drawn[top : top + overlay.PANEL_SIDE, 2 : 2 + overlay.PANEL_SIDE].astype(int)
    assert np.ptp(mask[:, :, 0]) > 100
    assert (mask[:, :, 0] >= mask[:, :, 2]).all()  # one colour, blue


def test_a_caption_without_a_free_corner_is_left_out():
    frame = np.full((100, 100, 3), 255, np.uint8)
    everywhere = [reading((0, 0, 100, 100))]
    assert (overlay.draw(frame, everywhere, caption="9") == overlay.draw(frame, everywhere)).all()


def test_a_number_s_outlines_are_joined_and_its_point_is_ringed():
    frame = np.full((200, 300, 3), 255, np.uint8)
    readings = [reading((50, 60, 40, 60)), reading((130, 60, 40, 60))]
    apart = overlay.draw(frame, readings)
    lines = [[Number([0, 1], "7.7", [(108, 112, 6, 6)])]]
    joined = overlay.draw(frame, readings, lines=lines)
    changed = (joined != apart).any(axis=2)
    assert changed[:70, 94:126].any(axis=0).all()
    assert changed[100:130, 94:126].any()
    assert not changed[112:118, 108:114].any(), "the point itself stays as it was"
