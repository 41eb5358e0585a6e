"""The finder finds each drawn digit once, whatever the light and the pen."""

import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.finder import find_candidates


def overlap(first, second):
    """Intersection over union of two boxes (x, y, width, height)."""
    left, top = np.maximum(first[:2], second[:2])
    right = min(first[0] + first[2], second[0] + second[2])
    bottom = min(first[1] + first[3], second[1] + second[3])
    common = max(0, right - left) * max(0, bottom - top)
    return common / (first[2] * first[3] + second[2] * second[3] - common)


def found_boxes(frame):
    """Boxes in pixels of the frame, those of parts included."""
    found = find_candidates(frame)
    parts = [part for candidate in found.candidates for part in candidate.parts]
    both = found.candidates + parts
    return [tuple(value / found.scale for value in candidate[:4]) for candidate in both]


def assert_finds(page, least_overlap=0.6):
    boxes = found_boxes(page.image)
    for truth in page.boxes:
        assert sum(overlap(box, truth) > least_overlap for box in boxes) == 1, truth
    assert len(boxes) == len(page.boxes)


@pytest.mark.parametrize("seed", range(4))
def test_every_digit_is_found_once(seed):
    assert_finds(draw_page(["01234", "56789"], seed=seed))


@pytest.mark.parametrize(
    "options",
    [
        {"ink": 0.75},
        {"light_on_dark": True},
        {"noise": 8.0},
        {"slope": 0.2},
        {"size": (1280, 720)},
        {"size": (320, 240)},
        {"size": (2400, 1800)},
    ],
    ids=["faint", "chalk", "noisy", "slanted", "720p", "small", "large"],
)
def test_every_digit_is_found_on_other_pages(options):
    assert_finds(draw_page(["01234", "56789"], seed=3, **options))


def test_a_hard_shadow_across_the_page_hides_no_digit():
    page = draw_page(["01234", "56789"], seed=2)
    shadow = page.image.copy()
    shadow[:, :250] = shadow[:, :250] // 2
    boxes = found_boxes(shadow)
    for truth in page.boxes:
        assert any(overlap(box, truth) > 0.5 for box in boxes), truth


def test_grey_and_colour_frames_agree():
    page = draw_page(["507"], seed=5)
    grey = page.image.mean(axis=2).astype(np.uint8)
    assert len(found_boxes(grey)) == len(found_boxes(page.image)) == 3


@pytest.mark.parametrize("noise", [0.0, 3.0, 12.0])
def test_an_empty_page_gives_no_candidate(noise):
    random = np.random.default_rng(1)
    frame = np.clip(200 + random.normal(0, noise, (480, 640, 3)), 0, 255).astype(np.uint8)
    assert found_boxes(frame) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3), (8, 8), (28, 28)])
def test_frames_of_any_size_are_searched(shape):
    frame = np.full((*shape, 3), 180, np.uint8)
    assert found_boxes(frame) == []


def test_a_strided_frame_is_searched_as_its_copy_is():
    page = draw_page(["42"], seed=6)
    mirrored = page.image[:, ::-1]
    assert found_boxes(mirrored) == found_boxes(mirrored.copy())
