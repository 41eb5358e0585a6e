"""The handwriting that edge_demo ships is the drawing engine's."""

import json

import numpy as np

from digitnet.drawn import handwriting_file
from digitnet.drawn.glyphs import glyph


def test_the_file_that_ships_is_what_the_engine_writes():
    committed = json.loads(handwriting_file.FILE.read_text(encoding="utf-8"))
    written = handwriting_file.handwriting()
    flat = [
        [np.array(stroke) for digit in digits for writing in digit for stroke in writing]
        for digits in (committed, written)
    ]
    assert [len(stroke) for stroke in flat[0]] == [len(stroke) for stroke in flat[1]]
    # Another processor's sine may round a coordinate to the next thousandth, and no further.
    differences = np.abs(np.concatenate(flat[0]) - np.concatenate(flat[1]))
    assert differences.max() <= 1 and (differences > 0).mean() < 0.001


def test_the_command_writes_the_file(tmp_path):
    assert handwriting_file.main([str(tmp_path / "hand.json")]) == 0
    written = json.loads((tmp_path / "hand.json").read_text(encoding="utf-8"))
    assert written == handwriting_file.handwriting()


def test_every_digit_has_its_writings_and_each_fills_the_height():
    for digit in handwriting_file.handwriting():
        assert len(digit) == handwriting_file.WAYS * handwriting_file.HANDS
        for writing in digit:
            heights = np.concatenate([stroke[1::2] for stroke in writing])
            assert (heights.min(), heights.max()) == (0, 1000)


def test_a_glyph_is_whole_where_its_strokes_meet():
    cross = glyph([(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)])
    equals = glyph([(0, 0.4), (1, 0.4)], [(0, 0.7), (1, 0.7)])
    assert handwriting_file._is_whole(cross) and not handwriting_file._is_whole(equals)
    assert handwriting_file._is_whole(glyph([(0, 0), (1, 1)]))


def test_the_file_is_small():
    assert handwriting_file.FILE.stat().st_size < 60_000
