"""The page's command and a real browser, for the tests and for `python docs/draw_web.py`."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parents[3]
BROWSERS, DRIVERS = ("chromium", "chromium-browser", "google-chrome"), ("chromedriver",)
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
WAIT_SECONDS = 30  # a shared machine may be busy
# Strokes in a unit square, as a person draws them.
THREE = [(0.1, 0.1), (0.5, 0), (0.9, 0.15), (0.75, 0.42), (0.4, 0.48), (0.8, 0.58), (0.95, 0.8)]
THREE += [(0.6, 1), (0.05, 0.92)]
ONE = [(0.5, 0), (0.5, 0.5), (0.5, 1)]
SEVEN = [(0, 0), (0.5, 0), (1, 0), (0.7, 0.5), (0.45, 1)]


def is_here():
    """Whether there is a browser with its driver on this machine."""
    return any(map(shutil.which, BROWSERS)) and any(map(shutil.which, DRIVERS))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`python -m edge_demo synthetic --web PORT`, as a person starts it."""

    def __init__(self, port, folder):
        self.link = f"http://127.0.0.1:{port}/"
        self.command = [sys.executable, "-m", "edge_demo", "synthetic", "--web", str(port)]
        self.command += ["--collect", str(folder)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()

    def start(self):
        self.process = subprocess.Popen(self.command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self.link in self.process.stderr.readline()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_SECONDS)
        self.process.stderr.close()
        return self.process.returncode


@contextlib.contextmanager
def open_browser(width, height, dark=False):
    """A headless browser with a window of this size, in the light or the dark colour scheme."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(next(filter(None, map(shutil.which, DRIVERS))))
        browser = webdriver.Chrome(options, service)
        try:
            resize(browser, width, height)
            scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
            yield browser
        finally:
            browser.quit()


def resize(browser, width, height):
    """Gives the page a window of this size; under 500 pixels it is a phone's."""
    facts = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", facts)


def draw(browser, strokes, left, width=0.14, top=0.2, height=0.6):
    """Draws strokes with pointer events; places are shares of the pad."""
    pad = browser.find_element(By.ID, "pad")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", pad)
    across, down = pad.size["width"], pad.size["height"]
    for stroke in strokes:
        actions = ActionChains(browser, duration=10)
        places = [
            (int((left + x * width - 0.5) * across), int((top + y * height - 0.5) * down))
            for x, y in stroke
        ]
        actions.move_to_element_with_offset(pad, *places[0]).click_and_hold()
        for place in places[1:]:
            actions.move_to_element_with_offset(pad, *place)
        actions.release().perform()
