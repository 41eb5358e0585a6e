"""CSV and Parquet files as people have MNIST in them; bad ones end with a sentence."""

import gzip
import sys

import numpy as np
import pytest

from digitnet.digits import datasets
from digitnet.errors import UserError
from tests.digitnet.conftest import drawn_digits

X, Y = drawn_digits(60)
NAMES = ["label", *(f"pixel{place}" for place in range(784))]


def csv_text(images=X, labels=Y, names=NAMES, end="\n"):
    rows = np.column_stack([labels, images.reshape(-1, 784)])
    lines = [",".join(names)] if names else []
    return end.join([*lines, *(",".join(map(str, row)) for row in rows)]) + end


def assert_whole_and_divided(digits):
    """All images are there, a sixth of each digit is held out, and labels are their images'."""
    assert sorted(digits.y_test) == sorted(range(10))
    images = np.concatenate([digits.x_train, digits.x_validation, digits.x_test])
    labels = np.concatenate([digits.y_train, digits.y_validation, digits.y_test])
    given = {image.tobytes(): label for image, label in zip(X, Y, strict=True)}
    found = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    assert found == given


def refused(path, words, **options):
    with pytest.raises(UserError, match=words) as caught:
        datasets.load(str(path), **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        csv_text(),
        csv_text(names=None),
        csv_text(end="\r\n"),
        "\ufeff" + csv_text(),
        csv_text(names=[f'"{name}"' for name in NAMES]),
        csv_text(X / 1.0),
        csv_text(X / 255),
    ],
    ids=["kaggle", "no header", "windows", "byte order mark", "quoted", "floats", "0..1"],
)
def test_one_csv_is_read_and_a_sixth_of_each_digit_held_out(tmp_path, text, capsys):
    (tmp_path / "digits.csv").write_text(text, encoding="utf-8", newline="")
    digits = datasets.load(str(tmp_path / "digits.csv"), validation_count=5)
    assert_whole_and_divided(digits)
    assert digits.origin["kind"] == "csv"
    assert "10 of its 60 images, a sixth of each digit, are held out" in capsys.readouterr().err


def test_evaluation_scores_the_rows_that_were_held_out_from_training(tmp_path):
    (tmp_path / "digits.csv").write_text(csv_text())
    trained = datasets.load(str(tmp_path / "digits.csv"))
    evaluated = datasets.load(str(tmp_path / "digits.csv"), needs_training=False)
    np.testing.assert_array_equal(trained.x_test, evaluated.x_test)


def test_the_label_column_is_found_by_its_name(tmp_path):
    rows = np.column_stack([X.reshape(-1, 784), Y])
    lines = [",".join([*NAMES[1:], "class"]), *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "mnist_784.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    assert_whole_and_divided(datasets.load(str(tmp_path / "mnist_784.csv.gz")))


@pytest.mark.parametrize(
    "names", [("train.csv", "test.csv"), ("mnist_train.csv", "mnist_test.csv.gz")]
)
def test_a_folder_of_two_csv_files_is_train_and_test(tmp_path, names):
    for name, part in zip(names, (slice(40), slice(40, 60)), strict=True):
        content = csv_text(X[part], Y[part]).encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name[-2:] == "gz" else content)
    digits = datasets.load(str(tmp_path), validation_count=0)
    np.testing.assert_array_equal(digits.x_train, X[:40])
    np.testing.assert_array_equal(digits.y_test, Y[40:])
    assert set(digits.origin["files"]) == set(names)


def test_a_test_file_alone_is_enough_for_evaluation_only(tmp_path):
    (tmp_path / "mnist_test.csv").write_text(csv_text())
    for path in (tmp_path, tmp_path / "mnist_test.csv"):
        assert len(datasets.load(str(path), needs_training=False).x_test) == 60
    refused(tmp_path, "no train.csv")
    refused(tmp_path / "mnist_test.csv", "is named for a test")


def test_kaggle_s_test_without_labels_is_named(tmp_path):
    (tmp_path / "train.csv").write_text(csv_text())
    unlabelled = "\n".join(line.split(",", 1)[1] for line in csv_text().splitlines())
    (tmp_path / "test.csv").write_text(unlabelled)
    refused(tmp_path, "test.csv holds 784 pixels a row and no labels")
    (tmp_path / "test.csv").write_text(unlabelled.split("\n", 1)[1])
    refused(tmp_path, "test.csv holds 784 pixels a row and no labels")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no digits: its first line is empty"),
        (",".join(NAMES), "holds no digits"),
        ("a,b\n1,2\n", "no column named label"),
        ("label,b\n1,2\n", "has 2 columns; a CSV of digits has a label and 784 pixels"),
        (csv_text() + "1,2,3\n", "no table of numbers.*column"),
        (csv_text().replace(",255,", ",,", 1), "no table of numbers"),
        (csv_text().replace(",255,", ",white,", 1), "no table of numbers.*white"),
        (csv_text().replace(",", ";"), "semicolons"),
        (csv_text(labels=Y + 1), "run from 1 to 10"),
    ],
)
def test_a_csv_that_is_no_table_of_digits_is_refused(tmp_path, text, words):
    (tmp_path / "digits.csv").write_text(text)
    refused(tmp_path / "digits.csv", words)


