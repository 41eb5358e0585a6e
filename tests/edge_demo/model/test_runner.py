"""Inputs of every kind take the same pixels; what is no image of 28×28 is said to be none."""

import numpy as np
import pytest

from edge_demo.model.runner import Runner, UnfitInput, pixel_table, shape_of_one


def detail(dtype, scale=0.0, zero_point=0):
    return {"dtype": dtype, "quantization": (scale, zero_point)}


@pytest.mark.parametrize(
    ("shape", "one"),
    [
        ((1, 28, 28, 1), (1, 28, 28, 1)),
        ((1, 28, 28), (1, 28, 28)),
        ((28, 28), (28, 28)),
        ((1, 1, 28, 28), (1, 1, 28, 28)),
        ((1, 784), (1, 784)),
        ((32, 28, 28, 1), (1, 28, 28, 1)),
        ((28, 28, 28), (1, 28, 28)),
        ((1, 28, 28, 3), None),
        ((1, 32, 32, 1), None),
        ((), None),
    ],
)
def test_axes_of_1_and_the_batch_do_not_matter(shape, one):
    assert shape_of_one(shape) == one


def test_pixels_go_through_the_scale_of_the_file():
    for scale in (0.0, 1.0, 1 / 255):
        assert (pixel_table(detail(np.uint8, scale)) == np.arange(256)).all()
    table = pixel_table(detail(np.uint8, 2.0, 10))
    assert table.dtype == np.uint8
    assert (table[0], table[100]) == (10, 60)


def test_int8_takes_pixels_and_fractions_alike():
    for scale in (1.0, 1 / 255):
        table = pixel_table(detail(np.int8, scale, -128))
        assert table.dtype == np.int8
        assert (table == np.arange(-128, 128)).all()


def test_float32_takes_fractions():
    table = pixel_table(detail(np.float32))
    assert table.dtype == np.float32
    assert (table[0], table[255]) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (detail(np.int8, 2 / 255, -1), "pixels scaled to -1.00 to 1.00"),
        (detail(np.int8), "int8 without a scale"),
        (detail(np.int32), "int32"),
        (detail(np.float16), "float16"),
    ],
)
def test_pixels_that_nothing_certain_is_known_of_are_refused(kind, sentence):
    with pytest.raises(UnfitInput, match=sentence):
        pixel_table(kind)


class FakeInterpreter:
    """Gives ten sums of the image's parts, for a batch that may be fixed."""

    def __init__(self, batch, fixed):
        self.fixed, self.shape = fixed, (batch, 28, 28, 1)
        self.images = np.zeros(self.shape, np.uint8)

    def resize_tensor_input(self, _, shape):
        self.shape = tuple(shape)
        self.images = np.zeros(shape, np.uint8)

    def allocate_tensors(self):
        if self.fixed and self.shape[0] != self.fixed:
            raise RuntimeError("RESHAPE: num_input_elements != num_output_elements")

    def get_input_details(self):
        return [{"index": 0, "shape": np.array(self.shape), **detail(np.uint8)}]

    def get_output_details(self):
        return [{"index": 1, "shape": np.array([self.shape[0], 10]), **detail(np.float32)}]

    def set_tensor(self, _, images):
        assert images.shape == self.shape
        self.images = images

    def invoke(self):
        pass

    def get_tensor(self, _):
        return self.images.reshape(len(self.images), -1)[:, :10].astype(np.float32)


@pytest.mark.parametrize("fixed", [0, 32], ids=["batch that can be 1", "batch that a layer holds"])
def test_a_batch_of_32_reads_one_image(fixed):
    opened = []

    def open_interpreter():
        opened.append(FakeInterpreter(32, fixed))
        return opened[-1]

    runner = Runner(open_interpreter)
    image = np.arange(784).reshape(28, 28).astype(np.uint8)
    runner.run(image)
    np.testing.assert_array_equal(runner.values(runner.outputs[0]), [np.arange(10)])
    assert opened[-1].shape[0] == (fixed or 1)
