"""Photographs the page for the README, in a real browser: `python docs/draw_web.py`."""

import pathlib
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

VIEWS = ((1280, 860, False), (360, 860, True))  # width, height, dark


def main():
    """Writes docs/page-WIDTH-light.png or -dark.png for each view, with a drawn 17 on the pad."""
    from selenium.webdriver.common.by import By

    from tests.edge_demo.web.browser import ONE, SEVEN, Server, draw, free_port, open_browser

    with tempfile.TemporaryDirectory() as folder, Server(free_port(), folder) as server:
        for width, height, dark in VIEWS:
            with open_browser(width, height, dark) as browser:
                browser.get(server.link)
                draw(browser, [ONE], left=0.3, width=0.1)
                draw(browser, [SEVEN], left=0.48)
                time.sleep(3)
                if width > 500:
                    browser.execute_script("scrollTo(0, 0)")
                else:  # the pad, as a phone shows it
                    pad = browser.find_element(By.ID, "draw")
                    browser.execute_script("arguments[0].scrollIntoView()", pad)
                time.sleep(2)
                shade = "dark" if dark else "light"
                browser.save_screenshot(str(FOLDER / f"page-{width}-{shade}.png"))


if __name__ == "__main__":
    main()
