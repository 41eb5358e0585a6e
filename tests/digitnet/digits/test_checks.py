"""Digits in the ranges, polarities and shapes that people bring: converted or refused, and told."""

import numpy as np
import pytest

from digitnet.digits import datasets
from digitnet.digits.checks import check_digits, check_part
from digitnet.errors import UserError
from tests.digitnet.conftest import drawn_digits

X, Y = drawn_digits(40)


def one_hot(labels, dtype=np.float32):
    return np.eye(10, dtype=dtype)[labels]


def refused(words, images=X, labels=Y, *test):
    with pytest.raises(UserError, match=words) as caught:
        check_digits("mine", images, labels, *(test or ([], [])))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (X / 255, "0..1"),
        ((X / 255).astype(np.float32), "0..1"),
        (X / 127.5 - 1, "-1..1"),
        (1 - X / 255, "0..1, brought to 0..255; black on white, inverted"),
        (255 - X, "black on white, inverted"),
        ((X / 255).tolist(), "0..1"),
    ],
)
def test_other_ranges_and_polarities_become_the_same_digits_and_are_told(given, told, capsys):
    (images, labels, *_), done = check_digits("mine", given, Y, [], [])
    np.testing.assert_array_equal(images, X)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(labels, Y)
    error = capsys.readouterr().err
    assert "mine: the images are" in error
    assert told in error
    assert "; ".join(done.values()) in error


@pytest.mark.parametrize("levels", [15, 16])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_four_bits_are_stretched_to_bytes(levels, dtype):
    images, _ = check_part("mine", "test", np.rint(X / 255 * levels).astype(dtype), Y)
    assert images.max() == 255
    assert np.abs(images.astype(int) - X).max() <= 255 / levels / 2 + 1


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64])
def test_ones_and_zeros_are_ink_and_background(dtype):
    images, _ = check_part("mine", "test", (X > 127).astype(dtype), Y)
    np.testing.assert_array_equal(images, np.where(X > 127, 255, 0))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("highest", [200, 240, 255])
def test_bytes_are_kept_without_a_word_whatever_their_highest_is(dtype, highest, capsys):
    given = (X * (highest / 255)).astype(np.uint8)
    images, _ = check_part("mine", "test", given.astype(dtype), Y)
    np.testing.assert_array_equal(images, given)
    assert capsys.readouterr().err == ""


def test_faint_bytes_are_kept_and_told(capsys):
    images, _ = check_part("mine", "test", (X * 0.6).astype(np.uint8), Y)
    assert images.max() == 153
    assert "reach to 153 only" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((X - 33.3) / 78.6, "not standardised"),
        (X / 65025, "divided twice"),
        (X.astype(int) * 257, "from 0 to 6.554e[+]04"),
        (X / 3, "from 0 to 85"),
        (np.where(X == 255, np.nan, X), "the train images hold NaN"),
        (np.where(X == 255, np.inf, X), "the train images hold NaN or infinite"),
        (X[:, :8, :8], r"shape \(40, 8, 8, 1\) .* into 20×20 pixels with a margin of 4"),
        (X[:, 4:24, 4:24], r"numpy.pad\(x, \(\(0, 0\), \(4, 4\), \(4, 4\)\)\)"),
        (np.pad(X[..., 0], ((0, 0), (2, 2), (2, 2))), r"x\[:, 2:-2, 2:-2\]"),
        (np.repeat(X, 3, axis=3), "in colour"),
        (X[0], r"one image, give x\[None\]"),
        (X[..., 0].transpose(1, 2, 0), "moveaxis"),
        ([[1, 2], [3]], "cannot be made an array"),
        (np.full((40, 28, 28), "a"), "dtype <U1"),
        (7, "shape"),
    ],
)
def test_images_that_are_none_are_refused_with_what_to_do(given, words):
    refused(words, given)


@pytest.mark.parametrize("shape", [(40, 28, 28), (40, 1, 28, 28), (40, 784)])
def test_axes_that_leave_no_doubt_are_taken(shape):
    np.testing.assert_array_equal(check_part("mine", "test", X.reshape(shape), Y)[0], X)


