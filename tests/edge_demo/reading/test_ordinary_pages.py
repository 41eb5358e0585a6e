"""Ordinary pages on which thresholds failed: drawn here, read as stills are, wholly or flagged.

What cannot be read yet is marked with its reason, so that it is seen when it turns.
"""

import cv2
import numpy as np
import pytest

from digitnet.drawn import ink as drawn_ink
from digitnet.drawn import signs, surfaces
from digitnet.drawn.allographs import choose_allograph
from digitnet.drawn.glyphs import choose
from digitnet.drawn.strokes import Hand, draw
from edge_demo.contract import THRESHOLD
from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.reader import read_digits, read_page
from edge_demo.reading.source_reader import SourceReader

YELLOW = (110, 215, 250)  # BGR, of a sticky note


NEAT = Hand(jitter=0.015, drift=0.01, slant=(0.04, 0.05), turn_degrees=2, stretch=0.1)


def write(digit, random, height, pen=0.09):
    """float32 coverage of one neatly written digit, cropped."""
    shape, _ = choose_allograph(digit, random)
    side = int(np.clip(height / 0.75, 24, 200))
    written = draw(shape, 1, random, side, NEAT._replace(pen=(pen, pen * 1.05)))[0]
    written = drawn_ink.cropped(written)
    return drawn_ink.scaled(written, height / written.shape[0])


def rows_on(coverage, rows, random, top, left, height, gap=0.45):
    """Writes rows of digits into a coverage, floats [H, W]."""
    y = top + height / 2
    for row in rows:
        x = left
        for character in row:
            if character != " ":
                ink = write(int(character), random, height)
                room = max(ink.shape[1], 0.4 * height)
                drawn_ink.place(coverage, ink, x + room / 2, y)
                x += room + gap * height
            else:
                x += 0.7 * height
        y += 1.6 * height


def photographed(picture, random, noise=2.0):
    """What a camera makes of a picture of floats 0..255."""
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8)
    picture = picture + random.normal(0, noise, picture.shape)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def note_on_a_desk(desk, seed, rows=("314", "159", "265")):
    """A yellow note, a third of the frame, on a desk that is darker than the ink is."""
    random = np.random.default_rng(seed)
    picture = np.repeat(desk(np.full((480, 640), 60.0), random)[:, :, None], 3, axis=2)
    coverage = np.zeros((480, 640), np.float32)
    left, top, side = 190 + int(random.integers(60)), 80 + int(random.integers(40)), 270
    rows_on(coverage, rows, random, top + 25, left + 30, 52)
    picture[top : top + side, left : left + side] = YELLOW
    ink = coverage[:, :, None]
    return photographed(picture * (1 - ink) + np.array([90, 45, 40]) * ink, random)


def dark_desk(page, random):
    return surfaces.grain(page * 0.7, random)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("desk", [dark_desk, surfaces.wood], ids=["dark", "wooden"])
def test_a_yellow_note_on_a_desk_is_read_wholly(desk, seed, classifier, network):
    readings = read_digits(note_on_a_desk(desk, seed), classifier, network, turn=True)
    assert "".join(str(reading.digit) for reading in readings) == "314159265"


def test_a_yellow_note_on_a_dark_desk_is_read_in_a_video_of_it(classifier, network):
    picture = note_on_a_desk(dark_desk, seed=0)
    reader = SourceReader(classifier, network, THRESHOLD)
    for number in range(6):
        drift = np.array([[1, 0, 2.0 * number], [0, 1, -number]])
        frame = cv2.warpAffine(picture, drift, (640, 480), borderMode=cv2.BORDER_REPLICATE)
        page = reader.read(frame, number / 15)
    assert "".join(str(reading.digit) for reading in page.readings) == "314159265"


@pytest.mark.parametrize("seed", range(3))
def test_a_grainy_5_close_up_is_one_5(seed, classifier, network):
    """Chalk and pencil leave grains of bare ground in their strokes, which are wide close up."""
    random = np.random.default_rng(seed)
    coverage = np.zeros((480, 640), np.float32)
    drawn_ink.place(coverage, write(5, random, 330, pen=0.1), 320, 240)
    grains = cv2.GaussianBlur(random.normal(0, 1, coverage.shape).astype(np.float32), (0, 0), 2.2)
    coverage *= np.clip(0.55 + 0.35 * grains / grains.std(), 0, 1)
    picture = np.full((480, 640, 3), 215.0) * (1 - 0.75 * coverage[:, :, None])
    readings = read_digits(photographed(picture, random, 4), classifier, network, turn=True)
    assert [reading.digit for reading in readings] == [5]


