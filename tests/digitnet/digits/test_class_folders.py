"""Folders of pictures become digits; bad ones end with a sentence."""

import errno
import json
import os
import struct

import numpy as np
import pytest

from digitnet import evaluate, train
from digitnet.digits import class_folders, datasets, mixing, photographs
from digitnet.digits.held_out import choose_test
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.strokes import render, write
from digitnet.errors import UserError
from tests.digitnet.digits.test_datasets import write_idx

cv2 = pytest.importorskip("cv2", reason="pictures are read with OpenCV")


def ink_of(digit, side=90, seed=0):
    """A drawn digit with a margin, float32 [side, side], 1 = ink."""
    rng = np.random.default_rng([seed, digit])
    shape, hand = choose_allograph(digit, rng)
    return render(write(shape, 1, rng, side, hand), side)[0]


def photograph(digits=(3,), light_on_dark=False, side=90):
    """uint8 grey picture of digits in a row on paper with uneven light."""
    row = np.hstack([ink_of(digit, side, seed) for seed, digit in enumerate(digits)])
    ink = np.pad(row, side // 2)
    height, width = ink.shape
    light = 1 - 0.25 * np.linspace(0, 1, width)[None] * np.ones((height, 1))
    picture = 210 * light * (1 - 0.75 * ink)
    return (255 - picture if light_on_dark else picture).astype(np.uint8)


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
    return path


@pytest.fixture
def folder(tmp_path):
    """Two classes of six photographs each."""
    for digit in (0, 1):
        for number in range(6):
            picture = photograph((digit,), light_on_dark=number % 2 == 0)
            save(tmp_path / "mine" / str(digit) / f"{number}.png", picture)
    return tmp_path / "mine"


def test_class_folders_give_labelled_digits_and_a_sixth_of_each_for_the_test(folder):
    digits = datasets.load(str(folder), validation_count=0)
    assert digits.x_train.shape == (10, 28, 28, 1)
    assert digits.x_train.dtype == np.uint8
    assert sorted(digits.y_train) == [0] * 5 + [1] * 5
    assert sorted(digits.y_test) == [0, 1]
    assert digits.origin["digits"] == {"0": 6, "1": 6}


def test_split_and_order_are_the_same_every_time(folder):
    first, second = (datasets.load(str(folder)) for _ in range(2))
    assert first.origin == second.origin
    assert np.array_equal(first.x_train, second.x_train)
    assert np.array_equal(first.x_test, second.x_test)


def test_absent_digits_are_named(folder, capsys):
    datasets.load(str(folder))
    assert "has no folder for: 2, 3, 4, 5, 6, 7, 8, 9" in capsys.readouterr().err


def test_how_many_digits_each_picture_gave_is_told(folder, capsys):
    save(folder / "1" / "row.png", photograph((1, 1, 1)))
    save(folder / "2" / "sheet.png", photograph((2, 2)))
    datasets.load(str(folder))
    told = capsys.readouterr().err
    assert f"{folder / '0'}: 6 digits in 6 pictures, 1 in each\n" in told
    assert f"{folder / '1'}: 9 digits in 7 pictures, 1 in each but 3 in row.png\n" in told
    assert f"{folder / '2'}: 2 digits in sheet.png\n" in told


def test_a_class_folder_that_may_not_be_entered_is_named(folder, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("1"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    fails_with(folder, "The folder .*1 cannot be read: Permission denied")


def test_train_and_test_folders_are_kept_apart(tmp_path):
    save(tmp_path / "train" / "4" / "a.png", photograph((4, 4, 4)))
    save(tmp_path / "test" / "7" / "a.png", photograph((7,)))
    digits = datasets.load(str(tmp_path))
    assert list(digits.y_train) == [4, 4, 4]
    assert list(digits.y_test) == [7]
    assert digits.origin["train"]["pictures"] == 1


def test_evaluation_needs_the_test_folder_only(tmp_path):
    save(tmp_path / "test" / "7" / "a.png", photograph((7,)))
    assert list(datasets.load(str(tmp_path), needs_training=False).y_test) == [7]
    with pytest.raises(UserError, match="has no folder train/ beside test/"):
        datasets.load(str(tmp_path))


def test_train_without_test_is_refused(tmp_path):
    save(tmp_path / "train" / "7" / "a.png", photograph((7,)))
    with pytest.raises(UserError, match="has no folder test/ beside train/"):
        datasets.load(str(tmp_path))


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_either_polarity_becomes_ink_on_a_black_background(tmp_path, light_on_dark):
    (image,) = photographs.read_digits(
        save(tmp_path / "a.png", photograph(light_on_dark=light_on_dark))
    )
    frame = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert frame.max() == 0
    assert image.max() == 255
    assert 0.05 < (image > 127).mean() < 0.4


def test_a_row_of_digits_gives_one_image_each(tmp_path):
    path = save(tmp_path / "a.jpg", photograph((2, 3, 6, 8)))
    assert len(photographs.read_digits(path)) == 4


def test_specks_beside_the_writing_are_left_out(tmp_path):
    picture = photograph((2, 3))
    picture[15:28, 15:28] = 40
    assert len(photographs.read_digits(save(tmp_path / "a.png", picture))) == 2


def test_what_leaves_the_picture_is_left_out(tmp_path):
    picture = photograph((2, 3))
    picture[:, 6:14] = 30  # the edge of a table, taller than the digits
    assert len(photographs.read_digits(save(tmp_path / "a.png", picture))) == 2


@pytest.mark.parametrize("digit", range(10))
def test_a_picture_in_mnist_s_manner_stays_nearly_what_it_is(tmp_path, digit):
    from edge_demo.reading.normalize import normalize

    original = normalize(ink_of(digit, 80) * 255)
    (image,) = photographs.read_digits(save(tmp_path / "a.png", original))
    assert np.abs(image[..., 0].astype(int) - original).mean() < 6


def test_a_crop_without_a_margin_is_read(tmp_path):
    ink = ink_of(8, 60)
    rows, columns = np.nonzero(ink > 0.3)
    tight = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    (image,) = photographs.read_digits(save(tmp_path / "a.png", (255 * (1 - tight)).astype("u1")))
    assert 15 <= np.ptp(np.nonzero(image[..., 0] > 127)[0]) + 1 <= 20


def test_sixteen_bits_and_transparency_are_read_as_the_demo_reads_them(tmp_path):
    picture = photograph()
    plain = photographs.read_digits(save(tmp_path / "a.png", picture))
    deep = photographs.read_digits(save(tmp_path / "b.png", picture.astype(np.uint16) * 257))
    assert np.abs(plain.astype(int) - deep).max() <= 2
    see_through = np.zeros((*picture.shape, 4), np.uint8)
    see_through[..., 3] = 255 - picture
    assert len(photographs.read_digits(save(tmp_path / "c.png", see_through))) == 1


def test_exif_orientation_is_applied(tmp_path):
    turned = save(tmp_path / "a.jpg", np.ascontiguousarray(np.rot90(photograph((7,)))))
    tag = struct.pack(">HHIHHI", 0x0112, 3, 1, 6, 0, 0)  # orientation 6: turn to the right
    body = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + tag
    jpeg = turned.read_bytes()
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    turned.write_bytes(jpeg[:2] + segment + jpeg[2:])
    upright = photographs.read_digits(save(tmp_path / "b.jpg", photograph((7,))))
    given = photographs.read_digits(turned).astype(int)[0]
    # A pixel more of the box moves the image by half of one of its own: 10 levels on average.
    assert np.abs(given - upright[0]).mean() < 15
    assert all(np.abs(given - np.rot90(upright[0], side)).mean() > 25 for side in (1, 2, 3))


def fails_with(folder, words):
    with pytest.raises(UserError, match=words) as caught:
        datasets.load(str(folder))
    assert "\n" not in str(caught.value)


def test_an_empty_folder_is_refused(tmp_path):
    fails_with(tmp_path, "neither IDX files .* nor class folders")


def test_pictures_without_class_folders_are_refused(tmp_path):
    save(tmp_path / "a.png", photograph())
    fails_with(tmp_path, "neither IDX files .* nor class folders")


def test_a_class_folder_that_is_no_digit_is_named(folder):
    save(folder / "seven" / "a.png", photograph((7,)))
    fails_with(folder, "seven is no class folder")


def test_a_class_folder_without_pictures_is_named(folder):
    (folder / "5").mkdir()
    (folder / "5" / "notes.txt").write_text("none yet")
    fails_with(folder, "no picture in the folder .*5")


def test_an_unreadable_picture_is_named(folder):
    (folder / "1" / "x.jpg").write_bytes(b"\xff\xd8 cut short")
    fails_with(folder, r"x\.jpg cannot be decoded")


def test_a_format_that_opencv_does_not_read_is_named_with_what_converts_it(folder):
    (folder / "1" / "IMG_1.HEIC").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    fails_with(folder, r"IMG_1\.HEIC.*heif-convert")


def test_pictures_without_a_digit_are_counted_and_named(folder):
    save(folder / "1" / "blank.png", np.full((200, 300), 220, np.uint8))
    fails_with(folder, r"no digit was found in 1 of 13 pictures: .*blank\.png")


def test_opencv_missing_is_a_sentence(folder, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cv2", None)
    fails_with(folder, r"needs OpenCV: pip install 'digitnet\[edge\]'")


def test_hidden_files_and_folders_are_passed_over(folder):
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "__MACOSX").mkdir()
    (folder / "0" / "._0.png").write_bytes(b"what macOS leaves")
    assert len(datasets.load(str(folder)).y_test) == 2


def test_a_folder_of_idx_files_stays_one_whatever_lies_beside_them(tmp_path):
    for split in ("train", "t10k"):
        images = np.zeros((4, 28, 28, 1), np.uint8)
        write_idx(tmp_path, images, np.arange(4), split)
    (tmp_path / "0").mkdir()
    assert datasets.load(str(tmp_path)).origin["kind"] == "idx"
    assert not class_folders.is_class_folders(tmp_path)


@pytest.mark.parametrize(
    ("count", "held_out"),
    [(1, 0), (2, 1), (6, 1), (12, 2), (60, 10)],
)
def test_a_sixth_of_each_digit_is_held_out(count, held_out):
    labels = np.repeat([2, 9], count)
    is_test = choose_test(labels, np.random.default_rng(0))
    assert [is_test[labels == digit].sum() for digit in (2, 9)] == [held_out, held_out]


def test_mixing_repeats_own_digits_and_leaves_the_test_alone(folder):
    own, other = datasets.load(str(folder)), datasets.load("optdigits", validation_count=0)
    mixed = mixing.mix(own, other)
    own_count = len(mixed.y_train) - len(other.y_train)
    assert own_count % len(own.y_train) == 0
    assert 0.2 <= own_count / len(mixed.y_train) < 0.21
    assert mixed.x_test is own.x_test
    assert mixed.name == str(folder)
    assert mixed.origin["mixed_with"]["own_repeats"] == own_count / len(own.y_train)


def test_mixing_does_not_repeat_digits_that_are_many(folder):
    few, many = datasets.load(str(folder)), datasets.load("optdigits")
    assert mixing.mix(many, few).origin["mixed_with"]["own_repeats"] == 1


@pytest.mark.slow
def test_one_s_own_digits_are_trained_on_and_evaluated(folder, tmp_path, capsys):
    options = ["--dataset", str(folder), "--epochs", "1"]
    run = ["--run-dir", str(tmp_path / "run")]
    assert train.main([*options, *run]) == 2
    assert "give a smaller --batch-size" in capsys.readouterr().err
    assert train.main([*options, *run, "--batch-size", "4"]) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["test_count"] == 2
    model = str(tmp_path / "run" / "model.keras")
    capsys.readouterr()
    assert evaluate.main([model, "--dataset", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == metrics["test_accuracy"]


@pytest.mark.slow
def test_mixed_training_is_recorded(folder, tmp_path):
    options = ["--dataset", str(folder), "--mix-with", "optdigits", "--limit", "200"]
    assert train.main([*options, "--epochs", "1", "--run-dir", str(tmp_path / "run")]) == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["dataset_source"]["mixed_with"]["dataset"] == "optdigits"
