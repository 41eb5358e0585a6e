"""The overlay keeps the frame's size, draws inside it and leaves the original alone."""

import numpy as np
import pytest

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


def test_attention_colours_the_digit():
    frame = np.full((200, 200, 3), 255, np.uint8)
    with_mask = overlay.draw(frame, [reading((50, 50, 60, 90))])
    without = overlay.draw(frame, [reading((50, 50, 60, 90))], attention=False)
    assert (with_mask[60:130, 55:105] != without[60:130, 55:105]).any()


def test_a_model_without_attention_is_drawn():
    frame = np.full((200, 200), 255, np.uint8)
    assert overlay.draw(frame, [reading((50, 50, 60, 90), False)]).shape == (200, 200, 3)


def test_the_panel_shows_what_the_model_saw():
    frame = np.full((200, 300, 3), 255, np.uint8)
    drawn = overlay.draw(frame, [reading((50, 50, 60, 90))], panel=True)
    assert drawn.shape == (200 + overlay.PANEL_SIDE + 24, 300, 3)
    panel = drawn[202 : 202 + overlay.PANEL_SIDE, 2 : 2 + overlay.PANEL_SIDE, 0]
    assert (panel[::2, ::2] == reading((0, 0, 1, 1)).image).all()
