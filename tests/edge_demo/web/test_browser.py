"""The page in a real browser: what a person sees, draws, sends and corrects."""

import contextlib
import json
import re
import socket
import time
from pathlib import Path

import cv2
import pytest

from edge_demo.frames.synthetic import draw_page

pytest.importorskip("uvicorn", reason="the page is an extra: pip install 'digitnet[web]'")
pytest.importorskip(
    "selenium.webdriver", reason="a browser is driven with selenium: 'digitnet[test]' has it"
)
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.select import Select  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from tests.edge_demo.web import browser as browser_tools  # noqa: E402
from tests.edge_demo.web.browser import (  # noqa: E402
    ONE,
    SEVEN,
    THREE,
    WAIT_SECONDS,
    Server,
    draw,
    free_port,
    open_browser,
    resize,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not browser_tools.is_here(),
        reason="there is no Chromium with its driver on this machine",
    ),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(free_port(), tmp_path_factory.mktemp("mine")) as server:
        yield server


@pytest.fixture(scope="module")
def browser(server):
    with open_browser(1280, 900) as browser:
        browser.get(server.link)
        yield browser


def text(browser, name):
    return browser.find_element(By.ID, name).text


def until(browser, condition):
    return WebDriverWait(browser, WAIT_SECONDS, 0.1).until(lambda _: condition())


def clear(browser):
    browser.find_element(By.ID, "pad-clear").click()
    until(browser, lambda: "Draw a digit" in text(browser, "draw-answer"))


def test_the_live_view_shows_the_scene_s_digits(browser):
    until(browser, lambda: re.fullmatch(r"(\d+\s*)+", text(browser, "live-answer")))
    assert len(re.sub(r"\s", "", text(browser, "live-answer"))) == 10
    assert "frames/s" in text(browser, "live-rate")
    # It has no width for the moment in which the next frame takes its place.
    width = "return document.getElementById('live-picture').naturalWidth"
    assert until(browser, lambda: browser.execute_script(width)) == 640


def test_the_live_view_goes_on(browser):
    source = "return document.getElementById('live-picture').src"
    first = browser.execute_script(source)
    until(browser, lambda: browser.execute_script(source) != first)


def test_a_drawn_three_is_read(browser):
    draw(browser, [THREE], left=0.4)
    until(browser, lambda: text(browser, "draw-answer") == "3")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#draw-details .bar")) == 10
    assert len(browser.find_elements(By.CSS_SELECTOR, "#draw-details canvas")) == 2
    clear(browser)


def test_two_digits_in_a_row_are_a_number_and_undo_takes_a_stroke(browser):
    draw(browser, [ONE], left=0.3, width=0.1)
    draw(browser, [SEVEN], left=0.48)
    until(browser, lambda: text(browser, "draw-answer") == "17")
    browser.find_element(By.ID, "pad-undo").click()
    until(browser, lambda: text(browser, "draw-answer") == "1")
    clear(browser)


def test_a_scribble_is_no_digit(browser):
    zigzag = [(0.5 + 0.5 * (-1) ** i, i / 24) for i in range(25)]
    draw(browser, [zigzag, [(y, x) for x, y in zigzag]], left=0.3, width=0.4)
    until(browser, lambda: text(browser, "draw-answer") == "no digit")
    clear(browser)


def test_a_photograph_comes_back_annotated_and_is_corrected(browser, server, tmp_path):
    path = tmp_path / "page.png"
    page = draw_page(["2358", "4670"], seed=1)
    cv2.imwrite(str(path), page.image)
    browser.find_element(By.ID, "photo-file").send_keys(str(path))
    cards = until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "#photo-details .digit"))
    assert "".join(text(browser, "photo-answer").split()) == "23584670"
    assert browser.find_element(By.ID, "photo-picture").is_displayed()
    Select(cards[0].find_element(By.TAG_NAME, "select")).select_by_value("7")
    folder = Path(server.command[-1])
    until(browser, lambda: list(folder.glob("7/*.png")))
    until(browser, lambda: "kept" in cards[0].text)


def test_what_is_no_picture_is_a_sentence_on_the_page(browser, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no picture")
    browser.find_element(By.ID, "photo-file").send_keys(str(path))
    until(browser, lambda: "notes.txt" in text(browser, "photo-answer"))
    assert browser.find_element(By.ID, "photo-answer").get_attribute("class").endswith("failed")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_window(browser, width):
    resize(browser, width, 780)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    resize(browser, 1280, 900)


def test_every_control_has_a_name_for_a_screen_reader(browser):
    nameless = browser.execute_script(
        """return [...document.querySelectorAll("button, input, select, canvas, img, a")].filter(
             one => !(one.ariaLabel || one.alt || one.textContent.trim() ||
                      one.labels?.[0]?.textContent.trim())).map(one => one.outerHTML)"""
    )
    assert nameless == []


def test_the_page_had_no_error_in_the_console(browser):
    # Refused pictures (422) are answers that the page shows; everything else is an error.
    entries = [entry["message"] for entry in browser.get_log("browser")]
    assert [entry for entry in entries if "422" not in entry] == []


def test_the_page_survives_a_restart_of_the_server(browser, server):
    assert server.stop() is not None
    until(browser, lambda: "does not answer" in text(browser, "live-message"))
    server.start()
    until(browser, lambda: not browser.find_element(By.ID, "live-message").is_displayed())


def test_sigterm_ends_the_command_within_a_second(tmp_path):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(free_port(), tmp_path))
        port = int(server.command[5])
        one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        one.sendall(b"GET /api/frame HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
        one.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n")
        start = time.monotonic()
        server.stop()
        assert time.monotonic() - start < 5  # one second on an idle machine


def test_the_description_of_the_api_is_json(server):
    import urllib.request

    with urllib.request.urlopen(server.link + "openapi.json") as response:
        assert json.load(response)["openapi"].startswith("3.")
