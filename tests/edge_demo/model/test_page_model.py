import pickle

import numpy as np
import pytest

from edge_demo.__main__ import main
from edge_demo.contract import PAGE_CANVAS, UserError
from edge_demo.model.model_file import DEFAULT_PAGE_READER, DEFAULT_PATH
from edge_demo.model.page_model import PageModel


def test_shipped_page_reader_is_small_and_sees_nothing_on_an_empty_canvas():
    assert DEFAULT_PAGE_READER.stat().st_size <= 300_000
    presence, digits, boxes = PageModel().maps(np.full(PAGE_CANVAS, 128, np.uint8))
    assert presence.shape == (184, 160)
    assert digits.shape == (184, 160, 10)
    assert boxes.shape == (184, 160, 4)
    assert presence.max() < 0


def test_a_copy_opens_the_file_anew():
    again = pickle.loads(pickle.dumps(PageModel()))
    assert again.path == DEFAULT_PAGE_READER


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.tflite", None, "no page reader"),
        ("broken.tflite", b"nothing", "is no model"),
        ("digits.tflite", "the digit model", "not one that finds digits"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_command_that_makes_one(
    name, content, says, tmp_path, capsys
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(DEFAULT_PATH.read_bytes() if isinstance(content, str) else content)
    with pytest.raises(UserError, match=says) as caught:
        PageModel(path)
    assert "--recipe page" in str(caught.value)
    assert main(["docs/page.jpg", "--page-reader", str(path)]) == 2
    assert says in capsys.readouterr().err