@pytest.mark.parametrize(
    "given",
    [
        Y.tolist(),
        Y.astype(np.float32),
        Y[:, None],
        one_hot(Y),
        one_hot(Y, bool),
        Y.astype(str),
        Y.astype(str).astype(object),
        [b"%d" % label for label in Y],
    ],
    ids=["list", "floats", "column", "one-hot", "one-hot bool", "texts", "objects", "bytes"],
)
def test_labels_in_other_clothes_are_taken(given):
    labels = check_part("mine", "test", X, given)[1]
    np.testing.assert_array_equal(labels, Y)
    assert labels.dtype == np.int64


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Y + 1, "from 1 to 10; .*10 stands for 0"),
        (Y - 1, "from -1 to 8"),
        (Y + 0.5, "hold 0.5"),
        (np.where(Y == 3, np.nan, Y), "hold nan"),
        (Y[:-1], "40 train images but 39 labels"),
        (one_hot(Y) * 0.9, "not one 1 among 10"),
        (one_hot(Y)[:, :9], "not one 1 among 10"),
        (["seven"] * 40, "hold 'seven'"),
        (Y > 4, "one integer 0..9 an image"),
        (3, "one integer 0..9 an image"),
    ],
)
def test_labels_that_are_none_are_refused(given, words):
    refused(words, X, given)


def test_both_parts_are_converted_by_one_decision():
    # A test image of four bits that holds no 16, and one whose border is full of ink.
    sixteenths = np.rint(X / 255 * 16)
    faint = np.minimum(sixteenths[:1], 12)
    inked = np.full((1, 28, 28, 1), 16.0)
    (_, _, x_test, _), _ = check_digits("mine", sixteenths, Y, np.vstack([faint, inked]), [1, 2])
    assert x_test[0].max() == round(12 / 16 * 255)
    assert x_test[1].min() == 255


def test_a_part_alone_is_converted_as_it_was_beside_the_other():
    for given in (X / 255, X / 127.5 - 1, 255 - X, np.rint(X / 15.9375)):
        together = check_digits("mine", given, Y, given[:20], Y[:20])[0][2]
        np.testing.assert_array_equal(check_part("mine", "test", given[:20], Y[:20])[0], together)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (X / 255, "train images from 0 to 255 and the test images from 0 to 1"),
        (X / 127.5 - 1, "reach from -1 to 255"),
        (255 - X, r"light border: 0 of 40 train, 40 of 40 test"),
    ],
)
def test_parts_that_differ_are_refused(test, words):
    refused(words, X, Y, test, Y)


def test_a_mixture_of_polarities_is_told_and_kept(capsys):
    given = np.where(np.arange(40)[:, None, None, None] % 2, 255 - X, X)
    np.testing.assert_array_equal(check_part("mine", "test", given, Y)[0], given)
    assert "20 of 40 images are black on white" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        X[:1],
        np.pad(X[3:5, 10:13], ((0, 0), (0, 25), (0, 0), (0, 0))),  # thin, and up to the edge
        np.clip(X.astype(int) + 150, 0, 255).astype(np.uint8),  # a raised background, ink lighter
        np.zeros((3, 28, 28, 1), np.uint8)[:0],
    ],
    ids=["one image", "thin", "raised background", "none"],
)
def test_no_false_alarm(given, capsys):
    np.testing.assert_array_equal(check_part("mine", "test", given, Y[: len(given)])[0], given)
    assert capsys.readouterr().err == ""


def test_black_images_are_told(capsys):
    assert check_part("mine", "test", np.zeros((3, 28, 28)), [1, 2, 3])[0].max() == 0
    assert "no ink" in capsys.readouterr().err


def test_arrays_are_divided_as_a_file_is_and_say_what_was_done(tmp_path):
    np.savez(
        tmp_path / "d.npz", x_train=X / 255, y_train=one_hot(Y), x_test=X[:7] / 255, y_test=Y[:7]
    )
    file = datasets.load(str(tmp_path / "d.npz"), validation_count=6)
    arrays = datasets.from_arrays(
        (X / 255).tolist(), Y.tolist(), X[:7, ..., 0] / 255, Y[:7], validation_count=6
    )
    for name in ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(arrays, name), getattr(file, name))
    assert arrays.origin["converted"] == file.origin["converted"]
    assert len(arrays.origin["sha256"]) == 64


def test_arrays_need_no_test_part_but_both_halves_of_it():
    assert len(datasets.from_arrays(X, Y).x_test) == 0
    with pytest.raises(UserError, match="give both or neither"):
        datasets.from_arrays(X, Y, X)
    with pytest.raises(UserError, match="no training images"):
        datasets.from_arrays([], [])
