"""The benchmark of the page reader's gates ranks answers, and compares seed by seed."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pages are drawn with OpenCV")

from benchmarks import page_gates  # noqa: E402
from digitnet.drawn.written_pages import WrittenPage  # noqa: E402

PAGE = WrittenPage(
    np.zeros((100, 100), np.uint8),
    np.array([3, 7], np.uint8),
    np.array([(10, 10, 10, 20), (40, 10, 10, 20)], np.float32),
    np.array([(70, 10, 10, 20)], np.float32),
)


def test_a_digit_is_found_once_and_what_may_be_read_or_not_counts_neither_way():
    boxes = np.array(
        [(10, 10, 10, 20), (11, 10, 10, 20), (71, 10, 10, 20), (41, 10, 10, 20)], np.float32
    )
    assert page_gates.score(PAGE, boxes) == [True, False, None, True]


def look(digits, *answers):
    return {"digits": digits, "answers": [list(answer) for answer in answers]}


def test_average_precision_falls_with_false_answers_that_are_surer_and_with_digits_not_found():
    two = look(2, (0.9, True), (0.8, True), (0.1, False))
    assert page_gates.average_precision([two]) == 100
    assert page_gates.average_precision([look(4, *two["answers"])]) == 50
    # 1/2 and 2/3 of the answers down to the digits are right.
    false_first = look(2, (0.95, False), *two["answers"])
    assert page_gates.average_precision([false_first]) == pytest.approx(100 * (1 / 2 + 2 / 3) / 2)
    empty = look(0, (0.85, False))
    assert page_gates.average_precision([two, empty]) == pytest.approx(100 * (1 + 2 / 3) / 2)


def test_the_table_has_a_row_for_each_clutter_and_network_and_all_together():
    half, whole = look(2, (0.9, True)), look(2, (0.9, True), (0.8, True))
    looks = {kind: half for kind in page_gates.CLUTTER}
    looks["no digit, words and drawings"] = look(0)
    better = {**looks, "none": whole}
    results = {
        name: [
            {"epochs": 2, "pages": 3000, "looks": looks},
            {"epochs": 2, "pages": 3000, "looks": better if name == "page_reader" else looks},
        ]
        for name in page_gates.MODELS
    }

    table = page_gates.markdown(results)

    assert "| none | no gate | 50.0 ± 0.0 | – |" in table
    assert "| none | a mask from the deeper map | 75.0 ± 317.7 | +25.0 ± 317.7 |" in table
    assert f"| {page_gates.ALL} | no gate | 50.0 ± 0.0 | – |" in table
    assert table.count("\n| ") == 3 * len(page_gates.CLUTTER)
    assert "2 seeds of 2 epochs on 3,000 drawn pages" in table


@pytest.mark.parametrize("option", ["--seeds", "--epochs", "--training-pages", "--pages"])
def test_a_count_below_one_is_refused(option, capsys):
    assert page_gates.main([option, "0"]) == 2
    assert f"{option} takes 1 or more" in capsys.readouterr().err
