"""Augmentation: each image is drawn anew in every epoch, resampled once.

Chaining Keras' own random layers (rotation, zoom, shear, translation) resamples an image four
times and blurs it; a model trained on blurred digits is worse on sharp ones. Here all of them are
composed into one affine matrix.

The draws follow from seed and epoch alone: a resumed run has no state to restore. They are NumPy's,
made ahead of the training step and beside it, or JAX's, made within the step on the device.
"""

import dataclasses
import math
from typing import Any

import keras
import numpy as np
from keras import ops

from digitnet.recipe import Recipe
from digitnet.training.warp import warp

NUMBERS = 9  # drawn for an image: angle, shear, two zooms, two shifts, mirror, contrast, brightness
DRAWS = 10  # what they come to: eight numbers of the transform, contrast, brightness


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Turns, shears, stretches, shifts, mirrors and lights every image at random.

    A point of the output, measured from the image's centre, takes its value from the point of the
    input that one matrix gives, between pixels bilinearly and outside the image 0 (background):

    ```
    matrix = R(angle) @ [[1, shear], [0, 1]] @ diag(zoom_x, zoom_y)
    source = matrix @ (output - centre) + centre + shift
    value = (value - mean of image) * factor + mean of image + offset    # clipped to 0..255
    ```

    Each number is drawn uniformly for each image.

    Attributes:
        rotation_degrees: Angles lie in ±this.
        shear: Horizontal shear (slant), ± this many pixels per pixel of height.
        zoom: Both scales lie in 1 ± this, each drawn on its own.
        shift_pixels: Shifts lie in ±this, horizontally and vertically.
        horizontal_flip: Whether half of the images are mirrored. Mirrored digits are not digits:
            only the paper's protocol uses it.
        whole_pixels: Whether shifts are rounded to whole pixels.
        brightness: Offsets lie in ± this part of 255.
        contrast: Factors lie in 1 ± this.
    """

    rotation_degrees: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    shift_pixels: float = 0.0
    horizontal_flip: bool = False
    whole_pixels: bool = False
    brightness: float = 0.0
    contrast: float = 0.0

    @classmethod
    def of(cls, recipe: Recipe) -> "Augmentation":
        """What a `Recipe` asks for: its fields of the same names."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: getattr(recipe, name) for name in names})

    @property
    def moves(self) -> bool:
        """Whether images are warped, shifted or mirrored."""
        amounts = (self.rotation_degrees, self.shear, self.zoom, self.shift_pixels)
        return any(amounts) or self.horizontal_flip

    @property
    def lights(self) -> bool:
        """Whether brightness or contrast is changed."""
        return bool(self.brightness or self.contrast)

    def draw(self, rng: np.random.Generator, count: int, side: int = 28) -> np.ndarray:
        """Draws what is done to `count` square images of `side` pixels.

        Returns:
            float32 `(count, 10)`: the eight numbers a transform that
            `keras.ops.image.affine_transform` takes, the contrast's factor, and the brightness'
            offset in 0..255.
        """
        return self.composed(rng.uniform(-1, 1, (NUMBERS, count)).astype(np.float32), side)

    def composed(self, draws: Any, side: int = 28, numpy: Any = np) -> Any:
        """What numbers drawn for images come to.

        Args:
            draws: float32 `(9, B)`, uniform in -1..1.
            side: Pixels a side of an image.
            numpy: The module whose arrays these are: NumPy, or `jax.numpy`.

        Returns:
            float32 `(B, 10)`, as `draw` has it.
        """
        angle = draws[0] * (self.rotation_degrees * math.pi / 180)
        shear = draws[1] * self.shear
        zoom_x, zoom_y = 1 + draws[2] * self.zoom, 1 + draws[3] * self.zoom
        shift_x, shift_y = draws[4] * self.shift_pixels, draws[5] * self.shift_pixels
        if self.whole_pixels:
            shift_x, shift_y = numpy.rint(shift_x), numpy.rint(shift_y)
        if self.horizontal_flip:
            zoom_x = numpy.where(draws[6] < 0, -zoom_x, zoom_x)
        cosine, sine = numpy.cos(angle), numpy.sin(angle)
        a, b = cosine * zoom_x, (cosine * shear - sine) * zoom_y
        c, d = sine * zoom_x, (sine * shear + cosine) * zoom_y
        centre = (side - 1) / 2
        offset_x = centre + shift_x - (a + b) * centre
        offset_y = centre + shift_y - (c + d) * centre
        zero = numpy.zeros_like(a)
        factor, offset = 1 + draws[7] * self.contrast, draws[8] * (self.brightness * 255)
        columns = (a, b, offset_x, c, d, offset_y, zero, zero, factor, offset)
        return numpy.stack(columns, axis=1).astype(np.float32)

    def apply(self, images: Any, draws: Any) -> Any:
        """Does to images what was drawn for them.

        Args:
            images: uint8 `(B, H, W, C)`, an array or a tensor of the backend's.
            draws: float32 `(B, 10)`, as `draw` returns it.

        Returns:
            The backend's tensor, uint8 `(B, H, W, C)`, rounded: pictures like any other.
        """
        if not (self.moves or self.lights):
            return images
        if self.moves and keras.backend.backend() == "jax":
            pixels = warp(images, draws)
        elif self.moves:
            pixels = ops.image.affine_transform(
                ops.cast(images, "float32"),
                draws[:, :8],
                interpolation="bilinear",
                fill_mode="constant",
                data_format="channels_last",
            )
        else:
            pixels = ops.cast(images, "float32")
        if self.lights:
            mean = ops.mean(pixels, axis=(1, 2, 3), keepdims=True)
            factor, offset = draws[:, 8, None, None, None], draws[:, 9, None, None, None]
            pixels = (pixels - mean) * factor + mean + offset
        return ops.cast(ops.round(ops.clip(pixels, 0.0, 255.0)), "uint8")
