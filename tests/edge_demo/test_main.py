"""The command line: lines on stdout, sentences on stderr, exit codes."""

import json

import cv2
import numpy as np
import pytest

from edge_demo.__main__ import main
from edge_demo.reading.reader import THRESHOLD


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
    assert set(lines[0]) == {"frame", "source", "digits"}
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
