"""What stands before every request: who may ask, how many at once, and what a browser may load."""

import hmac
import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_demo.web.address import Address, is_loopback

MOST_REQUESTS = 64  # under way at once: each open page holds one, and waits in it for a frame
COOKIE = "digitnet-token"
ELSEWHERE = ("cross-site", "same-site")  # what a browser says of a post from another site's page
HEADERS = {
    # Nothing but what this server itself sends; pictures are also made in the page.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """An ASGI application before another one.

    Refuses in one sentence of JSON: requests beyond `MOST_REQUESTS` (429); without the token where
    one is needed (401), as `?token=`, which becomes a cookie, as that cookie, or as
    `Authorization: Bearer`; under a foreign name on this machine alone, as a page elsewhere that
    rebinds its name would send (403); posts from another site's page (403).

    Args:
        app: What is guarded.
        address: Where it listens; its token, if any, is asked for.
        most_requests: Under way at once.

    Attributes:
        under_way: Requests at the moment.
    """

    def __init__(self, app: ASGIApp, address: Address, most_requests: int = MOST_REQUESTS) -> None:
        self._app, self._address, self._most_requests = app, address, most_requests
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        pairs = scope["headers"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
        self.under_way += 1
        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await _answer(send_guarded, *refusal)
            elif (link := self._link_with_token(scope)) is not None:
                await _redirect(send_guarded, link, self._address.token or "")
            else:
                await self._app(scope, receive, send_guarded)
        finally:
            self.under_way -= 1

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        if self.under_way > self._most_requests:
            return 429, (
                f"{self._most_requests} requests are under way, as many as this device takes; "
                "close a page or try again in a moment."
            )
        if self._address.is_local and not is_loopback(_host_name(headers.get("host", ""))):
            return 403, "this server answers on this machine alone, under localhost."
        if scope["method"] == "POST" and headers.get("sec-fetch-site") in ELSEWHERE:
            return 403, "another site's page may not post here."
        if not self._has_token(scope, headers):
            return 401, "open the link with the token that the command printed."
        return None

    def _has_token(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        expected = self._address.token
        if expected is None:
            return True
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        given = [bearer.strip()] if kind.lower() == "bearer" else []
        given += _query(scope).get("token", [])
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        given += [cookie.value] if cookie else []
        return any(hmac.compare_digest(one.encode(), expected.encode()) for one in given)

    def _link_with_token(self, scope: Scope) -> str | None:
        """The page without the token in its link: histories and screenshots keep links."""
        is_page = scope["method"] == "GET" and scope["path"] == "/"
        return "/" if self._address.token and is_page and "token" in _query(scope) else None


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=None)


def _host_name(header: str) -> str:
    """The name in a Host header, without the port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _redirect(send: Send, link: str, token: str) -> None:
    cookie = f"{COOKIE}={quote(token)}; HttpOnly; SameSite=Strict; Path=/"
    headers = [(b"location", link.encode()), (b"set-cookie", cookie.encode())]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
