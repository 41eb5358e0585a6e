"""Filmed pages are scored on the page, wherever the hand that films them has drifted."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pictures are read with OpenCV")

from benchmarks import videos  # noqa: E402

BOX = (200.0, 150.0, 40.0, 60.0)


@pytest.fixture
def frames():
    page = np.full((480, 640), 200, np.uint8)
    x, y, width, height = map(int, BOX)
    page[y : y + height, x : x + width] = 20
    return videos.film(page, seed=3)


def test_a_box_of_any_frame_is_laid_back_on_the_page(frames):
    for frame in frames:
        ys, xs = np.nonzero(frame.image[..., 0] < 100)
        left, top = xs.min(), ys.min()
        box = (left, top, xs.max() + 1 - left, ys.max() + 1 - top)
        # A box that is turned by two degrees stands in one that is a little larger.
        np.testing.assert_allclose(videos.laid_back(box, frame.motion), BOX, atol=4)


def test_a_hand_drifts_and_each_frame_has_noise_of_its_own(frames):
    assert len({frame.motion.tobytes() for frame in frames}) == videos.FRAMES
    still = frames[0].image[:100, :100]
    assert 1 < still.std() < 10


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--pages", "0"], "--pages takes 1 or more. Received: 0"),
        (["--seconds", "-1"], "--seconds takes 0 or more. Received: -1.0"),
        (["--only", "nothing"], "--only takes a part of one of plain,"),
    ],
)
def test_what_cannot_be_filmed_is_a_sentence(options, sentence, capsys):
    assert videos.main(options) == 2
    assert sentence in capsys.readouterr().err
