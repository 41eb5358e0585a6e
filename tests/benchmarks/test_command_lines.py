"""What the benchmarks' command lines have in common."""

import pathlib
import subprocess
import sys

import pytest

from benchmarks import blocks, latency, scenes
from edge_demo import contract
from edge_demo.contract import UserError

FOLDER = pathlib.Path(blocks.__file__).parent
COMMANDS = sorted(path.stem for path in FOLDER.glob("*.py") if "blocks.parser(" in path.read_text())
HEAVY = ("tensorflow", "keras", "cv2", "tflite", "tflite_runtime", "ai_edge_litert", "tqdm")
PAGE = "# Figures\n<!-- begin scenes -->\n<!-- end scenes -->\n"


def test_all_benchmarks_are_looked_at():
    assert len(COMMANDS) >= 14


def test_help_of_every_benchmark_answers_before_anything_heavy_is_imported():
    program = f"""
import contextlib, io, runpy, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Block())
for name in {COMMANDS!r}:
    for option in ("--help", "--version"):
        sys.argv = [name, option]
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
            runpy.run_module(f"benchmarks.{{name}}", run_name="__main__")
        assert text.getvalue().startswith((f"usage: python -m benchmarks.{{name}} ", "digitnet "))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-600:]


def test_the_block_of_a_page_has_the_command_as_it_was_given(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    options = ["--scenes", "1", "--only", "slanted", "--seed", "3", "--write", str(page)]
    assert scenes.main(options) == 0
    assert f"`python -m benchmarks.scenes {' '.join(options)}`" in page.read_text()
    assert capsys.readouterr().out.strip() in page.read_text()


@pytest.mark.parametrize(
    ("given", "path"),
    [([], None), (["--write"], str(blocks.README)), (["--write", "a.md"], "a.md")],
)
def test_write_means_readme_unless_a_page_is_named(given, path):
    parser = blocks.parser("scenes", "Scenes.")
    blocks.add_write_option(parser)
    assert parser.parse_args(given).write == path


def test_arguments_with_spaces_can_be_pasted_into_a_shell():
    parser = blocks.parser("photos", None)
    assert blocks.command(parser, ["my photos", "--json"]) == (
        "python -m benchmarks.photos 'my photos' --json"
    )


def test_a_file_s_format_is_read_from_the_file_and_not_from_its_name(tmp_path):
    path = tmp_path / "digitnet-mine-int8.tflite"
    path.write_bytes(contract.packed(b"\0" * 64, {"format": "float16"}))
    assert latency._format(path) == "float16"
    path.write_bytes(b"\0" * 64)
    with pytest.raises(UserError, match="does not say its format"):
        latency._format(path)


def test_the_latency_table_says_how_many_calls_there_were():
    def timed(calls):
        times = {"calls": calls, "median_us": 5.0, "min_us": 4.0, "p99_us": 9.0}
        return {"runtime": "a runtime", "bytes": 70_000, "threads": {"1": times}}

    text = latency._to_markdown(["a", "b"], [timed(3000), timed(812)], 9, "the command")
    assert "`the command`" in text
    assert "3,000 calls, or what 3 s hold (812 to 3,000)" in text
