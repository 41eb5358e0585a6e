"""Draws the README's page and what the demo makes of it: `python docs/draw_page.py`.

docs/page.jpg is what the README's five commands read; docs/demo.jpg is that page as
`python -m edge_demo docs/page.jpg --save DIR --attention` annotates it.
"""

import pathlib

import cv2

from edge_demo import Reader
from edge_demo.frames.pictures import read_picture
from edge_demo.frames.synthetic import draw_page
from edge_demo.showing import overlay

FILE = pathlib.Path(__file__).resolve().with_name("page.jpg")
ANNOTATED = FILE.with_name("demo.jpg")
ROWS = ("31415", "92653", "27180")


def draw():
    """The page as `edge_demo.frames.synthetic.Page`; its `digits` are what is to be read."""
    return draw_page(ROWS, seed=11, size=(960, 640))


def annotate():
    """The page's picture, uint8 BGR, with what the shipped model reads drawn on it."""
    return overlay.draw(read_picture(FILE), Reader().read(FILE), attention=True)


if __name__ == "__main__":
    cv2.imwrite(str(FILE), draw().image, [cv2.IMWRITE_JPEG_QUALITY, 88])
    cv2.imwrite(str(ANNOTATED), annotate(), [cv2.IMWRITE_JPEG_QUALITY, 88])
