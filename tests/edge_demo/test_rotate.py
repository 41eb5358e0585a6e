"""`--rotate` turns a frame before it is read, and a page that reads badly is said to."""

import json

import cv2
import numpy as np
import pytest

from edge_demo import __main__ as demo
from edge_demo.frames.synthetic import draw_page

PAGE = draw_page(["23457", "67234", "54326"], seed=1)


@pytest.fixture(params=[90, 180, 270])
def turned(request, tmp_path):
    """(degrees clockwise that put a file's page upright, the file)."""
    path = tmp_path / "turned.png"
    cv2.imwrite(str(path), np.rot90(PAGE.image, request.param // 90))
    return request.param, path


def test_a_page_is_turned_clockwise_before_it_is_read_and_boxes_stay_in_the_frame(turned, capsys):
    degrees, path = turned
    options = ["--json", "--no-window", "--upright", "--rotate", str(degrees)]
    assert demo.main([str(path), *options]) == 0
    output = capsys.readouterr()
    digits = json.loads(output.out)["digits"]
    assert [one["digit"] for one in digits] == list(PAGE.digits)
    assert "reads badly" not in output.err
    truth = np.zeros(PAGE.image.shape[:2], np.uint8)
    x, y, width, height = PAGE.boxes[0]
    truth[y : y + height, x : x + width] = 1
    expected = cv2.boundingRect(np.ascontiguousarray(np.rot90(truth, degrees // 90)))
    np.testing.assert_allclose(digits[0]["box"], expected, atol=4)


def test_a_page_that_reads_badly_is_named_with_what_may_help(tmp_path, capsys):
    path = tmp_path / "upside_down.png"
    cv2.imwrite(str(path), np.rot90(PAGE.image, 2))
    assert demo.main([str(path), "--upright", "--no-window"]) == 0
    error = capsys.readouterr().err
    assert f"{path} reads badly; it may lie upside down" in error
    assert "--rotate" in error


def test_other_degrees_are_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        demo.main(["a.png", "--rotate", "45"])
    assert ended.value.code == 2
    assert "--rotate" in capsys.readouterr().err
