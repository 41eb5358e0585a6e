"""What was read, drawn on the frame: thin boxes, tags with digits and confidences, attention."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge_demo.reading.numbers import Number
from edge_demo.reading.readings import Reading
from edge_demo.showing.tags import FONT, MARGIN_PX, Box, Tag, line_width, place, tag_size
from edge_demo.showing.wash import draw_page_wash, draw_wash, mask_image

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
SURE_COLOUR = (50, 140, 30)  # BGR
UNSURE_COLOUR = (0, 120, 230)
SURE = 0.8  # the least confidence that is drawn as sure
GREY = (60, 60, 60)
PALE_BLUE = (245, 205, 160)
PANEL_SIDE = 56  # pixels of a normalised digit in the panel, twice its 28


def draw(
    frame: np.ndarray,
    readings: Sequence[Reading],
    attention: bool = False,
    panel: bool = False,
    caption: str = "",
    lines: Sequence[Sequence[Number]] = (),
    page_mask: np.ndarray | None = None,
) -> np.ndarray:
    """Returns a BGR copy of the frame with its readings drawn on it; ink is never covered.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        readings: Readings with boxes in pixels of the frame.
        attention: tint the paper around each digit's ink by its attention mask.
        panel: add a strip below the frame with the 28×28 images that the network saw, and with
            `attention` their masks.
        caption: text for a corner where nothing is written, such as the frame rate.
        lines: numbers among the readings: the outlines of one are joined, its points ringed.
        page_mask: float32 [h, w], as `page_mask.page_mask` has it: with `attention`, what lies
            around the digits is tinted by it.
    """
    picture = frame.copy() if frame.ndim == 3 else cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)
    height, width = picture.shape[:2]
    size = max(0.45, (height * width) ** 0.5 / 1100)
    texts = [(f"{r.digit}: {100 * r.confidence:.0f}%", str(r.digit)) for r in readings]
    tags, caption_tag = place(picture, [reading.box for reading in readings], texts, size, caption)
    if attention:
        if page_mask is not None:
            draw_page_wash(picture, page_mask, readings)
        for reading in readings:
            draw_wash(picture, reading)
    for reading, tag in zip(readings, tags, strict=True):
        colour = SURE_COLOUR if reading.confidence >= SURE else UNSURE_COLOUR
        _draw_outline(picture, reading.box, colour, max(1, round(size)))
        _draw_tag(picture, tag, colour)
    for number in (number for line in lines for number in line):
        _draw_number(picture, [readings[place].box for place in number.places], number.points)
    if caption_tag:
        _draw_tag(picture, caption_tag, GREY)
    return np.vstack([picture, _panel(readings, width, attention)]) if panel else picture


def _draw_outline(
    picture: np.ndarray,
    box: Box,
    colour: Colour,
    thickness: int,
) -> None:
    """Draws a thin frame around a digit's box, as far from its ink as the picture's edge allows."""
    x, y, width, height = box
    start = max(0, x - MARGIN_PX), max(0, y - MARGIN_PX)
    end = (
        min(picture.shape[1] - 1, x + width - 1 + MARGIN_PX),
        min(picture.shape[0] - 1, y + height - 1 + MARGIN_PX),
    )
    cv2.rectangle(picture, start, end, colour, thickness)


def _draw_number(picture: np.ndarray, boxes: Sequence[Box], points: Sequence[Box]) -> None:
    """Joins the outlines of a number's digits above the paper between them; rings its points."""
    height, width = picture.shape[:2]
    thickness = max(1, round(max(0.45, (height * width) ** 0.5 / 1100)))
    for left, right in zip(boxes, boxes[1:], strict=False):
        if abs(left[0] - right[0]) >= abs(left[1] - right[1]):  # else the page lies on its side
            first, last = (left, right) if left[0] <= right[0] else (right, left)
            start, end = first[0] + first[2] + MARGIN_PX, last[0] - MARGIN_PX
            if start < end:
                y = max(0, max(left[1], right[1]) - MARGIN_PX)
                cv2.line(picture, (start, y), (end, y), SURE_COLOUR, thickness)
    for x, y, box_width, box_height in points:
        centre = x + box_width // 2, y + box_height // 2
        radius = max(box_width, box_height) // 2 + 1 + MARGIN_PX
        cv2.circle(picture, centre, radius, SURE_COLOUR, thickness, cv2.LINE_AA)


def _draw_tag(picture: np.ndarray, tag: Tag, colour: Colour) -> None:
    width, height = tag_size(tag.text, tag.scale)
    end = tag.left + width - 1, tag.top + height - 1
    cv2.rectangle(picture, (tag.left, tag.top), end, colour, cv2.FILLED)
    origin = tag.left + 2, tag.top + height - 3
    thickness = line_width(tag.scale)
    cv2.putText(picture, tag.text, origin, FONT, tag.scale, WHITE, thickness, cv2.LINE_AA)


def _panel(readings: Sequence[Reading], width: int, attention: bool) -> np.ndarray:
    """Returns a strip uint8 [height, width, 3] with the images that the network saw.

    Below each stand, with `attention`, its mask, light where the gate is open, and the digit with
    its confidence.
    """
    rows = 2 if attention and any(reading.attention is not None for reading in readings) else 1
    strip = np.full((rows * (PANEL_SIDE + 4) + 20, width, 3), 40, np.uint8)
    for index, reading in enumerate(readings[: width // (PANEL_SIDE + 4)]):
        x = 2 + index * (PANEL_SIDE + 4)
        image = cv2.resize(reading.image, (PANEL_SIDE,) * 2, interpolation=cv2.INTER_NEAREST)
        strip[2 : 2 + PANEL_SIDE, x : x + PANEL_SIDE] = image[:, :, None]
        if rows == 2 and reading.attention is not None:
            mask = cv2.resize(mask_image(reading.attention), (PANEL_SIDE,) * 2)[:, :, None]
            tint = 40 + mask * (np.array(PALE_BLUE) - 40)
            strip[6 + PANEL_SIDE : 6 + 2 * PANEL_SIDE, x : x + PANEL_SIDE] = tint.astype(np.uint8)
        text = f"{reading.digit} {100 * reading.confidence:.0f}%"
        bottom = len(strip) - 6
        cv2.putText(strip, text, (x, bottom), FONT, 0.42, WHITE, 1, cv2.LINE_AA)
    return strip
