"""The command line: lines on stdout, sentences on stderr, exit codes."""

import json

import cv2
import numpy as np
import pytest

from edge_demo import __version__
from edge_demo.__main__ import main
from edge_demo.contract import THRESHOLD


@pytest.fixture
def picture(tmp_path, page):
    path = tmp_path / "sheet.png"
    cv2.imwrite(str(path), page.image)
    return path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_is_one_line_per_picture(capsys, picture, page):
    code, out, err = run(capsys, picture, picture, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and err == ""
    assert [line["frame"] for line in lines] == [0, 1]
    assert set(lines[0]) == {"frame", "source", "digits", "numbers", "lines"}
    assert lines[0]["source"] == str(picture)
    assert [digit["digit"] for digit in lines[0]["digits"]] == list(page.digits)
    assert set(lines[0]["digits"][0]) == {"digit", "confidence", "box"}
    np.testing.assert_allclose([d["box"] for d in lines[0]["digits"]], page.boxes, atol=6)


def test_plain_output_names_the_picture_and_its_digits(capsys, picture, page):
    _, out, _ = run(capsys, picture)
    assert out == f"{picture}: {' '.join(map(str, page.digits))}\n"


def test_a_folder_gives_paths_below_it_as_it_was_given(capsys, picture, monkeypatch):
    (picture.parent / "sub").mkdir()
    picture.rename(picture.parent / "sub" / "sheet.png")
    monkeypatch.chdir(picture.parent.parent)
    code, out, _ = run(capsys, f"./{picture.parent.name}", "--json")
    assert code == 0
    assert json.loads(out)["source"] == f"./{picture.parent.name}/sub/sheet.png"


def test_text_files_among_the_pictures_are_passed_over(capsys, picture):
    (picture.parent / "readme.txt").write_text("hello")
    code, out, err = run(capsys, picture.parent, "--json")
    assert (code, len(out.splitlines()), err) == (0, 1, "")


def test_annotated_pictures_are_saved(capsys, picture, tmp_path):
    code, *_ = run(capsys, picture, "--save", tmp_path / "out", "--debug")
    saved = cv2.imread(str(tmp_path / "out" / "sheet.png"))
    assert code == 0
    assert saved.shape[1] == cv2.imread(str(picture)).shape[1]


def test_attention_is_drawn_when_it_is_asked_for(capsys, picture, tmp_path):
    drawn = []
    for name, options in (("a", []), ("b", ["--no-attention"]), ("c", ["--attention"])):
        assert run(capsys, picture, "--save", tmp_path / name, *options)[0] == 0
        drawn.append(cv2.imread(str(tmp_path / name / "sheet.png")))
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_one_bad_picture_does_not_hide_the_others(capsys, picture):
    (picture.parent / "broken.png").write_bytes(b"")
    code, out, err = run(capsys, picture.parent, "--json")
    assert code == 2
    assert len(out.splitlines()) == 1
    assert err.startswith("error: ") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.png"], "There is no file missing.png"),
        (["empty"], "no picture in the folder empty"),
        (["text.png"], "cannot be decoded"),
        (["text.png", "--model", "text.tflite"], "is not a TensorFlow Lite file"),
        (["text.png", "--model", "none.tflite"], "There is no model file none.tflite"),
        (["text.png", "--threshold", "7"], "--threshold takes 0 to 1"),
        (["text.png", "--save", "text.tflite"], "cannot be made a folder"),
    ],
)
def test_bad_input_is_one_sentence(capsys, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "text.tflite").write_text("hello, I am a text file")
    code, out, err = run(capsys, *arguments)
    assert code == 2 and out == ""
    assert err.startswith("error: ") and sentence in err and err.count("\n") == 1


def test_help_shows_defaults(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    assert f"default: {THRESHOLD}" in capsys.readouterr().out


def test_a_live_source_stops_after_the_frames_asked_for(capsys):
    code, out, _ = run(capsys, "synthetic", "--frames", 3, "--json", "--no-window")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["frame"] for line in lines] == [0, 1, 2]
    assert {line["source"] for line in lines} == {"synthetic"}