def test_a_csv_of_bytes_or_cut_short_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\x01")
    refused(tmp_path / "a.csv", "cannot be read as a CSV")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(csv_text().encode())[:-200])
    refused(tmp_path / "b.csv.gz", "cannot be read as a CSV")


@pytest.fixture
def parquet():
    """Writes a table of images, in one of the layouts, and labels."""
    pa = pytest.importorskip("pyarrow", reason="it comes with tensorflow-datasets")
    pq = pytest.importorskip("pyarrow.parquet")

    def pictures(images):
        cv2 = pytest.importorskip("cv2")
        return [cv2.imencode(".png", image)[1].tobytes() for image in images]

    layouts = {
        "hugging face": lambda x: [{"bytes": one, "path": None} for one in pictures(x)],
        "bytes": pictures,
        "nested": lambda x: x[..., 0].tolist(),
        "flat": lambda x: list(x.reshape(-1, 784)),
        "fixed": lambda x: pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), 784),
    }

    def write(path, layout, part=slice(None)):
        path.parent.mkdir(exist_ok=True)
        images = pa.array(layouts[layout](X[part]))
        pq.write_table(pa.table({"image": images, "label": Y[part]}), path)

    return write


@pytest.mark.parametrize("layout", ["hugging face", "bytes", "nested", "flat", "fixed"])
def test_parquet_is_read_however_its_images_lie(tmp_path, parquet, layout):
    parquet(tmp_path / "digits.parquet", layout)
    assert_whole_and_divided(datasets.load(str(tmp_path / "digits.parquet")))


@pytest.mark.parametrize("folder", ["", "mnist"])
def test_a_folder_of_parquet_shards_is_train_and_test(tmp_path, parquet, folder):
    parquet(tmp_path / folder / "train-00000-of-00002.parquet", "hugging face", slice(20))
    parquet(tmp_path / folder / "train-00001-of-00002.parquet", "hugging face", slice(20, 40))
    parquet(tmp_path / folder / "test-00000-of-00001.parquet", "hugging face", slice(40, 60))
    digits = datasets.load(str(tmp_path), validation_count=0)
    np.testing.assert_array_equal(digits.x_train, X[:40])
    np.testing.assert_array_equal(digits.y_train, Y[:40])
    np.testing.assert_array_equal(digits.y_test, Y[40:])


def test_parquet_files_that_belong_nowhere_or_lack_a_part_are_named(tmp_path, parquet):
    parquet(tmp_path / "train-0.parquet", "flat")
    parquet(tmp_path / "train-1.parquet", "flat")
    refused(tmp_path, "no Parquet file that is named for test")
    parquet(tmp_path / "validation-0.parquet", "flat")
    refused(tmp_path, "validation-0.parquet is named neither for train nor for test")


def test_parquet_that_holds_no_digits_is_refused(tmp_path, parquet):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "digits.parquet"
    path.write_bytes(b"no such thing")
    refused(path, "cannot be read as Parquet")
    for columns, words in (
        ({"picture": [1], "label": [1]}, "no column named image"),
        ({"image": [[1] * 784]}, "no column named label"),
        ({"image": [1], "label": [1]}, "neither pictures nor lists"),
        ({"image": [[1] * 784, [1]], "label": [1, 2]}, "neither pictures nor lists"),
        ({"image": [b"no picture"], "label": [1]}, "image of row 0 cannot be decoded"),
        ({"image": [None, [1] * 784], "label": [1, 2]}, "neither pictures nor lists"),
        ({"image": [[1] * 784], "label": ["seven"]}, "'seven'"),
        ({"image": [[1] * 784] * 2, "label": [1, None]}, "whole numbers"),
        ({"image": [[1] * 784] * 2, "label": ["1", None]}, "hold 'None'"),
        ({"image": [[1] * 784] * 2, "label": [[1, 0], [0, 1]]}, "hold '.1 0.'"),
        ({"image": [["1"] * 784] * 2, "label": [1, 2]}, "dtype object"),
    ):
        pq.write_table(pa.table(columns), path)
        refused(path, words)


def test_parquet_without_pyarrow_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "digits.parquet").write_bytes(b"PAR1")
    refused(tmp_path / "digits.parquet", "pip install pyarrow")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.npy", b"\x93NUMPY\x01\x00", r"numpy.savez\('digits.npz', x_train=…, y_train=…"),
        ("archive.zip", b"PK", "unpack it"),
        ("train-images-idx3-ubyte", b"\x00\x00\x08\x03", "one file of several; give its folder"),
        ("mnist.mat", b"MATLAB", "no file of digits that digitnet reads"),
    ],
)
def test_other_files_are_refused_with_what_to_do(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, words)


def test_what_save_to_disk_wrote_is_refused_with_the_conversion(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "data-00000-of-00001.arrow").write_bytes(b"")
    refused(tmp_path, r"to_parquet\('digits/train.parquet'\)")
