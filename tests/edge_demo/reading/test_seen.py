"""How a page lies is told by digits that are certain, not by how much looks a little like some."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from edge_demo.reading import seen  # noqa: E402
from edge_demo.reading.peaks import Peaks  # noqa: E402


def peaks(count, sureness):
    """So many peaks in a row, each certain which digit it is."""
    digits = np.zeros((count, 10), np.float32)
    digits[:, 3] = 1
    boxes = np.tile(np.array([0, 0, 20, 30], np.float32), (count, 1))
    return Peaks(np.full(count, sureness, np.float32), digits, boxes)


NOTHING = (peaks(0, 0.5),) * 4


@pytest.fixture
def views(monkeypatch):
    """What is seen of a picture by the number of turns, and of the same turned by 45° before."""

    def give(*each, askew=NOTHING):
        shown = iter([each[0], *each, *askew])
        monkeypatch.setattr(seen, "look_at", lambda sight, network, finest=0: next(shown, each[1]))

    return give


GRAY = np.zeros((40, 40), np.uint8)


def test_a_page_is_turned_to_where_its_digits_are_certain(views):
    views(peaks(5, 0.6), peaks(5, 0.9), peaks(5, 0.6), peaks(5, 0.6))
    assert seen.best_view(GRAY, None, turn=True).turns == 1


@pytest.mark.parametrize(
    ("as_it_lies", "on_its_side"),
    [
        pytest.param(peaks(5, 0.8), peaks(180, 0.49), id="grain"),
        pytest.param(peaks(5, 0.85), peaks(12, 0.55), id="many half sure digits"),
        pytest.param(peaks(3, 0.6), peaks(3, 0.99), id="three digits"),
        pytest.param(peaks(4, 0.5), peaks(4, 0.58), id="little certain either way"),
    ],
)
def test_what_tells_too_little_turns_no_page(views, as_it_lies, on_its_side):
    views(as_it_lies, on_its_side, peaks(3, 0.5), peaks(3, 0.5))
    assert seen.best_view(GRAY, None, turn=True).turns == 0


def test_a_page_that_lies_between_two_sides_is_turned_by_45_degrees_and_quarters(views):
    little, much = peaks(5, 0.6), peaks(5, 0.9)
    views(little, little, little, little, askew=(little, little, much, little))
    view = seen.best_view(np.zeros((40, 60), np.uint8), None, turn=True)
    assert (view.askew, view.turns) == (True, 2)
    assert view.gray.shape == (71, 71)


def test_a_page_that_is_read_well_one_way_round_is_not_laid_askew(views):
    views(peaks(5, 0.6), peaks(5, 0.95), *[peaks(5, 0.6)] * 2, askew=(peaks(9, 0.99),) * 4)
    view = seen.best_view(GRAY, None, turn=True)
    assert (view.askew, view.turns) == (False, 1)


@pytest.mark.parametrize(
    ("first", "count"),
    [
        pytest.param(peaks(5, 0.95), 1, id="read well"),
        pytest.param(peaks(1, 0.95), 1, id="one certain digit"),
        pytest.param(peaks(3, 0.4), 5, id="next to nothing: on its side there may be more"),
        pytest.param(peaks(5, 0.4), 9, id="several, none certain: it may lie between"),
    ],
)
def test_a_page_is_looked_at_until_it_is_read_well(first, count, monkeypatch):
    looked = []
    monkeypatch.setattr(seen, "look_at", lambda *_, **__: looked.append(1) or first)
    assert seen.best_view(GRAY, None, turn=True).turns == 0
    assert len(looked) == count


def test_a_page_that_shows_nothing_as_it_lies_is_turned_to_where_it_shows_digits(views):
    views(peaks(0, 0.5), peaks(5, 0.9), peaks(0, 0.5), peaks(0, 0.5))
    assert seen.best_view(GRAY, None, turn=True).turns == 1


@pytest.mark.parametrize("shape", [(480, 640), (95, 77), (30, 200)])
def test_a_turned_sight_is_that_of_the_turned_picture(shape):
    gray = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    turned = seen.turned(seen.sight_of(gray), 1)
    again = seen.sight_of(np.ascontiguousarray(np.rot90(gray)))
    assert len(turned.levels) == len(again.levels)
    for one, other in zip(turned.levels[:1], again.levels[:1], strict=True):
        assert one.shape == other.shape
        # Cubic enlarging rounds from one side, and a pixel at the edge is mirrored.
        assert np.mean(np.abs(one.astype(int) - other) > 2) < 0.01


@pytest.mark.parametrize("shape", [(480, 640), (1500, 900), (40, 30)])
def test_boxes_of_a_sight_without_its_finest_level_are_in_pixels_of_the_picture(shape):
    class Network:
        """Sees a digit at one place of the first canvas, however large the picture is."""

        def maps(self, image):
            presence = np.zeros((184, 160), np.float32)
            presence[3, 2] = 0.9
            return presence, np.full((184, 160, 10), 0.1), np.full((184, 160, 4), 0.5, np.float32)

    gray = np.zeros(shape, np.uint8)
    whole = seen.look_at(seen.sight_of(gray), Network(), finest=1)
    coarse = seen.look_at(seen.sight_of(gray, finest=1), Network(), finest=1)
    np.testing.assert_allclose(coarse.boxes, whole.boxes, rtol=1e-5)
