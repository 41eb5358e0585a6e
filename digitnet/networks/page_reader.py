"""The network that finds digits on a page: fully convolutional, with attention on its skips."""

import keras
from keras import layers

from digitnet.attention import AttentionGate
from digitnet.networks.enlarge import Enlarge
from edge_demo.contract import BOXES, DIGITS, MASKS, NUM_CLASSES, PAGE_CANVAS, PRESENCE

LAST = "channels_last"  # whatever ~/.keras/keras.json says
# A digit is seldom there: a network that starts by saying so does not spend its first steps on it.
RARE_BIAS = -4.0
GATES = ("deep", "own", "none")


def page_reader(
    name: str = "page_reader",
    gates: str = "deep",
    shape: tuple[int | None, int | None, int | None] = (None, None, None),
    dtype: str = "uint8",
    masks: bool = False,
) -> keras.Model:
    """A network of strides 4, 8, 16 and back to 4, with a gate on each of the two skips.

    Args:
        name: Of the model.
        gates: `deep`, masks that the deeper, coarser map decides on beside the skip's own; `own`,
            the paper's, from the skip alone; or `none`.
        shape: Batch, height and width of the input, the sides multiples of 16; `None` leaves one
            open.
        dtype: Of the input; 0..255 either way.
        masks: Whether what the gates let through is an output, too.

    Returns:
        A functional model from a canvas of levels `(B, H, W, 3)`, as `edge_demo.reading.levels`
        makes them, to a dict of float32 maps `(B, H / 4, W / 4, C)`: `presence` (C = 1), `digits`
        (10) and `boxes` (4), and with `masks` those (2) of the gates on strides 4 and 8; all of
        which `edge_demo.contract` describes.

    Raises:
        ValueError: On unknown gates, and where masks are wished of a network without gates.
    """
    if gates not in GATES:
        raise ValueError(f"`gates` must be one of {', '.join(GATES)}. Received: gates={gates!r}")
    if masks and gates == "none":
        raise ValueError("`masks` needs gates. Received: masks=True, gates='none'")
    batch, *sides = shape
    page = keras.Input((*sides, PAGE_CANVAS[2]), batch, dtype=dtype, name="page")
    x = layers.Rescaling(1 / 32, offset=-4.0, name="rescaling")(page)
    x = _convolution(x, 8, strides=2, name="stem")
    x = _convolution(x, 16, strides=2, name="down4")
    fine = _residual(x, name="block4")
    x = _convolution(fine, 32, strides=2, name="down8")
    x = _residual(x, name="block8")
    middle = _residual(x, name="block8b")
    x = _convolution(middle, 48, strides=2, name="down16")
    x = _residual(x, name="block16a")
    coarse = _residual(x, name="block16b")
    x, mask8 = _merged(coarse, middle, 32, gates, "8")
    x = _convolution(x, 32, name="mix8")
    x = _residual(x, name="block8c")
    x, mask4 = _merged(x, fine, 24, gates, "4")
    x = _convolution(x, 24, name="mix4")
    outputs = {
        PRESENCE: layers.Conv2D(
            1,
            1,
            data_format=LAST,
            name=PRESENCE,
            bias_initializer=keras.initializers.Constant(RARE_BIAS),
        )(x),
        DIGITS: layers.Conv2D(NUM_CLASSES, 1, data_format=LAST, name=DIGITS)(x),
        BOXES: layers.Conv2D(4, 1, data_format=LAST, name=BOXES)(x),
    }
    if masks:
        coarser = Enlarge(2, name="enlarge_mask")(mask8)
        outputs[MASKS] = layers.Concatenate(axis=-1, name=MASKS)([mask4, coarser])
    return keras.Model(page, outputs, name=name)


def _merged(
    deep: keras.KerasTensor, skip: keras.KerasTensor, filters: int, gates: str, name: str
) -> tuple[keras.KerasTensor, keras.KerasTensor | None]:
    """A coarse map, enlarged, and what a gate lets through of the finer one; the gate's mask."""
    deep = _convolution(deep, filters, 1, name=f"narrow{name}")
    mask = None
    if gates != "none":
        gate = AttentionGate(data_format=LAST, name=f"gate{name}")
        gating = {"gating": deep} if gates == "deep" else {}
        skip, mask = gate(skip, return_attention=True, **gating)
    skip = _convolution(skip, filters, 1, name=f"skip{name}")
    return layers.Add(name=f"merge{name}")([Enlarge(2, name=f"enlarge{name}")(deep), skip]), mask


def _convolution(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int = 3,
    *,
    name: str,
    strides: int = 1,
    relu: bool = True,
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        data_format=LAST,
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    x = layers.BatchNormalization(momentum=0.97, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def _residual(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Two convolutions beside the map itself; `grown.LAST_NORM` names the second one's norm."""
    filters = x.shape[-1]
    y = _convolution(x, filters, name=f"{name}_1")
    y = _convolution(y, filters, name=f"{name}_2", relu=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_sum")([x, y]))
