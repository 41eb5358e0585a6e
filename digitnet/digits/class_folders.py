"""One's own digits: a folder with one sub-folder of pictures for each digit.

mine/0/a.jpg  mine/0/b.jpg  mine/1/…          a sixth of each digit is held out for the test
mine/train/0/a.jpg  …  mine/test/0/b.jpg      or the two parts as the user made them
"""

import collections
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from digitnet.digits import idx, photographs
from digitnet.digits.checks import Arrays
from digitnet.digits.held_out import SPLIT_SEED, choose_test
from digitnet.errors import UserError
from edge_demo.contract import IMAGE_SHAPE, LABELS

PARTS = ("train", "test")
MOST_NAMED = 3  # files that an error names
MOST_COUNTED = 12  # pictures of one folder that are named with a number of digits of their own

LAYOUT = (
    "digits of one's own lie in one folder per class, named 0 to 9, or in such folders below "
    "train/ and test/"
)


def is_class_folders(folder: pathlib.Path) -> bool:
    """Whether a folder is meant as one of pictures: it has sub-folders, and no IDX file."""
    return not idx.has_files(folder) and bool(_folders(folder))


def read_folder(folder: pathlib.Path, needs_training: bool) -> tuple[Arrays, dict[str, Any]]:
    """Reads every picture below a folder of class folders.

    Without `train` and `test` folders a sixth of each digit is the test part, drawn by a fixed
    seed: at least one image where there are two. A photograph of several digits falls into both
    parts. How many digits were found in each folder's pictures is told on stderr.

    Args:
        folder: Has the class folders, or `train` and `test` with class folders in them.
        needs_training: Whether `train` has to be there, where `test` is.

    Returns:
        `((x_train, y_train, x_test, y_test), origin)`: uint8 `(N, 28, 28, 1)`, int64 `(N,)`.

    Raises:
        UserError: If folders are missing or are no digits, or a picture cannot be read or shows
            no digit.
    """
    photographs.require_opencv()
    parts = [folder / part for part in PARTS if (folder / part).is_dir()]
    origin: dict[str, Any]
    rng = np.random.default_rng(SPLIT_SEED)
    if not parts:
        images, labels, record = _read_classes(folder)
        is_test = choose_test(labels, rng)
        halves = [(images[~is_test], labels[~is_test]), (images[is_test], labels[is_test])]
        split = f"a sixth of each digit, seed {SPLIT_SEED}"
        origin = {"kind": "pictures", "split": split, **record}
    else:
        missing = [part for part in PARTS if not (folder / part).is_dir()]
        if "test" in missing or (missing and needs_training):
            raise UserError(
                f"{folder} has no folder {missing[0]}/ beside {parts[0].name}/; give both, or "
                "neither and a sixth of each digit is held out."
            )
        _refuse_others(folder, PARTS)
        halves, origin = [], {"kind": "pictures", "split": "train/ and test/"}
        for part in PARTS:
            if (folder / part).is_dir():
                images, labels, origin[part] = _read_classes(folder / part)
            else:
                images, labels = np.empty((0, *IMAGE_SHAPE), np.uint8), np.empty(0, np.int64)
            halves.append((images, labels))
    shuffled = []
    for images, labels in halves:
        order = rng.permutation(len(labels))  # so that --limit keeps some of every digit
        shuffled += [images[order], labels[order]]
    x_train, y_train, x_test, y_test = shuffled
    return (x_train, y_train, x_test, y_test), origin


def _read_classes(folder: pathlib.Path) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Returns (images, labels, record) of the folders 0 to 9 below a folder."""
    _refuse_others(folder, LABELS)
    classes = [name for name in LABELS if (folder / name).is_dir()]
    if not classes:
        raise UserError(f"{folder} has no class folders; {LAYOUT}.")
    if len(classes) < len(LABELS):
        absent = ", ".join(name for name in LABELS if name not in classes)
        print(f"NOTE: {folder} has no folder for: {absent}.", file=sys.stderr, flush=True)
    pictures = [(path, int(name)) for name in classes for path in _pictures(folder / name)]
    found_in: dict[pathlib.Path, int] = {}
    images, labels, failures = [], [], []
    for path, label in tqdm(pictures, desc=f"reading {folder}", unit=" pictures", leave=False):
        try:
            found = photographs.read_digits(path)
        except UserError as error:
            failures.append(str(error))
            continue
        found_in[path] = len(found)
        images.append(found)
        labels += [label] * len(found)
    if failures:
        others = f" ({len(failures) - 1} more are as bad)" if len(failures) > 1 else ""
        raise UserError(f"{failures[0].rstrip('.')}{others}; mend it or take it out of {folder}.")
    empty = [str(path) for path, count in found_in.items() if not count]
    if empty:
        named = ", ".join(empty[:MOST_NAMED]) + (", …" if len(empty) > MOST_NAMED else "")
        raise UserError(
            f"no digit was found in {len(empty)} of {len(pictures)} pictures: {named}; crop them "
            "closer, or take them out."
        )
    for name in classes:
        counts = {path: n for path, n in found_in.items() if (folder / name) in path.parents}
        print(f"{folder / name}: {_told(counts)}", file=sys.stderr, flush=True)
    all_images, all_labels = np.concatenate(images), np.array(labels, np.int64)
    record = {
        "pictures": len(pictures),
        "digits": {name: int((all_labels == int(name)).sum()) for name in classes},
        "sha256": idx.sha256(all_images.tobytes() + all_labels.tobytes()),
    }
    return all_images, all_labels, record


def _told(counts: dict[pathlib.Path, int]) -> str:
    """How many digits were found in each picture of a folder, so that a wrong number shows.

    Example:

    >>> _told({pathlib.Path("a.jpg"): 1, pathlib.Path("b.jpg"): 1, pathlib.Path("c.jpg"): 7})
    '9 digits in 3 pictures, 1 in each but 7 in c.jpg'
    """
    total, pictures = sum(counts.values()), len(counts)
    if pictures == 1:
        return f"{total} digit{'s' * (total != 1)} in {next(iter(counts)).name}"
    ((usual, _),) = collections.Counter(counts.values()).most_common(1)
    others = [f"{count} in {path.name}" for path, count in counts.items() if count != usual]
    told = f"{total} digits in {pictures} pictures, {usual} in each"
    if others:
        told += " but " + ", ".join(others[:MOST_COUNTED])
    return told + (f" and {len(others) - MOST_COUNTED} more" if others[MOST_COUNTED:] else "")


def _pictures(folder: pathlib.Path) -> list[pathlib.Path]:
    """The picture files below one class folder, sorted; what is no picture is passed over.

    A format that is one, but not for OpenCV, is refused: whoever took the photographs meant it.
    """
    from edge_demo.frames.foreign import foreign_kind, foreign_sentence
    from edge_demo.frames.pictures import find_pictures

    paths, others, errors = find_pictures(folder)
    if errors:
        raise errors[0]
    for path in others:
        if kind := foreign_kind(path):
            raise UserError(foreign_sentence(str(path), kind))
    if not paths:
        raise UserError(f"There is no picture in the folder {folder}.")
    return paths


def _folders(folder: pathlib.Path) -> list[str]:
    """Names of the visible folders in a folder, sorted."""
    names = [path.name for path in folder.iterdir() if path.is_dir()]
    return sorted(name for name in names if not name.startswith((".", "__")))


def _refuse_others(folder: pathlib.Path, known: Sequence[str]) -> None:
    others = [name for name in _folders(folder) if name not in known]
    if others:
        raise UserError(f"{folder / others[0]} is no class folder: {LAYOUT}.")
