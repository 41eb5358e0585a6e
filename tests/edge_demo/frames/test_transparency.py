"""Ink on a transparent ground is seen in either polarity, and a page keeps its own paper."""

import struct

import cv2
import numpy as np
import pytest

from edge_demo.frames.pictures import decode_picture
from edge_demo.reading.reader import read_digits
from tests.edge_demo.frames import building


def ink(shade, page, alpha_of_ink=255):
    """The page's writing alone, in one shade, on nothing."""
    alpha = 255 - cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
    paper = int(np.median(alpha))
    alpha = np.clip((alpha.astype(int) - paper - 20) * 3, 0, alpha_of_ink).astype(np.uint8)
    colour = np.full((*alpha.shape, 3), shade, np.uint8)
    return np.dstack([colour, alpha])


WRITERS = {
    "PNG": lambda image: building.encode(".png", image),
    "PNG, 16 bits": lambda image: building.encode(".png", image.astype(np.uint16) * 257),
    "WebP": lambda image: building.encode(".webp", image, cv2.IMWRITE_WEBP_QUALITY, 101),
    "WebP, lossy": lambda image: building.encode(".webp", image, cv2.IMWRITE_WEBP_QUALITY, 90),
    "TIFF": lambda image: building.tiff(image, t338=2),
    "JPEG 2000": lambda image: building.encode(".jp2", image),
}


@pytest.mark.parametrize("shade", [0, 255], ids=["black", "white"])
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_ink_on_nothing_is_read_in_either_polarity(classifier, network, page, write, shade):
    frame = decode_picture(write(ink(shade, page)), "a")
    assert [one.digit for one in read_digits(frame, classifier, network)] == list(page.digits)


@pytest.mark.parametrize("shade", [40, 230])
def test_faint_grey_ink_on_nothing_is_read(classifier, network, page, shade):
    frame = decode_picture(building.encode(".png", ink(shade, page, alpha_of_ink=110)), "a")
    assert [one.digit for one in read_digits(frame, classifier, network)] == list(page.digits)


@pytest.mark.parametrize("invert", [False, True], ids=["dark ink", "light ink"])
def test_an_opaque_picture_keeps_its_colours(page, invert):
    frame = 255 - page.image if invert else page.image
    opaque = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(decode_picture(building.encode(".png", opaque), "a"), frame)


@pytest.mark.parametrize("invert", [False, True], ids=["dark ink", "light ink"])
def test_a_page_with_round_corners_is_laid_on_its_own_paper(page, invert):
    frame = 255 - page.image if invert else page.image
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.circle(mask, (frame.shape[1] // 2, frame.shape[0] // 2), 385, 255, -1)
    shown = decode_picture(building.encode(".png", np.dstack([frame, mask])), "a")
    assert mask[0, 0] == 0
    assert abs(int(shown[0, 0, 0]) - float(np.median(frame))) < 30


def test_an_empty_picture_is_blank_paper():
    shown = decode_picture(building.encode(".png", np.zeros((20, 30, 4), np.uint8)), "a")
    assert shown.shape == (20, 30, 3) and (shown == 255).all()


def trns(*values, form="B"):
    return building.png_chunk(b"tRNS", struct.pack(f">{len(values)}{form}", *values))


def palette(*shades):
    return building.png_chunk(b"PLTE", bytes(shade for shade in shades for _ in range(3)))


# One row of two pixels, nothing and ink, and what is seen of them. The transparent colour is far
# from or near to that of the ink; the chunk in front of it is longer than a header.
TEXT = building.png_chunk(b"tEXt", b"Comment\x00" + b"a" * 5000)
ONE_COLOUR = {
    "palette, white ink": ((b"\x00\x01",), 2, 8, 3, palette(250, 255), TEXT, trns(0)),
    "palette, black ink": ((b"\x00\x01",), 2, 8, 3, palette(5, 0), TEXT, trns(0)),
    "grey, white ink": ((b"\xfa\xff",), 2, 8, 0, TEXT, trns(250, form="H")),
    "grey, black ink": ((b"\x05\x00",), 2, 8, 0, TEXT, trns(5, form="H")),
    "grey, 16 bits": ((b"\xff\xfe\xff\xff",), 2, 16, 0, TEXT, trns(65534, form="H")),
    "grey, 1 bit": ((b"\x40",), 2, 1, 0, TEXT, trns(0, form="H")),
    "colour": ((b"\xfa\xfa\xfa\xff\xff\xff",), 2, 8, 2, TEXT, trns(250, 250, 250, form="H")),
}


@pytest.mark.parametrize("arguments", ONE_COLOUR.values(), ids=ONE_COLOUR)
def test_a_transparent_colour_of_a_png_is_seen_through(arguments):
    nothing, written = decode_picture(building.png_of_rows(*arguments), "a")[0, :, 0].astype(int)
    assert abs(nothing - written) > 200
