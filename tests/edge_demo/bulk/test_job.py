"""A job from the command line, with the workers' part played in this process."""

import errno
import hashlib
import json

import pytest

pytest.importorskip("pyarrow", reason="the extra `bulk` is not installed here")

from edge_demo.bulk import worker  # noqa: E402
from edge_demo.bulk.storage import TEMPORARY, Storage, open_storage  # noqa: E402
from edge_demo.model import model_file  # noqa: E402
from tests.edge_demo.bulk.conftest import CROPS, crop, rows_of  # noqa: E402

MODEL = hashlib.sha256(model_file.DEFAULT_PATH.read_bytes()).hexdigest()
COLUMNS = ["path", "digits", "numbers", "confidences", "boxes", "model", "error"]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_each_picture_is_one_row(without_ray, run, parquet, tmp_path, form):
    out = tmp_path / "read"
    code, said, _ = run(parquet, "--out", out, "--crops", "--format", form, "--shard-size", 4)
    assert code == 0
    assert said.startswith(f"{out}: {CROPS} pictures read, ")
    rows = rows_of(out)
    assert [list(row) for row in rows] == [COLUMNS] * CROPS
    assert [row["path"] for row in rows] == [f"{parquet}#{number}" for number in range(CROPS)]
    assert {row["model"] for row in rows} == {MODEL}
    assert sorted(path.name for path in out.iterdir()) == [
        "_plan.json",
        "_shards.jsonl",
        *(f"part-{number:08d}.{form}" for number in range(3)),
    ]


def test_a_page_has_its_digits_numbers_and_boxes_as_the_demo_reads_them(
    without_ray, run, page, tmp_path
):
    import cv2

    from edge_demo.api import read

    (tmp_path / "pages").mkdir()
    cv2.imwrite(str(tmp_path / "pages" / "a.png"), page.image)
    assert run(tmp_path / "pages", "--out", tmp_path / "read")[0] == 0
    (row,) = rows_of(tmp_path / "read")
    expected = [reading.to_dict() for reading in read(page.image)]
    assert row["digits"] == [one["digit"] for one in expected]
    assert row["boxes"] == [one["box"] for one in expected]
    assert row["confidences"] == pytest.approx([one["confidence"] for one in expected])
    assert row["numbers"] == ["2358", "4670"]
    assert row["error"] is None


def test_all_parts_are_read_as_one_table(without_ray, run, parquet, tmp_path):
    import pyarrow.parquet

    run(parquet, "--out", tmp_path / "read", "--crops", "--shard-size", 3)
    table = pyarrow.parquet.read_table(tmp_path / "read")  # the plan lies there, too
    assert table.num_rows == CROPS