def test_frames_of_a_camera_are_saved_when_the_answer_is_new(capsys, tmp_path):
    run(capsys, "synthetic", "--frames", 12, "--save", tmp_path / "out")
    assert 1 <= len(list((tmp_path / "out").iterdir())) <= 4


def test_frames_must_be_a_number_of_frames(capsys):
    code, _, err = run(capsys, "synthetic", "--frames", 0)
    assert code == 2 and "--frames takes 1 or more" in err


def write_video(path, frames):
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 24, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def answer(page):
    return " ".join(map(str, page.digits))


@pytest.mark.parametrize("count", [1, 2])
def test_a_video_of_few_frames_is_read(capsys, tmp_path, page, count):
    path = write_video(tmp_path / "clip.avi", [page.image] * count)
    code, out, _ = run(capsys, path)
    assert code == 0
    assert out.splitlines()[-1] == f"{path}: {answer(page)}"


def test_each_video_says_its_answer_though_it_is_that_of_the_one_before(capsys, tmp_path, page):
    paths = [write_video(tmp_path / f"{name}.avi", [page.image] * 4) for name in "ab"]
    _, out, _ = run(capsys, *paths, "--save", tmp_path / "out")
    for path in paths:
        assert out.count(f"{path}: {answer(page)}\n") == 1
    assert {file.name[0] for file in (tmp_path / "out").iterdir()} == {"a", "b"}


@pytest.mark.parametrize("source", ["synthetic", "clip.avi"])
def test_one_frame_of_a_stream_is_answered(capsys, tmp_path, monkeypatch, page, source):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "clip.avi", [page.image] * 4)
    code, out, _ = run(capsys, source, "--frames", 1)
    assert code == 0 and out.count("\n") == 1 and "no digit" not in out


def test_sources_that_fail_do_not_hide_the_others(capsys, tmp_path, monkeypatch, picture):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    code, out, err = run(capsys, "empty", "missing.png", "/dev/video98", picture, "--json")
    assert code == 2
    assert json.loads(out)["source"] == str(picture)
    lines = err.splitlines()
    assert len(lines) == 3 and all(line.startswith("error: ") for line in lines)
    for line, name in zip(lines, ("empty", "missing.png", "/dev/video98"), strict=True):
        assert name in line


def test_what_a_folder_holds_beside_pictures_is_one_line_at_the_end(capsys, picture):
    for name, content in (("a.pdf", b"%PDF-1.7"), ("b.PDF", b"%PDF-1.4"), ("c.svg", b"<svg/>")):
        (picture.parent / name).write_bytes(content)
    code, out, err = run(capsys, picture.parent)
    assert code == 0 and out.count("\n") == 1
    assert err.count("\n") == 1
    assert err.startswith("3 files are not read: 2 PDF (`pdftoppm") and "1 SVG (`rsvg" in err


def test_a_hidden_copy_beside_a_picture_is_no_failure(capsys, picture):
    (picture.parent / "._sheet.png").write_bytes(b"\x00\x05\x16\x07")
    code, out, err = run(capsys, picture.parent)
    assert (code, out.count("\n"), err) == (0, 1, "")


@pytest.mark.parametrize("target", ["", "annotated", "deep/er"])
def test_saving_into_the_folder_that_is_read_is_refused(capsys, picture, target):
    before = sorted(picture.parent.rglob("*"))
    code, out, err = run(capsys, picture.parent, "--save", picture.parent / target)
    assert code == 2 and out == "" and "name a folder outside" in err
    assert sorted(picture.parent.rglob("*")) == before


def test_saving_beside_the_folder_that_is_read_is_not_refused(capsys, picture):
    beside = picture.parent.with_name(picture.parent.name + "-annotated")
    code, _, err = run(capsys, picture.parent, "--save", beside)
    assert (code, err) == (0, f"1 annotated picture is in {beside}\n")


def test_saving_says_how_many_pictures_are_where(capsys, picture, tmp_path):
    _, _, err = run(capsys, picture, picture, "--save", tmp_path / "out")
    assert err == f"2 annotated pictures are in {tmp_path / 'out'}\n"


def test_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"digitnet {__version__}\n"
