"""The affine warp of `keras.ops.image.affine_transform` for JAX, with one look-up a pixel."""

from typing import Any


def warp(images: Any, transforms: Any) -> Any:
    """Resamples images bilinearly; what lies outside is 0.

    Keras looks each of a pixel's four neighbours up on its own, which is most of what an
    augmented step costs on a CPU. Here the four bytes lie side by side in one number.

    Args:
        images: uint8 `(B, H, W, C)`.
        transforms: float32 `(B, 8)`, as `keras.ops.image.affine_transform` takes them, without
            perspective: the last two are not read.

    Returns:
        float32 `(B, H, W, C)`, 0..255, not rounded.
    """
    import jax.numpy as jnp

    count, height, width, channels = images.shape
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))).astype(jnp.uint32)
    # Four bytes of a number, from the lowest: above left, above right, below left, below right.
    packed = padded[:, :-1, :-1] | (padded[:, :-1, 1:] << 8)
    packed |= (padded[:, 1:, :-1] << 16) | (padded[:, 1:, 1:] << 24)  # B, H + 1, W + 1, C
    y, x = jnp.arange(height)[:, None], jnp.arange(width)
    a, b, c, d, e, f = (transforms[:, place, None, None] for place in range(6))
    source_x, source_y = a * x + b * y + c, d * x + e * y + f
    left, above = jnp.floor(source_x), jnp.floor(source_y)
    column = jnp.clip(left + 1, 0, width).astype(jnp.int32)
    row = jnp.clip(above + 1, 0, height).astype(jnp.int32)
    image = jnp.arange(count, dtype=jnp.int32)[:, None, None]
    place = (image * (height + 1) + row) * (width + 1) + column
    found = jnp.take(packed.reshape(-1, channels), place, axis=0, mode="clip")  # B, H, W, C
    inside = (source_x > -1) & (source_x < width) & (source_y > -1) & (source_y < height)
    found = jnp.where(inside[..., None], found, 0)
    one, two, three, four = ((found >> bit & 255).astype(jnp.float32) for bit in (0, 8, 16, 24))
    right, below = (source_x - left)[..., None], (source_y - above)[..., None]
    upper, lower = one + (two - one) * right, three + (four - three) * right
    return upper + (lower - upper) * below
