"""The page and its API as an ASGI application."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge_demo.contract import ATTENTION, IMAGE_SHAPE, PROBABILITIES, UserError
from edge_demo.reading.numbers import texts
from edge_demo.web.address import Address
from edge_demo.web.collecting import Collection
from edge_demo.web.guard import Guard
from edge_demo.web.live import LiveView
from edge_demo.web.measures import CONTENT_TYPE, Measures
from edge_demo.web.posted import PostedPictures

STATIC = Path(__file__).with_name("static")
# What is served, by name: nothing else of the device can be reached by any path.
FILES = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "main.js": "text/javascript; charset=utf-8",
    "api.js": "text/javascript; charset=utf-8",
    "digits.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "pad.js": "text/javascript; charset=utf-8",
    "photo.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "openapi.json": "application/json",
}
MOST_BYTES = 20_000_000  # of a picture that is sent
MOST_CORRECTION_BYTES = 20_000
BODY_SECONDS = 20.0  # within which a body has to be here
FRAME_SECONDS = 4.0  # for which a viewer waits for the next frame
NO_FRAME = "The source gives no frame; it is waited for."
READERS = max(1, os.cpu_count() or 1)  # pictures that are read at once


class Page:
    """The handlers, and what they share.

    Args:
        live: The source's view.
        posted: Reads pictures that are sent.
        collection: Where corrections go; None where none are taken.
        address: Where the page is served.
    """

    def __init__(
        self,
        live: LiveView,
        posted: PostedPictures,
        collection: Collection | None,
        address: Address,
    ) -> None:
        self.live, self.posted, self.collection = live, posted, collection
        self.measures = Measures()
        self._limiter: anyio.CapacityLimiter | None = None
        self._collecting = asyncio.Lock()
        self._started = time.monotonic()
        routes = [
            Route("/", self._file, name="index.html"),
            *(Route(f"/{name}", self._file) for name in FILES if name != "index.html"),
            Route("/api/read", self._read, methods=["POST"]),
            Route("/api/frame", self._frame),
            Route("/api/corrections", self._correct, methods=["POST"]),
            Route("/api/health", self._health),
            Route("/api/model", self._model),
            Route("/metrics", self._metrics),
        ]
        handlers: dict[Any, Any] = {HTTPException: _refused, UserError: _unreadable}
        app = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=handlers)
        self.guard = Guard(self._counted(app), address)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._limiter = anyio.CapacityLimiter(READERS)
        self.live.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self.live.stop)

    def _counted(self, app: Any) -> Any:
        async def counted(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def count(message: Any) -> None:
                if message["type"] == "http.response.start":
                    # Only known paths are told apart: a label for every fuzzed one would grow.
                    path = scope["path"] if scope["path"].startswith(("/api/", "/metrics")) else "/"
                    path = path if path in API_PATHS else "/"
                    self.measures.requests.labels(path, str(message["status"])).inc()
                await send(message)

            await app(scope, receive, count)

        return counted

    async def _file(self, request: Request) -> Response:
        name = request.url.path.lstrip("/") or "index.html"
        headers = {"cache-control": "no-cache"}
        return Response((STATIC / name).read_bytes(), media_type=FILES[name], headers=headers)

    async def _read(self, request: Request) -> Response:
        content = await _body(request, MOST_BYTES)
        name = request.query_params.get("name", "picture")[:200]
        start = time.perf_counter()
        answer = await anyio.to_thread.run_sync(
            self.posted.read,
            content,
            name,
            _is_on(request, "details"),
            _is_on(request, "annotated"),
            _is_on(request, "quick"),
            limiter=self._limiter,
        )
        self.measures.read_seconds.observe(time.perf_counter() - start)
        self.measures.digits.inc(len(answer["digits"]))
        return _json(answer)

    async def _frame(self, request: Request) -> Response:
        try:
            after = int(request.query_params.get("after", "0"))
        except ValueError:
            raise HTTPException(400, "`after` is the number of a frame.") from None
        snapshot = await self.live.newer_than(after, FRAME_SECONDS)
        if snapshot is None:
            return _json({"state": "waiting", "message": self.live.message or NO_FRAME})
        picture = await self.live.jpeg(
            snapshot, _is_on(request, "boxes"), _is_on(request, "attention")
        )
        facts = {
            "frame": snapshot.number,
            "source": snapshot.source,
            "digits": [reading.to_dict() for reading in snapshot.readings],
            **texts(snapshot.lines),
            "milliseconds": round(snapshot.milliseconds, 1),
            "frames_per_second": round(snapshot.frames_per_second, 1),
        }
        headers = {"cache-control": "no-store", "x-frame": json.dumps(facts)}
        return Response(picture, media_type="image/jpeg", headers=headers)

    async def _correct(self, request: Request) -> Response:
        if self.collection is None:
            raise HTTPException(
                403, "corrections are kept where the command was started with --collect DIR."
            )
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise HTTPException(415, "a correction is sent as application/json.")
        content = await _body(request, MOST_CORRECTION_BYTES)
        try:
            correction = json.loads(content)
        except (ValueError, RecursionError):
            raise HTTPException(400, "a correction is a JSON object.") from None
        async with self._collecting:
            return _json(await asyncio.to_thread(self.collection.add, correction))

    async def _health(self, request: Request) -> Response:
        return _json(
            {
                "status": "ok",
                "live": not self.live.message,
                "message": self.live.message,
                "collecting": self.collection is not None,
                "seconds": round(time.monotonic() - self._started, 1),
            }
        )

    async def _model(self, request: Request) -> Response:
        classifier = await anyio.to_thread.run_sync(self.posted.classifier, limiter=self._limiter)
        return _json(
            {
                "labels": list(classifier.labels),
                "input": {"dtype": "uint8", "shape": [1, *IMAGE_SHAPE], "ink": 255, "paper": 0},
                "outputs": [PROBABILITIES, ATTENTION],
                "runtime": classifier.runtime,
                "metadata": classifier.metadata,
            }
        )

    async def _metrics(self, request: Request) -> Response:
        newest = self.live.newest
        if newest is not None:
            self.measures.live_frames.set(newest.number)
            self.measures.live_milliseconds.set(newest.milliseconds)
        self.measures.under_way.set(self.guard.under_way)
        return Response(self.measures.text(), media_type=CONTENT_TYPE)


API_PATHS = frozenset(
    "/api/read /api/frame /api/corrections /api/health /api/model /metrics".split()
)


async def _body(request: Request, most_bytes: int) -> bytes:
    """A request's body, or a refusal: too large (413) before it is here, or too slow (408)."""
    declared = request.headers.get("content-length", "0")
    too_large = HTTPException(413, f"at most {most_bytes:,} bytes are taken.")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise too_large
    parts, size = [], 0
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most_bytes:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        raise HTTPException(408, f"the body was not here within {BODY_SECONDS:g} s.") from None
    except ClientDisconnect:
        raise HTTPException(400, "the sender went away.") from None
    return b"".join(parts)


def _is_on(request: Request, name: str) -> bool:
    return request.query_params.get(name, "0") not in ("", "0", "false")


def _json(value: Any, status: int = 200) -> Response:
    return JSONResponse(value, status, headers={"cache-control": "no-store"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json({"error": error.detail}, error.status_code)


async def _unreadable(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 422)
