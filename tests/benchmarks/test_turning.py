"""The script that chooses when a page is turned asks the reader's own rules, of pages that lie."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from benchmarks import turning  # noqa: E402
from edge_demo.reading.orientation import Rules  # noqa: E402
from edge_demo.reading.slant import slanted  # noqa: E402

RULES = Rules()
WEAK = np.full((5, 2), [0.6, 0.5], np.float32)  # five peaks, half certain which digits they are
STRONG = np.full((5, 2), [0.95, 0.95], np.float32)
UPRIGHT = (0, 11)  # among what `Looks.others` has: as drawn, and slanted twice and turned back


def looks(first, *strong):
    """A page of which much is seen in these of the twelve coarse looks."""
    others = tuple(STRONG if place in strong else WEAK for place in range(12))
    return turning.told(turning.Looks("drawn", first, others), RULES)


def test_two_slants_and_three_quarters_lay_a_picture_as_it_was():
    picture = np.random.default_rng(0).integers(0, 2, (6, 6), np.uint8).repeat(12, 0).repeat(12, 1)
    again = np.rot90(slanted(slanted(picture * 200)), UPRIGHT[1] - 8)
    edge = (again.shape[0] - len(picture)) // 2
    middle = again[edge:, edge:][: len(picture), : len(picture)]
    assert np.corrcoef(middle.ravel(), picture.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("lies", turning.LIES)
def test_a_page_of_which_most_is_seen_upright_is_put_right_however_it_lies(lies):
    assert turning.is_put_right(looks((WEAK,) * 8, *UPRIGHT), RULES, lies)


@pytest.mark.parametrize("lies", turning.LIES[1:])
def test_a_page_that_seems_to_lie_well_is_left_as_it_lies(lies):
    assert not turning.is_put_right(looks((STRONG,) * 8, *UPRIGHT), RULES, lies)


@pytest.mark.parametrize(("first", "settled"), [(STRONG, True), (WEAK, False), (WEAK[:3], False)])
def test_a_page_that_is_read_well_is_looked_at_once(first, settled):
    assert turning.is_settled(looks((first,) * 8), RULES) is settled


def test_the_rules_with_most_pages_put_right_are_chosen_and_of_equals_the_most_cautious():
    outcomes = {
        Rules(gain=0.5): [100, *[50] * 7],
        Rules(gain=1.0): [100, *[50] * 7],
        Rules(clear=0.6, gain=2.0): [98, *[58] * 7],  # two pages turned wrongly outweigh them
        Rules(clear=0.7): [99, *[45] * 7],
    }
    assert turning.choose(outcomes, pages=100) == Rules(gain=1.0)


def test_of_rules_that_hardly_differ_those_are_chosen_that_turn_more_pages():
    outcomes = {Rules(gain=2.0): [100, *[50] * 7], Rules(gain=1.5): [99, *[58] * 7]}
    assert turning.choose(outcomes, pages=100) == Rules(gain=1.5)


def test_fewer_looks_are_chosen_where_hardly_a_page_is_lost():
    outcomes = {
        Rules(well=0.6): [100, *[45] * 7],
        Rules(well=0.7): [100, *[49] * 7],
        Rules(well=0.9): [100, *[50] * 7],
    }
    assert turning.choose(outcomes, pages=100).well == 0.7
