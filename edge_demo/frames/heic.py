"""HEIC, the format of telephones, where pillow-heif (the extra `heic`) is installed."""

import importlib.util
import io

import numpy as np

SUFFIXES = frozenset((".heic", ".heif"))


def is_readable() -> bool:
    """Whether HEIC can be read here."""
    return importlib.util.find_spec("pillow_heif") is not None


def size_of(content: bytes) -> tuple[int, int]:
    """Returns (width, height) without decoding, or (0, 0) where the file is damaged."""
    import pillow_heif

    try:
        return pillow_heif.open_heif(io.BytesIO(content)).size
    except (OSError, ValueError, EOFError, RuntimeError, SyntaxError):
        return 0, 0


def decode(content: bytes) -> np.ndarray | None:
    """Decodes the primary image, upright: libheif turns it as the file says, whose EXIF is stale.

    Returns:
        uint8 [H, W, 3] BGR or [H, W, 4] BGR and alpha, or None where the file is damaged.
    """
    import pillow_heif

    try:
        image = pillow_heif.open_heif(io.BytesIO(content), bgr_mode=True)
        pixels = np.array(image)
    except (OSError, ValueError, EOFError, RuntimeError, SyntaxError):
        return None
    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
