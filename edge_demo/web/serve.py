"""`python -m edge_demo SOURCE --web [HOST:]PORT`: reads a source and serves the page."""

import asyncio
import contextlib
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator

import uvicorn

from edge_demo.contract import UserError
from edge_demo.frames.cameras import choose_camera
from edge_demo.frames.sources import Frame, open_source
from edge_demo.model.page_model import PageModel
from edge_demo.model.reloading import ReloadingClassifier
from edge_demo.reading.reader import Page as ReadPage
from edge_demo.reading.source_reader import SourceReader
from edge_demo.web.address import announce, listen, parse_address
from edge_demo.web.app import Page
from edge_demo.web.collecting import Collection
from edge_demo.web.live import LiveView
from edge_demo.web.posted import PostedPictures

HEADER_BYTES = 16 * 1024  # of a request's line and headers
GRACE_SECONDS = 0.5  # for requests under way when the server is told to end


def serve(arguments: Namespace) -> int:
    """Serves the page until it is told to end; returns the exit code.

    Args:
        arguments: Of `edge_demo.__main__.parser`.

    Raises:
        UserError: The address, the model or the folder for corrections cannot be used.
    """
    address = parse_address(arguments.web)
    collection = Collection(arguments.collect) if arguments.collect else None
    posted = PostedPictures(arguments.model, arguments.threshold, arguments.page_reader)
    live = LiveView(_frames_of(arguments.sources), _reader_of(arguments))
    page = Page(live, posted, collection, address)
    listener = listen(address)
    config = uvicorn.Config(
        page.guard,
        http="h11",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_graceful_shutdown=GRACE_SECONDS,  # type: ignore[arg-type]  # halves work, too
    )
    announce(address.link(listener.getsockname()[1]), with_code=not address.is_local)
    with contextlib.closing(listener), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve([listener]))
    print("The page is closed.", file=sys.stderr)
    return 0


def _frames_of(sources: list[str]) -> Callable[[], Iterator[Frame | UserError]]:
    """A function that opens the sources' frames, one source after the other."""

    def open_frames() -> Iterator[Frame | UserError]:
        for source in sources or [choose_camera()[0]]:
            yield from open_source(source, True)

    return open_frames


def _reader_of(arguments: Namespace) -> Callable[[Frame], ReadPage]:
    """A function from frame to what is read, steadied over a moving source's frames."""
    classifier = ReloadingClassifier(arguments.model)
    network = PageModel(arguments.page_reader)
    reader = SourceReader(
        classifier, network, arguments.threshold, arguments.rotate, arguments.upright
    )
    return lambda frame: reader.read(frame.image, frame.time)
