"""The script that chooses when a page is turned decides as the reader does."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from benchmarks import turning  # noqa: E402
from edge_demo.reading import seen  # noqa: E402
from edge_demo.reading.peaks import Peaks  # noqa: E402

IN_USE = tuple(getattr(seen, name) for name in turning.NAMES)


def peaks(random):
    """A few digits, each sure at random."""
    count = random.integers(0, 9)
    digits = random.dirichlet(np.full(10, 0.1), count).astype(np.float32)
    sureness = random.uniform(0.3, 1, count).astype(np.float32)
    return Peaks(sureness, digits, np.zeros((count, 4), np.float32))


def test_a_page_is_turned_as_the_reader_turns_it(monkeypatch):
    random, outcomes = np.random.default_rng(0), set()
    for _ in range(300):
        first, others = peaks(random), [peaks(random) for _ in range(4)]
        shown = iter([first, *others])
        nothing = Peaks(*(part[:0] for part in first))  # askew nothing is seen
        monkeypatch.setattr(
            seen, "look_at", lambda gray, network, finest=0, s=shown, n=nothing: next(s, n)
        )
        view = seen.best_view(np.zeros((8, 8), np.uint8), None, turn=True)
        page = turning.Looks(
            "drawn", (turning._peaks(first),), tuple(turning._peaks(one) for one in others)
        )
        assert turning.turned(page, IN_USE, 0) == view.turns
        outcomes.add(view.turns)
    assert outcomes == {0, 1, 2, 3}


def test_the_numbers_with_most_pages_put_right_are_chosen_and_of_equals_the_most_cautious():
    outcomes = {
        (0.5, 4, 1.0, 0.5): [100, 50, 50, 50],
        (0.5, 4, 1.2, 0.5): [100, 50, 50, 50],
        (0.6, 4, 2.0, 1.0): [99, 58, 58, 58],  # one page turned wrongly outweighs eight
    }
    assert turning.choose(outcomes) == (0.5, 4, 1.2, 0.5)
