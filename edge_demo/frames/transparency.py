"""A picture with transparency on a paper that shows its ink."""

import struct

import cv2
import numpy as np

from edge_demo.frames import headers

PAPER_SHARE = 0.5  # of a picture: opaque beyond it, what is opaque holds paper and not ink alone
OWN_CONTRAST = 64  # grey levels between the dark and the light of such a page
SAMPLE_PIXELS = 1_000_000  # that are looked at of a larger picture


def may_be_transparent(content: bytes) -> bool:
    """Whether a picture file has an alpha channel or a transparent colour."""
    kind = headers.format_of(content)
    if kind == "PNG":
        # Colour types 4 and 6 have alpha (PNG 1.2, table 11.1).
        return content[25:26] in (b"\x04", b"\x06") or _transparent_colour(content) is not None
    if kind == "WebP":
        return content[12:16] in (b"VP8X", b"VP8L")
    if kind == "TIFF":
        try:
            tags = headers.tiff_tags(content)
        except struct.error:
            return False
        return headers.EXTRA_SAMPLES in tags and tags[headers.SAMPLES_PER_PIXEL][0] == 4
    if kind == "JPEG 2000":
        return headers.jpeg_2000_components(content) == 4
    return kind == "GIF"


def on_paper(image: np.ndarray, content: bytes) -> np.ndarray:
    """Lays a decoded picture on paper.

    Args:
        image: uint8 or uint16, [H, W] grey, [H, W, 3] BGR or [H, W, 4] BGR and alpha, as
            `cv2.imdecode` gives it unchanged.
        content: the file, in which a grey PNG names its transparent grey.

    Returns:
        uint8 [H, W, 3], BGR.
    """
    alpha = _alpha_of_grey(image, content)
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif image.shape[2] == 4:
        alpha, image = image[:, :, 3], np.ascontiguousarray(image[:, :, :3])
    if alpha is None or alpha.min() == 255:
        return image
    paper = paper_shade(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), alpha)
    alpha = alpha.astype(np.uint16)
    # A channel at a time, in 16 bits: a large picture takes enough memory as it is.
    for channel in range(3):
        laid = image[:, :, channel] * alpha + paper * (255 - alpha) + 127
        image[:, :, channel] = laid // 255
    return image


def paper_shade(gray: np.ndarray, alpha: np.ndarray) -> int:
    """Returns the grey, 0..255, on which what is opaque can be read.

    Ink on nothing gets white or black, whichever is farther from it. A page with a few holes or
    round corners, which holds paper and ink of its own, gets its own paper: no edge is seen there.

    Args:
        gray: uint8 [H, W]. alpha: uint8 [H, W], 255 = opaque.
    """
    step = max(1, round((gray.size / SAMPLE_PIXELS) ** 0.5))
    gray, alpha = gray[::step, ::step], alpha[::step, ::step]
    opaque = gray[alpha > 127]
    if opaque.size > PAPER_SHARE * gray.size:
        dark, paper, light = np.percentile(opaque, (1, 50, 99))
        if light - dark > OWN_CONTRAST:
            return int(paper)
    total = float(alpha.sum(dtype=np.float64))
    mean = float((gray * alpha.astype(np.float64)).sum()) / total if total else 0.0
    return 255 if mean <= 127.5 else 0


def _alpha_of_grey(image: np.ndarray, content: bytes) -> np.ndarray | None:
    """A grey PNG's alpha from the one grey that is transparent in it; OpenCV leaves it out."""
    if image.ndim != 2 or headers.format_of(content) != "PNG":
        return None
    colour = _transparent_colour(content)
    if colour is None or len(colour) < 2:
        return None
    depth = content[24]
    grey = int.from_bytes(colour[:2], "big")
    if depth < 8:  # which OpenCV spreads over 0..255
        grey = grey * 255 // (2**depth - 1)
    return np.where(image == grey, 0, 255).astype(np.uint8)


def _transparent_colour(content: bytes) -> bytes | None:
    return dict(headers.png_chunks(content)).get(b"tRNS")
