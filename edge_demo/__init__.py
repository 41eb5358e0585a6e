"""Reads handwritten digits from pictures and cameras with a small TFLite file.

>>> import edge_demo
>>> readings = edge_demo.read("docs/page.jpg")
>>> "".join(str(reading.digit) for reading in readings)
'314159265327180'

What is here: `read` for one picture, `Reader` for many or for a model file of one's own, `Reading`,
which they give, and `UserError`, which they raise. `python -m edge_demo` is the same from a shell.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_demo.api import Reader, read
    from edge_demo.contract import UserError
    from edge_demo.reading.readings import Reading

__version__ = "0.1.0"  # that of the whole distribution
__all__ = ["Reader", "Reading", "UserError", "read"]

_HOMES = {"Reader": "api", "read": "api", "Reading": "reading.readings", "UserError": "contract"}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is asked for: `--help` needs neither OpenCV nor NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
