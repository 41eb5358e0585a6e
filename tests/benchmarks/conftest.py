"""Fixtures of the benchmarks' tests."""

import pytest


@pytest.fixture(scope="session")
def page():
    pytest.importorskip("cv2", reason="pages are drawn with OpenCV")
    from edge_demo.frames.synthetic import draw_page

    return draw_page(["2358", "4670"], seed=1)
