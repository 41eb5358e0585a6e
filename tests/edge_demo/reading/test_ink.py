"""Ink is measured against its paper, in any light and either polarity."""

import cv2
import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.reading.ink import find_ink


def gray(page):
    return page.image.mean(axis=2).astype(np.uint8)


def coarse_grain():
    """Grain of several pixels, float [480, 640], standard deviation 1."""
    grain = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, (480, 640)), (0, 0), 3)
    return grain / grain.std()


@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_polarity_is_found(light_on_dark, seed):
    page = draw_page(["01234", "56789"], seed=seed, light_on_dark=light_on_dark)
    assert find_ink(gray(page)).light_on_dark is light_on_dark


def test_ink_in_the_shade_is_as_strong_as_in_the_light():
    page = draw_page(["88888"], seed=1, noise=0)
    shade = np.linspace(1.0, 0.3, page.image.shape[1])
    ink = find_ink((gray(page) * shade).astype(np.uint8)).strength
    strengths = [
        np.percentile(ink[y : y + height, x : x + width], 97) for x, y, width, height in page.boxes
    ]
    assert max(strengths) < 1.1 * min(strengths)


def test_paper_has_no_ink():
    ink = find_ink(np.tile(np.linspace(90, 230, 640).astype(np.uint8), (480, 1)))
    assert (ink.strength <= ink.floor).all()


def test_rougher_paper_asks_for_stronger_ink():
    grain = coarse_grain()
    smooth, rough = (
        find_ink(np.clip(200 + noise * grain, 0, 255).astype(np.uint8)) for noise in (1, 12)
    )
    assert rough.significant()[240, 320] > smooth.significant()[240, 320]


def test_grain_is_judged_where_it_is():
    noise = coarse_grain() * np.linspace(0.5, 9, 640)
    ink = find_ink(np.clip(200 + noise, 0, 255).astype(np.uint8))
    assert ink.significant()[240, 600] > 2 * ink.significant()[240, 40]
    assert (ink.strength >= ink.significant()).mean() < 0.001


def test_a_page_on_a_dark_desk_is_no_light_ink():
    page = draw_page(["01234", "56789"], seed=4)
    frame = np.full((720, 900), 25, np.uint8)
    frame[120:600, 140:780] = gray(page)
    turned = cv2.warpAffine(
        frame, cv2.getRotationMatrix2D((450, 360), 12, 1), (900, 720), borderValue=25
    )
    assert not find_ink(turned).light_on_dark


def test_strokes_stand_out_from_rough_paper():
    random = np.random.default_rng(0)
    grain = cv2.GaussianBlur(random.normal(0, 1, (480, 640)), (0, 0), 1.2)
    page = draw_page(["88888"], seed=1, ink=0.6, noise=0)
    rough = np.clip(gray(page) + 9 * grain / grain.std(), 0, 255).astype(np.uint8)
    ink = find_ink(rough)
    strong = ink.strength >= ink.significant()
    inside = np.zeros(strong.shape, bool)
    for x, y, width, height in page.boxes:
        inside[y : y + height, x : x + width] = True
    assert strong[inside].mean() > 20 * max(strong[~inside].mean(), 1e-6)
