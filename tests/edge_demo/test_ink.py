"""Ink is measured against its paper, in any light and either polarity."""

import numpy as np
import pytest

from edge_demo.ink import find_ink
from edge_demo.synthetic import draw_page


def gray(page):
    return page.image.mean(axis=2).astype(np.uint8)


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
    random = np.random.default_rng(0)
    smooth, rough = (
        find_ink(np.clip(200 + random.normal(0, noise, (480, 640)), 0, 255).astype(np.uint8))
        for noise in (1, 8)
    )
    assert rough.significant()[240, 320] > smooth.significant()[240, 320]


def test_grain_is_judged_where_it_is():
    random = np.random.default_rng(0)
    noise = random.normal(0, 1, (480, 640)) * np.linspace(0.5, 9, 640)
    ink = find_ink(np.clip(200 + noise, 0, 255).astype(np.uint8))
    assert ink.significant()[240, 600] > 2 * ink.significant()[240, 40]
    assert (ink.strength > ink.floor).mean() < 0.02
