"""Draws docs/page.jpg, which the README's five commands read: `python docs/draw_page.py`."""

import pathlib

import cv2

from edge_demo.frames.synthetic import draw_page

FILE = pathlib.Path(__file__).resolve().with_name("page.jpg")
ROWS = ("31415", "92653", "27180")


def draw():
    """The page as `edge_demo.frames.synthetic.Page`; its `digits` are what is to be read."""
    return draw_page(ROWS, seed=11, size=(960, 640))


if __name__ == "__main__":
    cv2.imwrite(str(FILE), draw().image, [cv2.IMWRITE_JPEG_QUALITY, 88])
