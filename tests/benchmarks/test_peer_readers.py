"""Other readers beside ours, on the same pictures, counted the same way."""

import json
import sys
import types

import cv2
import numpy as np
import pytest

from benchmarks import peer_readers, photos, scoring
from edge_demo.frames.synthetic import draw_page
from edge_demo.model.classifier import Classifier


@pytest.fixture
def folder(tmp_path):
    truths = {"core": "31", "letters": "42", "single": "7"}
    labels = {}
    for number, (tier, digits) in enumerate(truths.items()):
        picture = draw_page([digits], seed=number, size=(320, 240)).image
        cv2.imwrite(str(tmp_path / f"{tier}.png"), picture)
        kind = "single" if tier == "single" else "scene"
        labels[f"{tier}.png"] = {"digits": digits, "kind": kind, "tier": tier, "source": "drawn"}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    return tmp_path


def without_rapidocr(monkeypatch):
    monkeypatch.setattr(peer_readers, "RAPIDOCR_MODULES", ("no_such_reader",))


def with_rapidocr(monkeypatch, answer):
    """A module of RapidOCR's form that reads the same text in every picture."""
    fake = types.ModuleType("fake_ocr")
    fake.RapidOCR = lambda: lambda frame: answer
    fake.__spec__ = types.SimpleNamespace(name="fake_ocr")
    monkeypatch.setitem(sys.modules, "fake_ocr", fake)
    monkeypatch.setattr(peer_readers, "RAPIDOCR_MODULES", ("fake_ocr",))


def test_all_readers_stand_side_by_side_in_one_table(folder, monkeypatch, capsys):
    box = [[0, 0], [1, 0], [1, 1], [0, 1]]
    with_rapidocr(monkeypatch, ([[box, "x = 3,1", 0.9], [box, "७ O", 0.5]], [0.1]))
    assert photos.main([str(folder), "--peers"]) == 0
    output = capsys.readouterr()
    (head,) = [line for line in output.out.splitlines() if "RapidOCR: read" in line]
    assert "digitnet: read" in head and "Otsu, contours: read" in head
    (core,) = [line for line in output.out.splitlines() if line.startswith("| core | 1 | 2 | 2 |")]
    assert core.count("| 2 | 0 | 1 |") == 3
    (single,) = [
        line for line in output.out.splitlines() if line.startswith("| single | 1 | 1 | 1 | 0 | 1")
    ]
    assert "| 0 | 2 | 0 |" in single, "both digits that RapidOCR gives are false there"


def test_a_peer_that_is_not_installed_is_said_and_left_out(folder, monkeypatch, capsys):
    without_rapidocr(monkeypatch)
    assert photos.main([str(folder), "--peers", "--json"]) == 0
    output = capsys.readouterr()
    assert "RapidOCR is left out: it is not installed" in output.err
    report = json.loads(output.out)
    assert list(report["peers"]) == ["digitnet", "Otsu, contours"]
    assert list(report["peers"]["digitnet"]) == ["core", "letters", "single"]


@pytest.mark.parametrize("nothing", [(None, None), ([], []), types.SimpleNamespace(txts=None)])
def test_rapidocr_may_find_nothing(monkeypatch, nothing):
    with_rapidocr(monkeypatch, nothing)
    assert peer_readers.rapidocr("fake_ocr")(np.zeros((9, 9, 3), np.uint8)) == []


@pytest.mark.parametrize("light_on_dark", [False, True], ids=["pen", "chalk"])
def test_otsu_and_contours_read_a_clean_page_in_order(light_on_dark):
    page = draw_page(["2358", "4670"], seed=1, light_on_dark=light_on_dark)
    read = peer_readers.otsu_contours(Classifier(), 0.4)
    assert read(page.image) == list(page.digits)
    assert read(np.full((60, 80, 3), 200, np.uint8)) == []


def test_peers_take_no_crops(tmp_path, capsys):
    np.savez(tmp_path / "a.npz", x=np.zeros((1, 9, 9)), y=np.zeros(1))
    assert photos.main([str(tmp_path / "a.npz"), "--peers"]) == 2
    assert "name a folder" in capsys.readouterr().err


@pytest.mark.parametrize("group", ["core", "single"])
def test_what_is_read_beyond_the_truth_is_false_unless_it_is_optional(group):
    def score(answer, optional=()):
        return scoring.Score("a.png", group, "", [5, 7], answer, optional)

    assert score([5, 7, 7]).false_digits == 1 and not score([5, 7, 7]).wholly_right
    assert score([5]).false_digits == 0 and not score([5]).wholly_right
    printed = score([1, 5, 2, 7], (1, 2, 3))
    assert printed.false_digits == 0 and printed.wholly_right and printed.in_order
    assert score([1, 1, 5, 7], (1, 2)).false_digits == 1
    assert not score([7, 5]).in_order
