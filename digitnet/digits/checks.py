"""One check for every way in: arrays, from wherever, become digits as the contract has them.

.npz, IDX, CSV, Parquet and arrays given from Python all pass here, in training, evaluation and
export alike. MNIST through TFDS does not: it is what the contract was taken from.
"""

from typing import Any

import numpy as np

from digitnet.digits.pixels import to_ink
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SHAPE, IMAGE_SIDE_PX, LABELS, NUM_CLASSES

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # x_train, y_train, x_test, y_test

SIDE = IMAGE_SIDE_PX


def check_digits(
    name: str, x_train: Any, y_train: Any, x_test: Any, y_test: Any
) -> tuple[Arrays, dict[str, str]]:
    """Brings both parts of a set to the contract, by one decision on range and polarity.

    Args:
        name: Of the set, for sentences.
        x_train, x_test: Numbers, arrays or lists of them: `(N, 28, 28)`, `(N, 28, 28, 1)`,
            `(N, 1, 28, 28)` or `(N, 784)`, in a range and polarity that `digitnet.digits.pixels`
            knows. Either may be empty.
        y_train, y_test: The digits 0..9: integers, floats without a fraction, texts, or one-hot
            `(N, 10)`.

    Returns:
        `(x_train, y_train, x_test, y_test)`: uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink,
        and int64 `(N,)`; and what was done to the pixels, for the record. That is said on
        stderr, too.

    Raises:
        UserError: If they are no such digits: one sentence that says what to do.
    """
    given = {"train": (x_train, y_train), "test": (x_test, y_test)}
    images = {part: _shaped(name, part, pair[0]) for part, pair in given.items()}
    labels = {part: _labels(name, part, pair[1], len(images[part])) for part, pair in given.items()}
    images, done = to_ink(name, images)
    return (images["train"], labels["train"], images["test"], labels["test"]), done


def check_part(name: str, part: str, images: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Brings a set of one part to the contract, as `check_digits` does with two.

    Args:
        name, part: Of the set and its part (`train`, `test`), for sentences.
        images, labels: As `check_digits` takes them.

    Returns:
        uint8 `(N, 28, 28, 1)`, 0 = background, 255 = ink, and int64 `(N,)`.
    """
    shaped = _shaped(name, part, images)
    checked = _labels(name, part, labels, len(shaped))
    return to_ink(name, {part: shaped})[0][part], checked


def _array(name: str, what: str, values: Any) -> np.ndarray:
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:  # lists of unequal lengths, tensors
        raise UserError(
            f"{name}: the {what} cannot be made an array ({error}); give a NumPy array."
        ) from error


def _shaped(name: str, part: str, images: Any) -> np.ndarray:
    """Images as numbers `(N, 28, 28, 1)`, values untouched."""
    array = _array(name, f"{part} images", images)
    if array.dtype.kind not in "biuf":
        raise UserError(
            f"{name}: the {part} images have dtype {array.dtype}; digitnet needs numbers, uint8 "
            "with 0 = background and 255 = ink."
        )
    if array.size == 0 and len(array.shape) and array.shape[0] == 0:
        return np.empty((0, *IMAGE_SHAPE), np.uint8)
    if array.shape[1:] in ((SIDE, SIDE), IMAGE_SHAPE, (1, SIDE, SIDE), (SIDE * SIDE,)):
        return array.reshape(-1, *IMAGE_SHAPE)
    raise UserError(
        f"{name}: the {part} images have shape {array.shape} where digitnet needs "
        f"(N, {SIDE}, {SIDE}) or (N, {SIDE}, {SIDE}, 1): {_advice(array.shape)}."
    )


def _advice(shape: tuple[int, ...]) -> str:
    """What to do about images of another shape, as the end of a sentence."""
    if shape in ((SIDE, SIDE), IMAGE_SHAPE):
        return "this is one image, give x[None]"
    if shape[:2] == (SIDE, SIDE):
        return "the images lie along the last axis, give numpy.moveaxis(x, -1, 0)"
    if shape[1:3] == (SIDE, SIDE) and shape[3:] in ((3,), (4,)):
        return "they are in colour, give x[..., :3].mean(axis=-1)"
    if len(shape) >= 3 and shape[1] == shape[2] == 20:
        return "add MNIST's margin with numpy.pad(x, ((0, 0), (4, 4), (4, 4)))"
    if len(shape) >= 3 and shape[1] == shape[2] == 32:
        return "cut MNIST's padding off with x[:, 2:-2, 2:-2] or, where there is none, scale them"
    return (
        "scale each digit into 20×20 pixels with a margin of 4, as MNIST's are; "
        "pictures of any size are read from a folder with a folder of pictures for each digit"
    )


def _labels(name: str, part: str, labels: Any, count: int) -> np.ndarray:
    """Labels as int64 `(N,)`, one for each image."""
    array = _array(name, f"{part} labels", labels)
    if array.dtype.kind in "OUS":
        array = _from_texts(name, part, array)
    if array.size == 0 and count == 0:
        return np.empty(0, np.int64)
    if array.dtype.kind == "b" and array.ndim == 2:  # one-hot, as comparisons make it
        array = array.astype(np.uint8)
    if array.dtype.kind not in "iuf" or array.ndim not in (1, 2):
        raise UserError(
            f"{name}: the {part} labels have shape {array.shape} and dtype {array.dtype}; "
            "digitnet needs one integer 0..9 an image."
        )
    if len(array) != count:
        raise UserError(f"{name}: {count} {part} images but {len(array)} labels.")
    if array.ndim == 2 and array.shape[1] != 1:
        array = _from_one_hot(name, part, array)
    array = array.reshape(-1)
    integers = np.isfinite(array) & (array == np.rint(array))
    if not integers.all():
        raise UserError(
            f"{name}: the {part} labels hold {array[~integers][0]:g}; they must be whole numbers, "
            "the digits 0..9."
        )
    if array.min() < 0 or array.max() >= NUM_CLASSES:
        hint = " (where 10 stands for 0, give y % 10)" if array.max() == NUM_CLASSES else ""
        raise UserError(
            f"{name}: the {part} labels run from {array.min():g} to {array.max():g}; they must be "
            f"the digits 0..9{hint}."
        )
    return array.astype(np.int64)


def _from_texts(name: str, part: str, array: np.ndarray) -> np.ndarray:
    """Digits that are written as texts, as OpenML's MNIST has them."""
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in array.ravel()]
    others = [text for text in texts if text not in LABELS]
    if others:
        raise UserError(
            f"{name}: the {part} labels hold {others[0]!r}; they must be the digits 0..9."
        )
    return np.array(texts, dtype=np.int64).reshape(array.shape)


def _from_one_hot(name: str, part: str, array: np.ndarray) -> np.ndarray:
    if array.shape[1] == NUM_CLASSES and (np.sort(array, axis=1) == np.eye(NUM_CLASSES)[-1]).all():
        return array.argmax(axis=1)
    raise UserError(
        f"{name}: the {part} labels have shape {array.shape}, and not one 1 among {NUM_CLASSES} "
        "numbers in each row; digitnet needs one integer 0..9 an image."
    )
