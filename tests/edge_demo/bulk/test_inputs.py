"""Folders, tar archives and Parquet files are cut into shards, and each picture comes out once."""

import io
import tarfile

import numpy as np
import pytest

pyarrow = pytest.importorskip("pyarrow", reason="the extra `bulk` is not installed here")

from pyarrow.parquet import write_table  # noqa: E402

from edge_demo.bulk.contents import contents_of  # noqa: E402
from edge_demo.bulk.listing import list_files  # noqa: E402
from edge_demo.bulk.shards import count_of, cut  # noqa: E402
from edge_demo.bulk.storage import open_storage, require_answer  # noqa: E402
from edge_demo.contract import UserError  # noqa: E402
from tests.edge_demo.bulk.conftest import CROPS, crop, write_tar  # noqa: E402

EXPECTED = [crop(number) for number in range(CROPS)]


def shards_of(path, size=4, column="image"):
    source = open_storage(str(path))
    return list(cut(source, list_files(source), size, column))


def read(path, size=4, column="image"):
    """(name, content) of everything, shard after shard."""
    source = open_storage(str(path))
    shards = cut(source, list_files(source), size, column)
    return [one for shard in shards for one in contents_of(source, shard, column)]


def test_a_folder_is_read_in_the_order_of_names_as_it_was_given(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    found = read("crops")
    order = ["0", "2", "4", "6", "8", "sub/1", "sub/3", "sub/5", "sub/7", "sub/9"]
    assert [name for name, _ in found] == [f"crops/{name}.png" for name in order]
    assert [content for _, content in found] == [EXPECTED[int(name[-1])] for name in order]


def test_hidden_and_other_files_and_links_that_go_round_are_passed_over(folder):
    (folder / "sub" / "round").symlink_to(folder)
    assert len(read(folder)) == CROPS


def test_an_archive_is_cut_where_a_picture_begins(archive):
    shards = shards_of(archive)
    assert [shard["count"] for shard in shards] == [4, 4, 2]
    assert len({shard["offset"] for shard in shards}) == 3
    found = read(archive)
    assert [name for name, _ in found] == [f"{archive}!{n:04d}.png" for n in range(CROPS)]
    assert [content for _, content in found] == EXPECTED


@pytest.mark.parametrize("suffix", ["tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_a_compressed_archive_is_one_shard(tmp_path, suffix):
    compression = {"gz": "gz", "tgz": "gz", "bz2": "bz2", "xz": "xz"}[suffix.split(".")[-1]]
    members = [(f"{number}.png", EXPECTED[number]) for number in range(CROPS)]
    path = write_tar(tmp_path / f"crops.{suffix}", members, f"w:{compression}")
    assert [count_of(shard) for shard in shards_of(path)] == [None]
    assert [content for _, content in read(path)] == EXPECTED


def test_members_with_long_names_are_found_from_the_middle(tmp_path):
    members = [("very/" * 40 + f"{number}.png", EXPECTED[number]) for number in range(CROPS)]
    path = write_tar(tmp_path / "long.tar", members)
    assert [content for _, content in read(path, size=3)] == EXPECTED


@pytest.mark.parametrize("rows_in_group", [1, 3, 100])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_rows_of_a_parquet_file_come_once_whatever_its_groups(tmp_path, rows_in_group, size):
    path = tmp_path / "crops.parquet"
    table = pyarrow.table({"image": EXPECTED})
    write_table(table, path, row_group_size=rows_in_group)
    found = read(path, size)
    assert [name for name, _ in found] == [f"{path}#{row}" for row in range(CROPS)]
    assert [content for _, content in found] == EXPECTED


@pytest.mark.parametrize("kind", ["bytes", "list", "floats", "nested", "png"])
def test_pixels_of_crops_come_in_several_clothes(tmp_path, kind):
    pixels = np.arange(784, dtype=np.uint8).reshape(28, 28)
    values = {
        "bytes": [pixels.tobytes()],
        "list": [pixels.ravel().tolist()],
        "floats": [pixels.ravel().astype(float).tolist()],
        "nested": [pixels.tolist()],
        "png": [{"bytes": EXPECTED[0], "path": "a.png"}],  # as Hugging Face has it
    }
    write_table(pyarrow.table({"x": values[kind]}), tmp_path / "a.parquet")
    ((_, content),) = read(tmp_path / "a.parquet", column="x")
    if kind == "png":
        assert content == EXPECTED[0]
    else:
        np.testing.assert_array_equal(content, pixels)


@pytest.mark.parametrize(
    "value", [None, [1, 2], [-1] * 784, [256] * 784, [0.5] * 784, {"bytes": None}]
)
def test_a_value_that_is_no_picture_is_a_sentence(tmp_path, value):
    write_table(pyarrow.table({"x": [value]}), tmp_path / "a.parquet")
    ((name, content),) = read(tmp_path / "a.parquet", column="x")
    assert name.endswith("a.parquet#0")
    assert "neither a picture nor the 784 pixels" in str(content)


@pytest.mark.parametrize(
    ("value", "kind"), [("a.png", "string"), (3.5, "double"), ({"path": "a.png"}, "struct<path: s")]
)
def test_a_column_of_another_type_is_refused(tmp_path, value, kind):
    write_table(pyarrow.table({"x": [value]}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match=f"The column x of .*a.parquet holds {kind}.*no pictures"):
        shards_of(tmp_path / "a.parquet", column="x")


def test_a_value_that_python_cannot_take_is_a_row(tmp_path):
    # Errors that were not pyarrow's ended the worker, and with it the job, at each try.
    text = pyarrow.Array.from_buffers(
        pyarrow.string(),
        1,
        [None, pyarrow.py_buffer(b"\0\0\0\0\1\0\0\0"), pyarrow.py_buffer(b"\xff")],
    )
    column = pyarrow.StructArray.from_arrays([pyarrow.array([b"GIF"]), text], ["bytes", "path"])
    write_table(pyarrow.table({"x": column}), tmp_path / "a.parquet")
    ((name, content),) = read(tmp_path / "a.parquet", column="x")
    assert name.endswith("a.parquet#0") and "cannot be read" in str(content)


def test_a_member_whose_name_is_no_utf_8_has_a_name_that_a_row_can_hold(tmp_path):
    path = tmp_path / "crops.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        member = tarfile.TarInfo("ä.png")
        member.size = len(EXPECTED[0])
        archive.addfile(member, io.BytesIO(EXPECTED[0]))
    assert read(path) == [(f"{path}!\\udce4.png", EXPECTED[0])]


def test_a_folder_may_hold_all_kinds(folder, archive, parquet):
    archive.rename(folder / "b.tar")
    parquet.rename(folder / "c.parquet")
    names = [name for name, _ in read(folder)]
    assert len(names) == len(set(names)) == 3 * CROPS


@pytest.mark.parametrize("bytes_left", [100, 3000, 9000])
def test_of_a_damaged_archive_the_sound_pictures_are_read_and_one_row_tells(archive, bytes_left):
    archive.write_bytes(archive.read_bytes()[:bytes_left])
    *sound, (name, content) = read(archive)
    assert [content for _, content in sound] == EXPECTED[: len(sound)]
    assert name == str(archive)
    assert isinstance(content, UserError) and "is damaged" in str(content)


def test_rubbish_between_members_is_not_taken_for_the_archive_s_end(archive):
    content = bytearray(archive.read_bytes())
    content[4096:4608] = b"x" * 512
    archive.write_bytes(content)
    found = read(archive)
    assert "is damaged" in str(found[-1][1])


def test_a_damaged_parquet_file_among_others_is_one_row(folder):
    (folder / "z.parquet").write_bytes(b"PAR1 and nothing else")
    *sound, (name, content) = read(folder)
    assert len(sound) == CROPS
    assert name == f"{folder}/z.parquet"
    assert "is damaged" in str(content)


def test_what_is_gone_when_its_turn_comes_is_a_row(folder):
    source = open_storage(str(folder))
    shards = list(cut(source, list_files(source), 4, "image"))
    (folder / "0.png").unlink()
    (name, content), *_ = contents_of(source, shards[0], "image")
    assert str(content) == f"{name} cannot be read: No such file or directory."


def test_other_filesystems_are_opened_by_url(parquet, archive):
    # The first by pyarrow, the second by fsspec alone.
    assert len(read(f"file://{parquet}")) == CROPS
    pytest.importorskip("fsspec")
    found = read(f"local://{archive}")
    assert [name for name, _ in found] == [f"local://{archive}!{n:04d}.png" for n in range(CROPS)]
    assert [content for _, content in found] == EXPECTED


def test_a_url_that_nothing_opens_is_a_sentence():
    with pytest.raises(UserError, match="nonsense://a cannot be opened"):
        open_storage("nonsense://a")


@pytest.mark.parametrize("path", ["", "scans\udcff"])
def test_a_path_that_is_no_text_is_a_sentence(path):
    with pytest.raises(UserError, match="is no path that can be opened: empty, or no UTF-8"):
        open_storage(path)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("gs://bucket/a", ["gs://bucket/a?retry_limit_seconds=5"]),
        ("gs://bucket/a?scheme=http", ["gs://bucket/a?scheme=http&retry_limit_seconds=5"]),
        ("gs://bucket/a?retry_limit_seconds=60", []),  # the user's own patience
        ("folder", []),
    ],
)
def test_a_google_bucket_that_does_not_answer_is_a_sentence_after_seconds(monkeypatch, url, asked):
    urls = []

    def from_uri(url):
        urls.append(url)
        raise OSError("the host is not known.")

    silent = type("FileSystem", (), {"from_uri": staticmethod(from_uri)})
    monkeypatch.setattr(pyarrow.fs, "FileSystem", silent)
    if asked:
        with pytest.raises(UserError) as raised:
            require_answer(url)
        assert str(raised.value) == f"{url} cannot be opened: the host is not known."
    else:
        require_answer(url)
    assert urls == asked
