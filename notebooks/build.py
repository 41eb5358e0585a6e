"""Executes the notebooks' paired scripts and writes the .ipynb files, outputs included.

    python notebooks/build.py                     all of them, from the scripts beside them
    python notebooks/build.py 04_camera           one
    python notebooks/build.py --fast --out DIR    small settings, into another folder

The scripts (`NAME.py`, jupytext's percent format) are what people edit and review; an .ipynb is
never edited. What cells write to stderr (progress bars, a library's chatter) is not kept.
"""

import argparse
import os
import pathlib
import sys
import time

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 400_000  # code hosts show larger notebooks slowly or not at all
TIMEOUT_S = 900  # of one cell
FAST = "DIGITNET_NOTEBOOK_FAST"


def scripts() -> list[pathlib.Path]:
    """The paired scripts, in reading order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def read_script(path) -> nbformat.NotebookNode:
    """A paired script as a notebook without outputs; cells are numbered, so that files repeat."""
    notebook = jupytext.read(path)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata = {}
    return notebook


def execute(path, fast: bool = False) -> nbformat.NotebookNode:
    """Runs a paired script from top to bottom in a fresh kernel.

    Args:
        path: The script.
        fast: Whether it runs with small settings (the environment variable
            `DIGITNET_NOTEBOOK_FAST=1`).

    Returns:
        The notebook with its outputs, those on stderr left out.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
    """
    notebook = read_script(path)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT_S,
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    # The packages of this clone, whatever is installed.
    paths = [str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    client.execute(env={**environment, FAST: "1" if fast else "0"})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    return notebook


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python notebooks/build.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", help="such as 04_camera (default: all)")
    parser.add_argument("--fast", action="store_true", help="small settings, as the tests run them")
    parser.add_argument("--out", default=FOLDER, help="folder to write (default: beside scripts)")
    arguments = parser.parse_args(argv)
    known = {path.stem: path for path in scripts()}
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        print(f"error: no notebook {unknown[0]!r}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or known:
        start = time.perf_counter()
        text = nbformat.writes(execute(known[name], arguments.fast)) + "\n"
        size = len(text.encode())
        print(f"{name}: {time.perf_counter() - start:.0f} s, {size:,} bytes")
        if size > MOST_BYTES:
            print(f"error: {name}.ipynb is over {MOST_BYTES:,} bytes; draw less.", file=sys.stderr)
            return 2
        (out / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
