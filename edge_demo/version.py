"""The version of the package, from a clone as from an installation, without importing anything."""

import re
from pathlib import Path

STATED_IN = Path(__file__).parent.parent / "digitnet" / "__init__.py"


def version() -> str:
    """Returns the version, or "unknown" where this folder was copied to a device alone."""
    try:
        found = re.search(r'^__version__ = "(.+)"$', STATED_IN.read_text(encoding="utf-8"), re.M)
    except OSError:
        return "unknown"
    return found[1] if found else "unknown"
