"""The examples of docs/python.md that use digitnet run as they stand, in one process."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHERS = "## Reading digits"  # the part on edge_demo has a test of its own


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="it has the digits")
def test_examples_of_the_page_on_python_run_as_they_stand(tmp_path):
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").partition(OTHERS)[0]
    code = "\n\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    accuracy, *_, parameters = done.stdout.splitlines()
    assert re.fullmatch(r"\d+% of 360 images", accuracy)
    assert parameters == "61730"
