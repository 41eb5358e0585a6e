"""The device side's benchmarks count as they say and end bad input with a sentence."""

import json

import cv2
import numpy as np
import pytest

from benchmarks import frames, goals, photos, scenes, scoring
from digitnet.drawn import pages
from edge_demo.frames.synthetic import draw_page
from edge_demo.model.classifier import Classifier
from edge_demo.model.page_model import PageModel
from edge_demo.reading.reader import Reading


def score(truth, answer, tier="core"):
    return scoring.Score("a.jpg", tier, "someone", list(truth), list(answer))


def test_digits_are_compared_as_a_multiset():
    result = score([1, 1, 2, 3], [3, 1, 4, 1, 1])
    assert (result.hits, result.false_digits) == (3, 2)
    assert not result.wholly_right


def test_order_counts_apart():
    result = score([1, 2], [2, 1])
    assert result.wholly_right and not result.in_order


def test_groups_are_summed():
    groups = scoring.by([score([1, 2], [1]), score([3], [3]), score([4], [], "hard")], "group")
    assert groups["core"]["hits"] == 2 and groups["core"]["digits"] == 3
    assert groups["hard"]["wholly_right"] == 0
    assert "| core | 2 | 2 of 3 | 66.7 % | 0 | 1 | 1 |" in scoring.table(groups, "tier")


def test_goals_are_judged_over_tiers_together():
    scores = [score([1, 2], [1, 2]), score([3], [3, 4], "operators"), score([5], [5], "letters")]
    table = goals.table(scoring.by(scores, "group"))
    first, second = table.splitlines()[2:]
    assert first.startswith("| core, operators | 100.0 % of 99.5 % | 50.0 % of 95 % | 1 of at most")
    assert first.endswith("| no |")
    assert second.startswith("| letters |") and second.endswith("| 0 of at most 0.2 | yes |")


@pytest.fixture
def folder(tmp_path, page):
    cv2.imwrite(str(tmp_path / "a.png"), page.image)
    cv2.imwrite(str(tmp_path / "b.png"), draw_page(["2"], seed=1).image)
    labels = {
        "a.png": {
            "digits": "".join(map(str, page.digits)),
            "kind": "scene",
            "tier": "core",
            "source": "drawn",
        },
        "b.png": {"digits": "9", "kind": "single", "source": "drawn"},
    }
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    return tmp_path


def test_a_folder_of_photographs_is_scored(folder, capsys):
    sheet = folder / "sheet.png"
    assert photos.main([str(folder), "--json", "--sheet", str(sheet)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["tiers"]["core"]["in_order"] == 1
    assert report["mistakes"] == {"b.png": {"truth": [9], "answer": [2]}}
    assert cv2.imread(str(sheet)) is not None


def test_crops_of_any_size_are_scored(tmp_path, page, capsys):
    x, y, width, height = page.boxes[0]
    crop = 255 - page.image[y : y + height, x : x + width].min(axis=2)
    crop[crop < 100] = 0
    crops = np.empty(2, object)
    crops[:] = [crop, np.pad(crop, 9)]
    np.savez(tmp_path / "crops.npz", x=crops, y=np.array([page.digits[0]] * 2))
    assert photos.main([str(tmp_path / "crops.npz"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["crops"], report["hits"]) == (2, 2)


def test_plain_crops_are_fitted_and_not_normalised(tmp_path, monkeypatch, capsys):
    faint = np.full((8, 16), 60, np.uint8)
    np.savez(tmp_path / "crops.npz", x=faint[np.newaxis], y=np.array([1]))
    given = []
    predict = Classifier.predict_batch
    monkeypatch.setattr(
        Classifier, "predict_batch", lambda self, x: given.extend(x) or predict(self, x)
    )
    assert photos.main([str(tmp_path / "crops.npz"), "--plain", "--json"]) == 0
    expected = np.zeros((28, 28), np.uint8)
    expected[9:19, 4:24] = 60
    np.testing.assert_array_equal(given[0], expected)
    assert json.loads(capsys.readouterr().out)["crops"] == 1


def test_plain_is_refused_for_photographs(folder, capsys):
    assert photos.main([str(folder), "--plain"]) == 2
    assert "--plain is for crops" in capsys.readouterr().err


def test_a_folder_without_labels_is_a_sentence(tmp_path, capsys):
    assert photos.main([str(tmp_path)]) == 2
    assert "There is no" in capsys.readouterr().err


def test_an_npz_without_the_keys_is_a_sentence(tmp_path, capsys):
    np.savez(tmp_path / "a.npz", images=np.zeros((1, 2, 2)))
    assert photos.main([str(tmp_path / "a.npz")]) == 2
    assert "x and y are needed" in capsys.readouterr().err


def test_frames_are_timed_by_stage():
    result = frames.measure((320, 240), Classifier(), PageModel(), repeats=1)
    assert {"levels", "a look", "follow", "cut out and classify"} < set(result["milliseconds"])
    assert all(value >= 0 for value in result["milliseconds"].values())


@pytest.mark.parametrize("kind", pages.EMPTY_PAGES)
def test_empty_pages_are_drawn_alike_from_a_seed(kind):
    page = pages.draw_empty_page(kind, 3)
    assert page.shape == (480, 640, 3) and page.dtype == np.uint8
    np.testing.assert_array_equal(page, pages.draw_empty_page(kind, 3))


@pytest.mark.parametrize("kind", pages.SCENES)
def test_scenes_are_drawn_alike_from_a_seed(kind):
    scene = pages.draw_scene(kind, 1)
    assert len(scene.digits) == len(scene.boxes) > 0
    np.testing.assert_array_equal(scene.image, pages.draw_scene(kind, 1).image)


def test_scenes_are_scored_by_where_the_digits_are(capsys):
    assert scenes.main(["--only", "slanted", "--scenes", "1", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["slanted"]
    assert counts["scenes"] == 1 and 0 < counts["read"] <= counts["digits"]


def test_a_reading_elsewhere_is_false():
    scene = pages.Scene(None, [7], [(10, 10, 20, 30)])

    def reading(digit, box):
        return Reading(digit, 1.0, box, None, None, None)

    assert scenes.score(scene, [reading(7, (11, 9, 20, 30))])[2:] == (1, 1, 0, 1)
    assert scenes.score(scene, [reading(1, (11, 9, 20, 30))])[2:] == (0, 1, 1, 0)
    assert scenes.score(scene, [reading(7, (90, 90, 20, 30))])[2:] == (0, 0, 1, 0)
