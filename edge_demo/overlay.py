"""What was read, drawn on the frame: boxes, digits, confidences, attention, and what the model saw."""

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
BOX_COLOUR = (60, 180, 30)  # BGR
UNSURE_COLOUR = (0, 140, 255)
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
        x, y, box_width, box_height = reading.box
        colour = BOX_COLOUR if reading.confidence >= 0.8 else UNSURE_COLOUR
        right, bottom = min(x + box_width, width - 1), min(y + box_height, height - 1)
        cv2.rectangle(picture, (x, y), (right, bottom), colour, max(1, round(1.5 * size)))
        # Two lines of text no wider than most digits, so that labels of neighbours stay apart.
        _label(picture, f"{reading.digit}", (x, y), (x, bottom), colour, 1.3 * size)
        percent = f"{100 * reading.confidence:.0f}%"
        _label(picture, percent, (x, bottom), (x, y), colour, 0.6 * size, below=True)
    if caption:
        _label(picture, caption, (4, height - 4), (4, height - 4), (60, 60, 60), 0.8 * size)
    return np.vstack([picture, _panel(readings, width)]) if panel else picture


def _label(picture, text, anchor, other, colour, size, below=False):
    """Writes text on a coloured ground above (or below) an anchor, wholly inside the picture."""
    thickness = max(1, round(1.6 * size))
    (text_width, text_height), baseline = cv2.getTextSize(text, FONT, size, thickness)
    ground_height = text_height + baseline + 2
    height, width = picture.shape[:2]
    x = int(np.clip(anchor[0], 0, max(0, width - text_width - 4)))
    top = anchor[1] if below else anchor[1] - ground_height
    if top < 0 or top + ground_height > height:  # no room there: on the other side of the box
        top = other[1] - ground_height if below else other[1]
    top = int(np.clip(top, 0, max(0, height - ground_height)))
    cv2.rectangle(picture, (x, top), (x + text_width + 3, top + ground_height), colour, cv2.FILLED)
    origin = (x + 2, top + text_height + 1)
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
