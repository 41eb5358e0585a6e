"""Who may ask: the token, the names of this machine, pages elsewhere, too many at once."""

import asyncio

import pytest

from edge_demo.contract import UserError
from edge_demo.web.address import Address, listen, parse_address

guard = pytest.importorskip(
    "edge_demo.web.guard", reason="the page is an extra: pip install 'digitnet[web]'"
)


def test_this_machine_alone_needs_no_token():
    assert parse_address("8000") == Address("127.0.0.1", 8000, None)
    assert parse_address("localhost:0").is_local and parse_address("[::1]:80").is_local


def test_another_host_gets_a_token_of_its_own_each_time():
    first, second = parse_address("0.0.0.0:8000"), parse_address("0.0.0.0:8000")
    assert first.token and second.token and first.token != second.token
    assert f"?token={first.token}" in first.link()


@pytest.mark.parametrize("text", ["", "x", "-1", "70000", "host:", ":", "1.2.3.4"])
def test_what_is_no_address_is_a_sentence(text):
    with pytest.raises(UserError, match="--web takes a port"):
        parse_address(text)


def test_a_port_that_is_taken_is_a_sentence():
    with listen(parse_address("0")) as taken:
        with pytest.raises(UserError, match="cannot listen"):
            listen(Address("127.0.0.1", taken.getsockname()[1], None))


def test_without_the_token_nothing_is_answered(serve):
    client = serve(address="0.0.0.0:8000")
    for path in ("/", "/main.js", "/api/health", "/metrics", "/?token=wrong"):
        response = client.get(path, headers={"cookie": f"{guard.COOKIE}=wrong"})
        assert response.status_code == 401, path
        assert "token" in response.json()["error"]


def test_the_link_s_token_becomes_a_cookie_and_leaves_the_link(serve):
    client = serve(address="0.0.0.0:8000")
    token = client.page.guard._address.token
    response = client.get(f"/?token={token}", follow_redirects=False)
    assert response.status_code == 303 and response.headers["location"] == "/"
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get("/").status_code == 200


def test_a_program_sends_the_token_as_a_bearer(serve):
    client = serve(address="0.0.0.0:8000")
    token = client.page.guard._address.token
    headers = {"authorization": f"Bearer {token}"}
    assert client.get("/api/health", headers=headers).status_code == 200


def test_a_name_that_is_rebound_to_this_machine_is_refused(serve):
    response = serve().get("/api/health", headers={"host": "evil.example"})
    assert response.status_code == 403


def test_another_site_s_page_may_not_post(serve):
    response = serve().post("/api/read", content=b"", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


def test_every_answer_has_the_content_security_policy(serve):
    client = serve()
    for path in ("/", "/api/health", "/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_page_asks_no_other_host(serve):
    client = serve()
    for name in ("/", "/style.css", "/main.js", "/api.js", "/live.js", "/pad.js", "/photo.js"):
        text = client.get(name).text
        assert "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text


def test_one_request_too_many_is_told_so():
    answers = []

    async def slow(scope, receive, send):
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(app):
        async def send(message):
            if message["type"] == "http.response.start":
                answers.append(message["status"])

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
        await app({**scope, "headers": [(b"host", b"localhost")]}, None, send)

    async def all_at_once():
        app = guard.Guard(slow, parse_address("8000"), most_requests=2)
        await asyncio.gather(*(ask(app) for _ in range(3)))
        await ask(app)
        assert app.under_way == 0

    asyncio.run(all_at_once())
    assert sorted(answers) == [200, 200, 200, 429]
