"""The device side stands alone: NumPy, OpenCV and a TFLite runtime, and no work at import."""

import subprocess
import sys
from pathlib import Path

import edge_demo

FORBIDDEN = ("tensorflow", "keras", "digitnet", "export", "benchmarks", "picamera2")
SCRIPT = """
import importlib, sys
for name in {forbidden!r}:
    sys.modules[name] = None
sys.path.insert(0, {root!r})
for name in {modules!r}:
    importlib.import_module(name)
"""


def test_every_module_imports_with_the_other_packages_blocked():
    folder = Path(edge_demo.__file__).parent
    modules = [f"edge_demo.{path.stem}" for path in sorted(folder.glob("*.py"))]
    modules = [name for name in modules if not name.endswith("__init__")]
    script = SCRIPT.format(forbidden=FORBIDDEN, root=str(folder.parent), modules=modules)
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    assert child.stdout == ""
