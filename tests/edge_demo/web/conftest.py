"""A page over a source of the test's own, served in the test's process."""

import pytest


@pytest.fixture
def serve(page, tmp_path):
    """A function that makes a client of a page: of a drawn picture, unless frames are given."""
    pytest.importorskip("starlette", reason="the page is an extra: pip install 'digitnet[web]'")
    pytest.importorskip("httpx2", reason="the API's tests need httpx2: 'digitnet[test]' has it")
    from starlette.testclient import TestClient

    from edge_demo.contract import THRESHOLD
    from edge_demo.frames.sources import Frame
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.reader import read_page
    from edge_demo.web.address import parse_address
    from edge_demo.web.app import Page
    from edge_demo.web.collecting import Collection
    from edge_demo.web.live import LiveView
    from edge_demo.web.posted import PostedPictures

    opened = []

    def make(open_frames=None, address="8000", collect=True):
        classifier, network = Classifier(), PageModel()
        frames = open_frames or (lambda: iter([Frame("drawn", page.image, None, "drawn.jpg")]))
        live = LiveView(frames, lambda frame: read_page(frame.image, classifier, network))
        collection = Collection(str(tmp_path / "mine")) if collect else None
        made = Page(live, PostedPictures(None, THRESHOLD), collection, parse_address(address))
        client = TestClient(made.guard, base_url="http://127.0.0.1:8000")
        client.page = made
        opened.append(client)
        return client.__enter__()

    yield make
    for client in opened:
        client.__exit__(None, None, None)
