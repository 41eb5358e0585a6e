"""Kinds of written pages, each with one property emphasised and the rest left to chance."""

from typing import Any

_HAND = {"sources": (1, 0, 0, 0)}
_CLEAR = (0.45, 0.95)

# name: what `draw_written_page` is wished to draw.
KINDS: dict[str, dict[str, Any]] = {
    "plain": {
        "scene": "full",
        "ruling": "",
        "layout": "rows",
        "height": (20, 120),
        "contrast": _CLEAR,
        "clutter": 0,
    },
    "few digits": {"layout": "few", "height": (30, 200)},
    "one large": {"scene": "full", "layout": "few", "height": (150, 400)},
    "MNIST": {"layout": "rows", "style": {"sources": (0, 1, 0, 0)}, "height": (18, 90)},
    "rows": {"layout": "rows", "height": (14, 70)},
    "note on a desk": {"scene": "notes", "layout": "rows", "height": (14, 60)},
    "both polarities": {"scene": "notes", "dark_paper": True, "height": (20, 80)},
    "at a sheet's edge": {"scene": "edge", "layout": "few"},
    "ruled": {"ruling": "ruled", "layout": "rows", "height": (14, 80)},
    "squared": {"ruling": "squared", "layout": "rows", "height": (14, 80)},
    "form": {"layout": "form", "height": (14, 50)},
    "table, sudoku": {"layout": "table", "height": (12, 60)},
    "sums": {"layout": "sums", "height": (18, 90)},
    "words": {"layout": "words", "height": (14, 50)},
    "algebra": {"layout": "algebra", "height": (18, 90)},
    "touching": {"layout": "rows", "style": {**_HAND, "gap": -0.03}, "height": (25, 90)},
    "thin pen": {"layout": "few", "pen_share": (0.012, 0.03), "height": (60, 400), "style": _HAND},
    "thick pen": {"layout": "rows", "pen_share": (0.17, 0.25), "style": _HAND, "height": (20, 120)},
    "grain, chalk": {"grainy": True, "height": (30, 200), "style": _HAND},
    "faint": {"contrast": (0.08, 0.2), "layout": "rows", "height": (25, 120)},
    "broken, fading": {"style": {**_HAND, "broken": 0.7, "fade": 0.3}, "height": (25, 150)},
    "small": {"layout": "rows", "height": (10, 16)},
    "turned": {"turn": 18.0, "layout": "rows", "height": (14, 80)},
    "printed": {"style": {"sources": (0, 0, 0.3, 0.7)}, "height": (14, 120)},
    "anything": {},
    "empty": {"empty": True},
}
