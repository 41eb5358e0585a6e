"""Annotated pictures are written whole, under their own names, never over their source."""

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.showing.saving import Saver, write_picture

PICTURE = np.full((20, 30, 3), 128, np.uint8)


def test_a_picture_keeps_its_place_below_the_folder(tmp_path):
    path = Saver(tmp_path / "out").save("sub/a.png", "in/sub/a.png", PICTURE)
    assert path == tmp_path / "out" / "sub" / "a.png"
    assert (cv2.imread(str(path)) == PICTURE).all()


def test_a_format_that_cannot_be_written_becomes_png(tmp_path):
    assert Saver(tmp_path).save("a.gif", "in/a.gif", PICTURE).name == "a.gif.png"


def test_two_pictures_of_one_name_are_both_kept(tmp_path):
    saver = Saver(tmp_path)
    names = [saver.save("a.png", source, PICTURE).name for source in ("x/a.png", "y/a.png")]
    assert names == ["a.png", "a-2.png"]


def test_a_source_is_not_overwritten(tmp_path):
    source = write_picture(tmp_path / "a.png", PICTURE)
    with pytest.raises(UserError, match="would replace"):
        Saver(tmp_path).save("a.png", str(source), PICTURE)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made a folder"):
        Saver(tmp_path / "file")


def test_nothing_half_written_is_left(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_picture(tmp_path / "a.png", PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
