"""What is both small and faint beside the page's writing is not writing."""

from edge_demo.consensus import of_a_kind


def test_specks_do_not_outvote_digits():
    peaks, heights = [180, 170, 175] + 40 * [40], [100, 90, 110] + 40 * [14]
    masses = [peak * height * 10 for peak, height in zip(peaks, heights, strict=True)]
    assert of_a_kind(peaks, heights, masses).tolist() == 3 * [True] + 40 * [False]


def test_pencil_beside_marker_stays():
    assert of_a_kind([220, 70], [100, 95], [30_000, 4_000]).all()


def test_small_digits_in_full_ink_stay():
    assert of_a_kind([200, 190], [100, 30], [30_000, 4_000]).all()


def test_nothing_gives_nothing():
    assert of_a_kind([], [], []).shape == (0,)
