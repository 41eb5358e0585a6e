"""Tags stand beside their digits: over no digit, no other ink and no other tag."""

import cv2
import numpy as np
import pytest

from edge_demo.frames.synthetic import draw_page
from edge_demo.showing.tags import place, tag_size


def texts(digits):
    return [(f"{digit} 100%", str(digit)) for digit in digits]


def covered_pixels(page, tags):
    """How often a pixel lies under a tag or in a digit's box, at most."""
    count = np.zeros(page.image.shape[:2], np.uint8)
    boxes = [(tag.left, tag.top, *tag_size(tag.text, tag.scale)) for tag in tags]
    for x, y, width, height in (*page.boxes, *boxes):
        assert x >= 0 and y >= 0
        assert x + width <= count.shape[1] and y + height <= count.shape[0]
        count[y : y + height, x : x + width] += 1
    return int(count.max())


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        (["123"] * 2, (640, 480)),
        (["12345678"] * 6, (640, 480)),
        (["123456789012"] * 12, (640, 480)),
        (["12345678901234567890"] * 16, (960, 640)),
    ],
    ids=["sparse", "middle", "dense", "denser"],
)
def test_tags_cover_no_digit_and_no_other_tag(rows, size):
    page = draw_page(rows, seed=1, size=size)
    tags, _ = place(page.image, page.boxes, texts(page.digits), 0.5)
    assert [tag.text[0] for tag in tags] == [str(digit) for digit in page.digits]
    assert covered_pixels(page, tags) == 1


def test_tags_of_a_page_are_alike_and_smaller_where_it_is_dense():
    styles = []
    for rows in (["123"] * 2, ["12345678"] * 9, ["123456789012"] * 14):
        page = draw_page(rows, seed=1)
        tags, _ = place(page.image, page.boxes, texts(page.digits), 0.5)
        (style,) = {(len(tag.text), tag.scale) for tag in tags}
        styles.append(style)
    assert styles == sorted(styles, reverse=True)
    assert styles[0] == (6, 0.5) and styles[-1][0] == 1


def test_a_tag_steps_aside_from_what_was_not_read():
    image = np.full((200, 300, 3), 230, np.uint8)
    cv2.putText(image, "abc", (100, 75), cv2.FONT_HERSHEY_SIMPLEX, 1, (30, 30, 30), 3)
    ink = image.copy()
    ((tag,), _) = place(image, [(100, 90, 40, 50)], [("7 99%", "7")], 0.5)
    width, height = tag_size(tag.text, tag.scale)
    assert (ink[tag.top : tag.top + height, tag.left : tag.left + width] == 230).all()


def test_where_nothing_is_free_the_tag_still_lies_inside():
    image = np.full((40, 30, 3), 230, np.uint8)
    ((tag,), caption) = place(image, [(0, 0, 30, 40)], [("7 99%", "7")], 0.5, "41 frames/s")
    assert tag.text == "7" and caption is None
    assert 0 <= tag.left <= 30 - tag_size("7", tag.scale)[0]


@pytest.mark.parametrize("shape", [(1, 5000, 3), (5000, 1, 3), (3, 3, 3)])
def test_pictures_of_odd_shapes_are_drawn_on(shape):
    tags, _ = place(np.full(shape, 200, np.uint8), [(0, 0, 1, 1)], [("7 99%", "7")], 0.5)
    assert len(tags) == 1


def test_tags_are_small_beside_small_digits_of_a_large_picture():
    page = draw_page(["123456789012"] * 12, seed=1)
    large = cv2.copyMakeBorder(page.image, 0, 1200, 0, 1600, cv2.BORDER_REPLICATE)
    tags, _ = place(large, page.boxes, texts(page.digits), 1.5)
    assert covered_pixels(page._replace(image=large), tags) == 1
