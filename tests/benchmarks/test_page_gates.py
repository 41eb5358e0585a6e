"""The benchmark of the page reader's gates counts digits found and false answers."""

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


def test_a_digit_is_found_once_and_what_is_left_is_false():
    boxes = np.array([(10, 10, 10, 20), (11, 10, 10, 20), (71, 10, 10, 20)], np.float32)
    assert page_gates.score(PAGE, boxes) == (2, 1, 1)


def test_the_table_has_a_row_for_each_clutter_and_network():
    looks = {kind: {"digits": 10, "found": 8, "false": 3} for kind in page_gates.CLUTTER}
    looks["no digit, words and drawings"] = {"digits": 0, "found": 0, "false": 1}
    better = {**looks, "none": {"digits": 10, "found": 10, "false": 1}}
    results = {
        name: [
            {"epochs": 2, "pages": 3000, "looks": looks},
            {"epochs": 2, "pages": 3000, "looks": better if name == "page_reader" else looks},
        ]
        for name in page_gates.MODELS
    }

    table = page_gates.markdown(results)

    assert "| none | no gate | 80.0 ± 0.0 | – | 3.0 ± 0.0 | – |" in table
    deeper = "a mask from the deeper map"
    assert f"| none | {deeper} | 90.0 ± 127.1 | +10.0 ± 127.1 | 2.0 ± 12.7 | -1.0 ± 12.7 |" in table
    assert f"| no digit, words and drawings | {deeper} | – | – | 1.0 ± 0.0 | +0.0 ± 0.0 |" in table
    assert table.count("\n| ") == 3 * len(page_gates.CLUTTER)
    assert "2 seeds of 2 epochs on 3,000 drawn pages" in table
