"""What was read, drawn on the frame: boxes, digits, confidences and attention."""

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
BOX_COLOUR = (60, 180, 30)  # BGR
UNSURE_COLOUR = (0, 140, 255)
GREY = (60, 60, 60)
PANEL_SIDE = 56  # pixels of a normalised digit in the panel, twice its 28


def draw(frame, readings, attention=True, panel=False, caption=""):
    """Returns a BGR copy of the frame with its readings drawn on it.

    Args:
        frame: uint8 [height, width, 3] BGR or [height, width] grey.
        readings: Readings with boxes in pixels of the frame.
        attention: lay the attention mask over each digit as a heat map.
        panel: add a strip below the frame with the 28×28 images that the network saw.
        caption: text for the lower left corner, such as the frame rate.
    """
    picture = frame.copy() if frame.ndim == 3 else cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)
    height, width = picture.shape[:2]
    size = max(0.5, min(height, width) / 900)
    if attention:
        for reading in readings:
            _draw_attention(picture, reading)
    for reading in readings:
        _draw_reading(picture, reading, size)
    if caption:
        _label(picture, caption, 4, height - _label_size(caption, 0.8 * size)[1], GREY, 0.8 * size)
    return np.vstack([picture, _panel(readings, width)]) if panel else picture


def _draw_reading(picture, reading, size):
    """Draws the box, the digit above it and its confidence below, each where there is room."""
    height, width = picture.shape[:2]
    x, y, box_width, box_height = reading.box
    colour = BOX_COLOUR if reading.confidence >= 0.8 else UNSURE_COLOUR
    right, bottom = min(x + box_width, width - 1), min(y + box_height, height - 1)
    cv2.rectangle(picture, (x, y), (right, bottom), colour, max(1, round(1.5 * size)))
    # Two labels no wider than most digits, so that those of neighbours stay apart.
    digit, percent = str(reading.digit), f"{100 * reading.confidence:.0f}%"
    digit_height = _label_size(digit, 1.3 * size)[1]
    percent_height = _label_size(percent, 0.6 * size)[1]
    digit_top, percent_top = y - digit_height, bottom
    if digit_top < 0:
        digit_top, percent_top = bottom, bottom + digit_height
    elif percent_top + percent_height > height:
        percent_top = digit_top - percent_height
    _label(picture, digit, x, digit_top, colour, 1.3 * size)
    _label(picture, percent, x, percent_top, colour, 0.6 * size)


def _label_size(text, size):
    """Returns (width, height) in pixels of a label's coloured ground."""
    (width, height), baseline = cv2.getTextSize(text, FONT, size, max(1, round(1.6 * size)))
    return width + 4, height + baseline + 2


def _label(picture, text, x, top, colour, size):
    """Writes text on a coloured ground, moved inwards where it would leave the picture."""
    width, height = _label_size(text, size)
    x = max(0, min(x, picture.shape[1] - width))
    top = max(0, min(top, picture.shape[0] - height))
    cv2.rectangle(picture, (x, top), (x + width - 1, top + height - 1), colour, cv2.FILLED)
    thickness = max(1, round(1.6 * size))
    baseline = cv2.getTextSize(text, FONT, size, thickness)[1]
    origin = (x + 2, top + height - baseline - 1)
    cv2.putText(picture, text, origin, FONT, size, (255, 255, 255), thickness, cv2.LINE_AA)


def _draw_attention(picture, reading):
    """Blends the mask over the digit's box; the mask covers the 28×28 image, margin included."""
    if reading.attention is None or not reading.image.any():
        return
    x, y, width, height = reading.box
    region = picture[y : y + height, x : x + width]
    if region.size == 0:
        return
    mask = cv2.resize(reading.attention, (28, 28), interpolation=cv2.INTER_LINEAR)
    left, top, inner_width, inner_height = cv2.boundingRect((reading.image > 0).astype(np.uint8))
    mask = mask[top : top + inner_height, left : left + inner_width]
    lowest, highest = float(mask.min()), float(mask.max())
    mask = (mask - lowest) / max(highest - lowest, 1e-6)
    mask = cv2.resize(mask, region.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    heat = cv2.applyColorMap(np.round(255 * mask).astype(np.uint8), cv2.COLORMAP_JET)
    region[:] = cv2.addWeighted(region, 0.65, heat, 0.35, 0)


def _panel(readings, width):
    """Returns a strip uint8 [PANEL_SIDE + 24, width, 3] with the images that the network saw."""
    strip = np.full((PANEL_SIDE + 24, width, 3), 40, np.uint8)
    for index, reading in enumerate(readings[: width // (PANEL_SIDE + 4)]):
        x = 2 + index * (PANEL_SIDE + 4)
        image = cv2.resize(reading.image, (PANEL_SIDE,) * 2, interpolation=cv2.INTER_NEAREST)
        strip[2 : 2 + PANEL_SIDE, x : x + PANEL_SIDE] = image[:, :, None]
        text = f"{reading.digit} {100 * reading.confidence:.0f}%"
        cv2.putText(strip, text, (x, PANEL_SIDE + 18), FONT, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
    return strip
