import errno
import gzip
import pathlib
import struct
import time
import types
import urllib.error

import numpy as np
import pytest

from digitnet.digits import datasets, idx, mnist
from digitnet.errors import UserError
from tests.digitnet.conftest import drawn_digits


def idx_bytes(array):
    return (
        bytes([0, 0, 8, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.tobytes()
    )


def write_idx(folder, images, labels, split, gzipped=False):
    for kind, array in (("images", images[..., 0]), ("labels", labels.astype(np.uint8))):
        content = idx_bytes(array)
        name = f"{split}-{kind}-idx{array.ndim}-ubyte"
        if gzipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.fixture
def no_mnist(monkeypatch):
    def load():
        raise mnist.Unavailable("this test has none")

    monkeypatch.setattr(mnist, "load", load)


def test_npz_is_split_and_every_test_image_kept(npz):
    digits = datasets.load(str(npz), validation_count=10)
    assert [len(part) for part in (digits.x_train, digits.x_validation, digits.x_test)] == [
        110,
        10,
        40,
    ]
    assert digits.x_train.shape[1:] == (28, 28, 1)
    assert digits.origin["kind"] == "npz"


def test_validation_images_come_out_of_the_training_images(npz):
    with np.load(npz) as file:
        original = file["x_train"]
    digits = datasets.load(str(npz), validation_count=15)
    together = np.concatenate([digits.x_train, digits.x_validation])
    assert len(together) == len(original)
    assert {image.tobytes() for image in together} == {image.tobytes() for image in original}


def test_limit_keeps_that_many_of_each_part(npz):
    digits = datasets.load(str(npz), validation_count=6, limit=30)
    assert (len(digits.x_train), len(digits.x_validation), len(digits.x_test)) == (25, 5, 30)


def test_images_without_a_channel_axis_are_taken(tmp_path):
    x, y = drawn_digits(20)
    np.savez(tmp_path / "d.npz", x_train=x[..., 0], y_train=y, x_test=x[..., 0], y_test=y)
    assert datasets.load(str(tmp_path / "d.npz")).x_test.shape == (20, 28, 28, 1)


@pytest.mark.parametrize("gzipped", [False, True])
def test_idx_folder_gives_the_arrays_that_were_written(tmp_path, gzipped):
    x, y = drawn_digits(50)
    write_idx(tmp_path, x[:30], y[:30], "train", gzipped)
    write_idx(tmp_path, x[30:], y[30:], "t10k", gzipped)
    digits = datasets.load(str(tmp_path), validation_count=0)
    np.testing.assert_array_equal(digits.x_train, x[:30])
    np.testing.assert_array_equal(digits.y_test, y[30:])
    reports = digits.origin["files"].values()
    assert {report["known_as"] for report in reports} == {"not a published MNIST file"}
    assert all(len(report["sha256"]) == 64 for report in reports)


def test_idx_folder_with_a_test_part_only_is_enough_for_evaluation(tmp_path):
    x, y = drawn_digits(20)
    write_idx(tmp_path, x, y, "t10k")
    assert len(datasets.load(str(tmp_path), needs_training=False).x_test) == 20
    with pytest.raises(UserError, match="train-images"):
        datasets.load(str(tmp_path))


@pytest.mark.parametrize("keep", [10, 100, 2000])
def test_idx_file_cut_short_is_refused(tmp_path, keep):
    x, y = drawn_digits(20)
    write_idx(tmp_path, x, y, "train")
    write_idx(tmp_path, x, y, "t10k")
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match="cut|not an IDX file"):
        datasets.load(str(tmp_path))


def test_qmnist_s_own_files_are_read(tmp_path):
    x, y = drawn_digits(30)
    for part, chosen in (("train", slice(20)), ("test", slice(20, 30))):
        images, labels = x[chosen, ..., 0], np.zeros((len(y[chosen]), 8), ">i4")
        labels[:, 0], labels[:, 1] = y[chosen], 77  # the digit, and who wrote it
        header = bytes([0, 0, 12, 2]) + struct.pack(">2I", *labels.shape)
        (tmp_path / f"qmnist-{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (tmp_path / f"qmnist-{part}-labels-idx2-int").write_bytes(header + labels.tobytes())
    digits = datasets.load(str(tmp_path), validation_count=0)
    np.testing.assert_array_equal(digits.y_train, y[:20])
    np.testing.assert_array_equal(digits.y_test, y[20:])
    np.testing.assert_array_equal(digits.x_test, x[20:])


def test_gzip_cut_short_is_refused(tmp_path):
    x, y = drawn_digits(20)
    write_idx(tmp_path, x, y, "train", gzipped=True)
    write_idx(tmp_path, x, y, "t10k", gzipped=True)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match="cannot be unpacked"):
        datasets.load(str(tmp_path))


def test_embedded_digits_look_like_mnist():
    digits = datasets.load("optdigits")
    assert len(digits.x_train) + len(digits.x_validation) + len(digits.x_test) == 1797
    assert digits.x_train.dtype == np.uint8
    assert digits.x_train[:, :4].max() == 0  # the frame around the 20×20 box is background
    assert digits.x_train.max() == 255


def test_auto_says_loudly_when_it_falls_back(no_mnist, capsys):
    assert datasets.load("auto").name == "optdigits"
    assert "this test has none" in capsys.readouterr().err


def test_mnist_is_strict(no_mnist):
    with pytest.raises(UserError, match="this test has none"):
        datasets.load("mnist")


@pytest.mark.parametrize("fault", ["no answer to the name", "no such name", "no answer"])
def test_mnist_without_copy_and_network_is_refused_within_seconds(tmp_path, monkeypatch, fault):
    tfds = pytest.importorskip("tensorflow_datasets")
    builder = tfds.builder

    def getaddrinfo(*_):
        if fault == "no answer to the name":
            time.sleep(60)
        if fault == "no such name":
            raise OSError("no such name")

    def urlopen(*_, timeout):
        raise urllib.error.URLError("no answer")

    monkeypatch.setattr(tfds, "builder", lambda name: builder(name, data_dir=tmp_path))
    monkeypatch.setattr(mnist.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(mnist.urllib.request, "getproxies", dict)
    monkeypatch.setattr(mnist.urllib.request, "urlopen", urlopen)
    started = time.monotonic()
    with pytest.raises(mnist.Unavailable, match="--dataset the path"):
        mnist.load()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("dataset", ["auto", "mnist"])
def test_a_damaged_record_is_named_with_what_fetches_it_anew(monkeypatch, dataset):
    tf, tfds = pytest.importorskip("tensorflow"), pytest.importorskip("tensorflow_datasets")
    split = types.SimpleNamespace(filepaths=["data/mnist-train.tfrecord-00000-of-00001"])

    class Damaged:
        data_dir = "data"
        info = types.SimpleNamespace(splits={"train": split})

        def as_dataset(self, **_):
            raise tf.errors.DataLossError(None, None, "{{node}} corrupted record at 4999786 [Op:X]")

    monkeypatch.setattr(tfds, "builder", lambda _: Damaged())
    monkeypatch.setattr(mnist, "_is_prepared", lambda _: True)
    with pytest.raises(UserError, match="delete the folder data and fetch MNIST anew") as caught:
        datasets.load(dataset)
    assert "00000-of-00001 cannot be read (corrupted record at 4999786)" in str(caught.value)


def test_a_copy_whose_description_is_damaged_is_a_sentence(monkeypatch):
    tfds = pytest.importorskip("tensorflow_datasets")

    def builder(_):
        raise ValueError("no JSON\nand more")

    monkeypatch.setattr(tfds, "builder", builder)
    with pytest.raises(UserError, match=r"cannot be opened \(no JSON\); delete .*mnist and fetch"):
        datasets.load("auto")


def test_a_folder_that_may_not_be_entered_is_named(tmp_path, monkeypatch):
    def iterdir(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(pathlib.Path, "iterdir", iterdir)
    with pytest.raises(UserError, match=f"{tmp_path} cannot be read .Permission denied"):
        datasets.load(str(tmp_path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_test": np.zeros((4, 32, 32), np.uint8)}, "shape"),
        ({"x_test": np.full((4, 28, 28), np.nan)}, "NaN or infinite"),
        ({"y_test": np.array([0.5, 1, 2, 3])}, "whole numbers"),
        ({"y_test": np.array([0, 1, 2, 10])}, "run from 0 to 10"),
        ({"y_test": np.array([0, 1, 2, -1])}, "run from -1"),
        ({"y_test": np.array([0, 1, 2])}, "3 labels|but 3"),
    ],
)
def test_npz_that_is_not_digits_is_refused(tmp_path, change, message):
    x, y = drawn_digits(4)
    np.savez(tmp_path / "d.npz", **{"x_train": x, "y_train": y, "x_test": x, "y_test": y, **change})
    with pytest.raises(UserError, match=message):
        datasets.load(str(tmp_path / "d.npz"))


def test_npz_without_the_keys_is_refused(tmp_path):
    np.savez(tmp_path / "d.npz", images=np.zeros(3))
    with pytest.raises(UserError, match="lacks x_train, y_train, x_test, y_test"):
        datasets.load(str(tmp_path / "d.npz"))


def test_damaged_npz_is_refused(tmp_path, npz):
    (tmp_path / "text.npz").write_text("no zip")
    (tmp_path / "cut.npz").write_bytes(npz.read_bytes()[:5000])
    for name in ("text.npz", "cut.npz"):
        with pytest.raises(UserError, match=name):
            datasets.load(str(tmp_path / name))


def test_unknown_dataset_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="auto, mnist, optdigits"):
        datasets.load("mnits")


def test_checksums_of_mnist_are_the_published_ones():
    # The four names, so that a folder of MNIST is recognised whole.
    assert len(idx.KNOWN_FILES) == 4
    assert all(len(md5) == 32 for md5 in idx.KNOWN_FILES)