def test_a_bad_picture_is_a_row_with_its_error(without_ray, run, folder, tmp_path):
    (folder / "3.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    (folder / "4.png").write_bytes(b"")
    code, said, _ = run(folder, "--out", tmp_path / "read", "--crops")
    assert code == 0
    assert f"{CROPS + 1} pictures read, 2 could not be read" in said
    errors = {row["path"]: row["error"] for row in rows_of(tmp_path / "read") if row["error"]}
    assert list(errors) == [f"{folder}/3.png", f"{folder}/4.png"]
    assert errors[f"{folder}/4.png"] == f"{folder}/4.png is an empty file, not a picture."


def test_a_mistake_of_a_decoder_is_a_row_with_its_error(
    without_ray, run, folder, tmp_path, monkeypatch
):
    from edge_demo.bulk import rows

    def decode(content, name):
        raise MemoryError("no room")

    monkeypatch.setattr(rows, "decode_picture", decode)
    assert run(folder, "--out", tmp_path / "read")[0] == 0
    row = rows_of(tmp_path / "read")[0]
    assert row["error"] == f"{row['path']} cannot be read (MemoryError: no room)."


def test_crops_of_another_size_go_through_the_normaliser(without_ray, run, tmp_path):
    import cv2
    import numpy as np

    (tmp_path / "crops").mkdir()
    ink = np.zeros((120, 90), np.uint8)
    cv2.putText(ink, "7", (15, 100), cv2.FONT_HERSHEY_SIMPLEX, 3.5, 255, 8)
    cv2.imwrite(str(tmp_path / "crops" / "7.png"), ink)
    run(tmp_path / "crops", "--out", tmp_path / "read", "--crops")
    (row,) = rows_of(tmp_path / "read")
    assert (row["digits"], row["boxes"]) == ([7], [[0, 0, 90, 120]])


def test_resume_reads_only_the_shards_without_a_part(without_ray, run, parquet, tmp_path):
    out = tmp_path / "read"
    options = [parquet, "--out", out, "--crops", "--shard-size", 3]
    run(*options)
    whole = rows_of(out)
    (out / "part-00000002.parquet").unlink()
    (out / f"{TEMPORARY}part-00000002.parquet-0123").write_text("half")
    before = (out / "part-00000001.parquet").stat().st_mtime_ns
    without_ray.clear()
    code, _, _ = run(*options, "--resume")
    assert (code, without_ray) == (0, [2])
    assert rows_of(out) == whole
    assert (out / "part-00000001.parquet").stat().st_mtime_ns == before
    assert not list(out.glob(".*"))  # nothing half-written is left


def test_a_finished_job_is_not_read_again(without_ray, run, parquet, tmp_path):
    options = [parquet, "--out", tmp_path / "read", "--crops"]
    run(*options)
    without_ray.clear()
    code, said, _ = run(*options, "--resume")
    assert (code, without_ray) == (0, [])
    assert f"all of {CROPS} pictures were read before" in said


def test_a_job_killed_while_it_was_planned_begins_anew(without_ray, run, parquet, tmp_path):
    out = tmp_path / "read"
    out.mkdir()
    (out / "_shards.jsonl").write_text("{")
    (out / f"{TEMPORARY}_plan.json-0123").write_text("{")
    assert run(parquet, "--out", out, "--crops")[0] == 0
    assert len(rows_of(out)) == CROPS


def refused(result, sentence):
    code, said, error = result
    assert (code, said) == (2, "")
    line = error.splitlines()[-1]  # a runtime's greeting and the progress bar may stand before it
    assert line.startswith("error: ") and sentence in line


def test_a_rerun_into_the_same_folder_mixes_nothing(without_ray, run, parquet, tmp_path):
    out = tmp_path / "read"
    run(parquet, "--out", out, "--crops")
    before = {path: path.read_bytes() for path in out.iterdir()}
    refused(run(parquet, "--out", out, "--crops"), "holds a job already: --resume goes on with it")
    assert {path: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--threshold", "0.9"], "threshold differs"),
        (["--format", "jsonl"], "format differs"),
        (["--shard-size", "5", "--upright"], "upright, shard_size differ"),
    ],
)
def test_another_job_s_folder_is_not_resumed(without_ray, run, parquet, tmp_path, options, what):
    run(parquet, "--out", tmp_path / "read", "--crops")
    result = run(parquet, "--out", tmp_path / "read", "--crops", "--resume", *options)
    refused(result, f"holds the results of another job ({what}); name another folder.")


def test_another_model_is_another_job(without_ray, run, parquet, tmp_path):
    run(parquet, "--out", tmp_path / "read", "--crops")
    model = tmp_path / "mine.tflite"
    model.write_bytes(model_file.DEFAULT_PATH.read_bytes() + b"\0")
    result = run(parquet, "--out", tmp_path / "read", "--crops", "--resume", "--model", model)
    refused(result, "(model differs)")


def test_an_input_that_changed_is_not_resumed(without_ray, run, folder, tmp_path):
    run(folder, "--out", tmp_path / "read", "--crops")
    (folder / "new.png").write_bytes(crop(3))
    result = run(folder, "--out", tmp_path / "read", "--crops", "--resume")
    refused(result, "is not what the job in")


def test_a_damaged_plan_is_a_sentence(without_ray, run, folder, tmp_path):
    run(folder, "--out", tmp_path / "read", "--crops")
    (tmp_path / "read" / "_plan.json").write_text('{"options": 3}')
    refused(run(folder, "--out", tmp_path / "read", "--crops", "--resume"), "_plan.json is damaged")


@pytest.mark.parametrize("damage", ["gone", "line by line", "in a line"])
def test_a_damaged_list_of_shards_is_a_sentence_and_leaves_out_nothing(
    without_ray, run, folder, tmp_path, damage
):
    # A list that lacked its last lines was a job with nothing left to do.
    options = [folder, "--out", tmp_path / "read", "--crops", "--shard-size", 4]
    run(*options)
    shards = tmp_path / "read" / "_shards.jsonl"
    content = shards.read_bytes()
    if damage == "gone":
        shards.unlink()
    else:
        end = content.index(b"\n") + 1
        shards.write_bytes(content[: end if damage == "line by line" else end + 9])
    refused(run(*options, "--resume"), "_shards.jsonl is damaged or gone; name another folder.")


def test_a_folder_of_something_else_is_refused(without_ray, run, parquet, tmp_path):
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "thesis.txt").write_text("mine")
    refused(run(parquet, "--out", tmp_path / "read"), "holds files of something else")


def test_an_empty_input_is_refused_and_leaves_nothing(without_ray, run, tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "notes.txt").write_text("no picture")
    refused(run(tmp_path / "scans", "--out", tmp_path / "read"), "There is no picture in")
    assert not (tmp_path / "read").exists()


def test_a_missing_input_is_refused(without_ray, run, tmp_path):
    refused(run(tmp_path / "nowhere", "--out", tmp_path / "read"), "There is no file or folder")
    assert not (tmp_path / "read").exists()