@pytest.mark.parametrize("digit", [1, 6, 8])
def test_a_digit_that_fills_the_frame_is_read(digit, classifier, network):
    random = np.random.default_rng(digit)
    coverage = np.zeros((400, 300), np.float32)
    drawn_ink.place(coverage, write(digit, random, 360), 150, 200)
    picture = photographed(205 * (1 - coverage) + 50 * coverage, random)
    readings = read_digits(picture, classifier, network, turn=True)
    assert [reading.digit for reading in readings] == [digit]


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_writing_that_shows_faintly_through_the_paper_is_not_read(seed, classifier, network):
    random = np.random.default_rng(seed)
    coverage, behind = (np.zeros((480, 640), np.float32) for _ in range(2))
    rows_on(coverage, ["314", "159"], random, 100, 80, 70)
    rows_on(behind, ["8263 071", "5490 318"], random, 280, 80, 22)
    page = 220 * (1 - coverage) + 60 * coverage - 8 * behind[:, ::-1]
    readings = read_digits(photographed(page, random), classifier, network, turn=True)
    assert "".join(str(reading.digit) for reading in readings) == "314159"


@pytest.fixture(scope="module")
def page_to_turn():
    return draw_page(["31475", "92643", "27483"], seed=4, size=(640, 480))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_page_is_read_or_flagged(quarters, classifier, page_to_turn, network):
    frame = np.ascontiguousarray(np.rot90(page_to_turn.image, quarters))
    page = read_page(frame, classifier, network, turn=True)
    is_read = [reading.digit for reading in page.readings] == list(page_to_turn.digits)
    assert is_read or page.reads_badly


@pytest.mark.parametrize("degrees", [-45, 45])
def test_a_page_askew_by_45_degrees_is_read_or_flagged(degrees, classifier, page_to_turn, network):
    height, width = page_to_turn.image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    matrix[:, 2] += (400 - width / 2, 400 - height / 2)
    frame = cv2.warpAffine(page_to_turn.image, matrix, (800, 800), borderValue=(205, 215, 215))
    page = read_page(frame, classifier, network, turn=True)
    is_read = sorted(r.digit for r in page.readings) == sorted(page_to_turn.digits)
    assert is_read or page.reads_badly


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_digits_of_12_pixels_are_read(seed, classifier, network):
    random = np.random.default_rng(seed)
    coverage = np.zeros((360, 480), np.float32)
    rows_on(coverage, ("3 1 4 7", "9 2 6 8"), random, 120, 150, 12)
    picture = np.full((360, 480, 3), 220.0) * (1 - 0.8 * coverage[:, :, None])
    readings = read_digits(photographed(picture, random), classifier, network, turn=True)
    assert "".join(str(reading.digit) for reading in readings) == "31479268"


@pytest.mark.parametrize("seed", range(2))
def test_1000_whose_digits_touch_is_four_digits(seed, classifier, network):
    random = np.random.default_rng(seed)
    coverage = np.zeros((320, 480), np.float32)
    rows_on(coverage, ("1",), random, 120, 120, 70)
    x = 165.0
    for _ in range(3):
        zero = write(0, random, 68)
        drawn_ink.place(coverage, zero, x + zero.shape[1] / 2, 155)
        x += zero.shape[1] - 4
    picture = np.full((320, 480, 3), 215.0) * (1 - 0.8 * coverage[:, :, None])
    readings = read_digits(photographed(picture, random), classifier, network, turn=True)
    assert "".join(str(reading.digit) for reading in readings) == "1000"


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_digit_beside_words_is_read_and_the_words_are_not(seed, classifier, network):
    random = np.random.default_rng(seed)
    coverage = np.zeros((400, 640), np.float32)
    for line in range(3):
        x = 40.0
        for place in range(9):
            if place == 3:  # a blank
                x += 40
                continue
            shape = choose(signs.LETTERS, random)
            letter = drawn_ink.cropped(
                draw(shape, 1, random, 64, NEAT._replace(pen=(0.08, 0.085)))[0]
            )
            letter = drawn_ink.scaled(letter, 38 / letter.shape[0])
            drawn_ink.place(coverage, letter, x + letter.shape[1] / 2, 80 + 100 * line)
            x += letter.shape[1] + 8
        if line == 1:
            drawn_ink.place(coverage, write(7, random, 52), min(x + 60, 590), 180)
    picture = np.full((400, 640, 3), 220.0) * (1 - 0.8 * coverage[:, :, None])
    readings = read_digits(photographed(picture, random), classifier, network, turn=True)
    assert [reading.digit for reading in readings] == [7]
