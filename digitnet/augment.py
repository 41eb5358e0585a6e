"""Augmentation as Keras layers, one resampling per image.

Chaining Keras' own random layers (rotation, zoom, shear, translation) resamples an image four
times and blurs it; a model trained on blurred digits is worse on sharp ones. Here all of them are
composed into one affine matrix. Light changes no place and has a layer of its own.
"""

import math

import keras
from keras import ops


class _Random(keras.layers.Layer):
    """A layer whose draws are saved with its weights, which Keras does not do of its own accord."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def compute_output_shape(self, input_shape):
        return input_shape

    def save_own_variables(self, store):
        store["draws"] = ops.convert_to_numpy(self.seed_generator.state)

    def load_own_variables(self, store):
        self.seed_generator.state.assign(store["draws"])


@keras.saving.register_keras_serializable(package="digitnet")
class RandomAffine(_Random):
    """Turns, shears, stretches, shifts and mirrors every image at random; in training only.

    A point of the output, measured from the image's centre, takes its value from the point of the
    input that one matrix gives, between pixels bilinearly and outside the image 0 (background):

    ```
    matrix = R(angle) @ [[1, shear], [0, 1]] @ diag(zoom_x, zoom_y)
    source = matrix @ (output - centre) + centre + shift
    ```

    Each number is drawn uniformly for each image.

    Args:
        rotation_degrees: Angles lie in ±this.
        shear: Horizontal shear (slant), ± this many pixels per pixel of height.
        zoom: Both scales lie in 1 ± this, each drawn on its own.
        shift_pixels: Shifts lie in ±this, horizontally and vertically.
        horizontal_flip: Whether half of the images are mirrored. Mirrored digits are not digits:
            only the paper's protocol uses it.
        whole_pixels: Whether shifts are rounded to whole pixels.
        seed: Seeds the draws. Their state is a variable of the layer, saved with the weights, so
            that a resumed run goes on with the draws that an unbroken one would have made.

    Call arguments:
        images: uint8, 0..255.
        training: Outside training the images pass unchanged.

    Input shape:
        `(B, H, W, C)`, uint8.

    Output shape:
        The input's, uint8, rounded: a picture like any other.
    """

    def __init__(
        self,
        rotation_degrees=0.0,
        shear=0.0,
        zoom=0.0,
        shift_pixels=0.0,
        horizontal_flip=False,
        whole_pixels=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.rotation_degrees = rotation_degrees
        self.shear = shear
        self.zoom = zoom
        self.shift_pixels = shift_pixels
        self.horizontal_flip = horizontal_flip
        self.whole_pixels = whole_pixels

    def call(self, images, training=False):
        if not training:
            return images
        height, width = images.shape[1:3]
        transforms = self._transforms(ops.shape(images)[0], height, width)
        warped = ops.image.affine_transform(
            ops.cast(images, "float32"),
            transforms,
            interpolation="bilinear",
            fill_mode="constant",
            data_format="channels_last",
        )
        return _as_picture(warped)

    def get_config(self):
        return {
            **super().get_config(),
            "rotation_degrees": self.rotation_degrees,
            "shear": self.shear,
            "zoom": self.zoom,
            "shift_pixels": self.shift_pixels,
            "horizontal_flip": self.horizontal_flip,
            "whole_pixels": self.whole_pixels,
            "seed": self.seed,
        }

    def _transforms(self, batch_size, height, width):
        """The eight numbers a transform that `keras.ops.image.affine_transform` takes: (B, 8)."""
        draws = keras.random.uniform((batch_size, 7), -1.0, 1.0, seed=self.seed_generator)
        angle = draws[:, 0] * (self.rotation_degrees * math.pi / 180)
        shear = draws[:, 1] * self.shear
        zoom_x = 1 + draws[:, 2] * self.zoom
        zoom_y = 1 + draws[:, 3] * self.zoom
        shift_x, shift_y = draws[:, 4] * self.shift_pixels, draws[:, 5] * self.shift_pixels
        if self.whole_pixels:
            shift_x, shift_y = ops.round(shift_x), ops.round(shift_y)
        if self.horizontal_flip:
            zoom_x = zoom_x * ops.sign(draws[:, 6])
        cosine, sine = ops.cos(angle), ops.sin(angle)
        a, b = cosine * zoom_x, (cosine * shear - sine) * zoom_y
        c, d = sine * zoom_x, (sine * shear + cosine) * zoom_y
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        offset_x = centre_x + shift_x - a * centre_x - b * centre_y
        offset_y = centre_y + shift_y - c * centre_x - d * centre_y
        zero = ops.zeros_like(a)
        return ops.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1)


@keras.saving.register_keras_serializable(package="digitnet")
class RandomLight(_Random):
    """Changes contrast and brightness of every image at random; in training only.

    ```
    output = (image - mean of image) * factor + mean of image + offset    # clipped to 0..255
    ```

    Args:
        brightness: Offsets lie in ± this part of 255.
        contrast: Factors lie in 1 ± this.
        seed: Seeds the draws, whose state is saved with the weights.

    Call arguments:
        images: uint8, 0..255.
        training: Outside training the images pass unchanged.

    Input shape:
        `(B, H, W, C)`, uint8.

    Output shape:
        The input's, uint8, rounded.
    """

    def __init__(self, brightness=0.0, contrast=0.0, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.brightness = brightness
        self.contrast = contrast

    def call(self, images, training=False):
        if not training:
            return images
        shape = (2, ops.shape(images)[0], 1, 1, 1)
        draws = keras.random.uniform(shape, -1.0, 1.0, seed=self.seed_generator)
        offset, factor = draws[0] * (self.brightness * 255.0), 1 + draws[1] * self.contrast
        pixels = ops.cast(images, "float32")
        mean = ops.mean(pixels, axis=(1, 2, 3), keepdims=True)
        return _as_picture((pixels - mean) * factor + mean + offset)

    def get_config(self):
        return {
            **super().get_config(),
            "brightness": self.brightness,
            "contrast": self.contrast,
            "seed": self.seed,
        }


def _as_picture(pixels):
    return ops.cast(ops.round(ops.clip(pixels, 0.0, 255.0)), "uint8")