def test_a_file_that_is_no_input_is_refused(without_ray, run, tmp_path):
    (tmp_path / "a.txt").write_text("no picture")
    result = run(tmp_path / "a.txt", "--out", tmp_path / "read")
    refused(result, "is neither a folder nor a picture, a tar archive or a Parquet file")


def test_a_parquet_file_without_the_column_is_refused(without_ray, run, parquet, tmp_path):
    result = run(parquet, "--out", tmp_path / "read", "--column", "scan")
    refused(result, "has no column scan (it has image); --column names that of the pictures.")
    assert not (tmp_path / "read").exists()


def test_results_do_not_go_into_the_input(without_ray, run, folder):
    refused(run(folder, "--out", folder / "read"), f"lies in {folder}; name a folder outside")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--model", "is not a TensorFlow Lite file"),
        ("--page-reader", "mine.tflite is no model that"),
    ],
)
def test_a_file_that_does_not_load_is_refused_before_anything_is_planned(
    without_ray, run, parquet, tmp_path, option, sentence
):
    (tmp_path / "mine.tflite").write_bytes(b"no model")
    result = run(parquet, "--out", tmp_path / "read", option, tmp_path / "mine.tflite")
    refused(result, sentence)
    assert not (tmp_path / "read").exists()


class FullDisk:
    """A filesystem on which nothing more can be written."""

    def __init__(self, filesystem):
        self._filesystem = filesystem

    def __getattr__(self, name):
        return getattr(self._filesystem, name)

    def open_output_stream(self, path):
        raise OSError(errno.ENOSPC, "No space left on device")


def on_a_full_disk(url):
    storage = open_storage(url)
    return Storage(FullDisk(storage.filesystem), storage.root, storage.url)


def test_a_full_disk_under_a_worker_ends_the_job_with_a_sentence(
    without_ray, run, parquet, tmp_path, monkeypatch
):
    monkeypatch.setattr(worker, "open_storage", on_a_full_disk)
    result = run(parquet, "--out", tmp_path / "read", "--crops")
    refused(result, "the disk is full, so ")
    assert "make room and go on with --resume" in result[2]
    assert rows_of(tmp_path / "read") == []
    monkeypatch.undo()


def test_a_full_disk_under_the_plan_ends_with_a_sentence(
    without_ray, run, parquet, tmp_path, monkeypatch
):
    from edge_demo.bulk import storage

    monkeypatch.setattr(storage, "open_storage", on_a_full_disk)
    refused(run(parquet, "--out", tmp_path / "read", "--crops"), "the disk is full")


def test_a_job_whose_disk_was_full_goes_on(without_ray, run, parquet, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(worker, "open_storage", on_a_full_disk)
        run(parquet, "--out", tmp_path / "read", "--crops")
    assert run(parquet, "--out", tmp_path / "read", "--crops", "--resume")[0] == 0
    assert len(rows_of(tmp_path / "read")) == CROPS


def test_a_worker_that_does_not_see_the_input_says_so_and_writes_no_rows(
    without_ray, run, parquet, tmp_path, monkeypatch
):
    original = worker.open_storage
    there = {str(parquet): "/nowhere/crops.parquet"}
    monkeypatch.setattr(worker, "open_storage", lambda url: original(there.get(url, url)))
    result = run(parquet, "--out", tmp_path / "read", "--crops")
    refused(result, "have to lie where all machines of the cluster see them")
    assert rows_of(tmp_path / "read") == []


def test_the_plan_says_what_the_job_is(without_ray, run, folder, tmp_path):
    run(folder, "--out", tmp_path / "read", "--crops", "--shard-size", 4)
    plan = json.loads((tmp_path / "read" / "_plan.json").read_text())
    assert (plan["files"], plan["shards"]) == (CROPS, 3)
    assert plan["options"] == {
        "input": str(folder),
        "crops": True,
        "column": "image",
        "threshold": 0.4,
        "upright": False,
        "format": "parquet",
        "shard_size": 4,
        "model": MODEL,
        "page_reader": None,
    }


def test_the_plan_of_pages_names_both_files(without_ray, run, page, tmp_path):
    import cv2

    (tmp_path / "pages").mkdir()
    cv2.imwrite(str(tmp_path / "pages" / "a.png"), page.image)
    reader = tmp_path / "mine.tflite"
    reader.write_bytes(model_file.DEFAULT_PAGE_READER.read_bytes() + b"\0")
    command = [tmp_path / "pages", "--out", tmp_path / "read"]
    assert run(*command, "--page-reader", reader)[0] == 0
    options = json.loads((tmp_path / "read" / "_plan.json").read_text())["options"]
    assert options["model"] == MODEL
    assert options["page_reader"] == hashlib.sha256(reader.read_bytes()).hexdigest()
    refused(run(*command, "--resume"), "(page_reader differs)")
