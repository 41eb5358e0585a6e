"""README and docs/: their commands run, their links lead somewhere, their figures name a script."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests import documents
from tests.documents import ROOT

NEEDED = ("keras", "tensorflow", "sklearn", "cv2", "tflite")
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_everything = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")

PAGES = documents.pages()
NAMES = [path.name for path in PAGES]
COMMANDS = sorted({command.text for page in PAGES for command in documents.commands(page)})

# Commands that the tests do not run, and why. Of those that start one of our modules, the module
# and the options are still looked up in its --help.
REASONS = {
    r"^python3? -m venv .*": "CI and benchmarks.newcomer install as it stands there",
    r"^source ": "it changes the reader's shell and does nothing else",
    r"^pip freeze": "it prints the packages of the reader's environment",
    r"^docker ": "it needs a container engine; tests/test_containers.py checks the files",
    r"pip (un)?install ": "it changes the environment that runs the tests; CI installs the extras",
    r"^git clone ": "it needs the network",
    r"^sudo ": "it changes the system",
    r"^journalctl ": "it needs systemd and the installed service",
    r"^curl ": "it needs the served page; tests/edge_demo/web asks the API",
    r"--web ": "it serves until it is told to end; tests/edge_demo/web opens the page",
    r"^scp ": "it needs a Raspberry Pi",
    r"edge_demo picamera": "it needs a camera",
    r"edge_demo 0$": "it needs a camera",
    r"edge_demo$": "it needs a camera",
    r"digitnet\.train$": "CI trains on few images; the default takes minutes",
    r"--recipe edge(_camera)?\b": "it draws 160,000 pictures first; test_world.py draws few",
    r"--recipe page\b": "it draws 12,000 pages first; tests/digitnet/training/pages draws few",
    r"export\.pages": "it needs a page reader; tests/export/test_pages.py exports one",
    r"--page-reader": "it needs the file that the commands before it make",
    r"^KERAS_BACKEND=jax ": "it needs JAX; CI tests the training side on it",
    r"--runtime ": "it needs environments of other runtimes; tests/export asks one",
    r"-m benchmarks\.": "it measures for minutes",
    r"edge_demo\.bulk": "it needs Ray; tests/edge_demo/bulk/test_document.py runs it",
    r"digitnet\.reproduce": "it trains for hours; its own tests run it with tiny settings",
    r"emulated_pi": "it needs qemu; tests/test_emulated_pi.py runs it where there is one",
    r"^pytest|-m pytest|^ruff |^codespell": "CI runs it",
}

SPELLED = "README.md CHANGELOG.md docs digitnet export edge_demo benchmarks tests notebooks".split()

# What stands for the reader's own files and choices.
SUBSTITUTES = {
    r"\bRUN_DIR\b": "runs/mine",
    r"\bruns/edge(_camera|_small)?\b|\bruns/both(?=/)": "runs/mine",
    r"\bFILE\b": "runs/mine/export/digitnet-int8.tflite",
    r"--recipe NAME\b": "--recipe paper",
    r"\bmnist\b": "optdigits",
    r"(?<=edge_demo )synthetic": "synthetic --frames 3",
    r"^\.venv/bin/python": "python",
}
# Few digits and epochs, whatever the command trains on.
TINY = {"--dataset": "optdigits", "--limit": "120", "--epochs": "1", "--batch-size": "16"}
OPTIONS_OF_MINE = "--dataset optdigits --epochs 8"  # of the run that the sandbox holds


def reason_not_to_run(command):
    return next((why for pattern, why in REASONS.items() if re.search(pattern, command)), None)


def tiny(command):
    """The command with substitutes, and with tiny settings where it trains."""
    for pattern, substitute in SUBSTITUTES.items():
        command = re.sub(pattern, substitute, command)
    if "digitnet.train" in command and "--help" not in command:
        if "--resume" in command:
            return f"{command} {OPTIONS_OF_MINE}"
        for option, value in TINY.items():
            if option == "--dataset" and option in command:
                continue
            command = re.sub(f" {option} \\S+", "", command) + f" {option} {value}"
    elif "digitnet.evaluate" in command and "--dataset" not in command:
        command += " --dataset optdigits"
    return command


def run(command, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    words = re.sub(r"^python\b", f"'{sys.executable}'", command)
    return subprocess.run(
        ["bash", "-euc", words], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """A folder with what the documents speak of: a run, its export, photographs, digits."""
    import cv2
    import numpy as np

    from digitnet.digits import datasets
    from edge_demo.frames.synthetic import draw_page

    folder = tmp_path_factory.mktemp("sandbox")
    for command in (f"digitnet.train {OPTIONS_OF_MINE} --run-dir runs/mine", "export runs/mine"):
        done = run(f"python -m {command}", folder)
        assert done.returncode == 0, done.stderr
    (folder / "photos").mkdir()
    picture = draw_page(["123"], size=(320, 160)).image
    for name in ("photo.jpg", "sheet.jpg", "photos/a.jpg"):
        cv2.imwrite(str(folder / name), picture)
    for digit in range(10):
        (folder / "mine" / str(digit)).mkdir(parents=True)
        sheet = draw_page([str(digit) * 4] * 3, seed=digit, size=(400, 300)).image
        cv2.imwrite(str(folder / "mine" / str(digit) / "sheet.jpg"), sheet)
    digits = datasets.load("optdigits", validation_count=0, limit=200)
    arrays = {name: getattr(digits, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    np.savez(folder / "digits.npz", **arrays)
    shutil.copytree(ROOT / "docs", folder / "docs")
    return folder


@needs_everything
@pytest.mark.slow
@pytest.mark.parametrize(
    "command", sorted({tiny(one) for one in COMMANDS if not reason_not_to_run(one)})
)
def test_command_runs(command, sandbox, tmp_path):
    if shutil.which(command.split()[0]) is None and not command.startswith("python"):
        pytest.skip(f"{command.split()[0]} is not on this machine")
    shutil.copytree(sandbox, tmp_path, dirs_exist_ok=True, symlinks=True)
    words = command.split()
    for option, folder in zip(words, words[1:], strict=False):
        if option == "--run-dir" and "--resume" not in words:
            shutil.rmtree(tmp_path / folder, ignore_errors=True)
    if "--resume" in words:  # of a run that was stopped
        (tmp_path / "runs/mine/metrics.json").unlink()
    if words[:3] == ["python", "-m", "export"]:
        shutil.rmtree(tmp_path / "runs/mine/export")
    done = run(" ".join(words), tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


def modules_and_options(command):
    """The modules of ours that a command starts, each with the options it is given."""
    for part in re.split(r"&&|\|", command):
        module = re.search(r"-m ((?:digitnet|export|edge_demo|benchmarks)[\w.]*)(.*)", part)
        if module:
            yield module.group(1), re.findall(r"(?<!\S)\[?(--[a-z-]+)", module.group(2))


CHECKED = sorted(
    {
        (module, option)
        for command in COMMANDS
        if reason_not_to_run(command)
        for module, options in modules_and_options(command)
        for option in (*options, "--help")
    }
)


@needs_everything
@pytest.mark.slow
@pytest.mark.parametrize("module", sorted({module for module, _ in CHECKED}))
def test_command_that_is_not_run_has_a_module_and_options_that_exist(module):
    done = run(f"python -m {module} --help", ROOT)
    assert done.returncode == 0, done.stderr
    known = set(re.findall(r"--[a-z][a-z-]*", done.stdout))
    assert {option for name, option in CHECKED if name == module} <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_command_starts_a_module_of_ours_or_has_a_reason_not_to_run(command):
    known = re.search(
        r"python\d? (-m (digitnet|export|edge_demo)\b|docs/|notebooks/)|^unzip ", command
    )
    assert known or reason_not_to_run(command), f"run it in a test, or say why not: {command}"


def test_documents_have_commands():
    assert len(COMMANDS) > 30
    assert "python -m export runs/mine" in COMMANDS


@needs_everything
@pytest.mark.slow
def test_examples_of_the_page_on_extending_run_as_they_stand(tmp_path):
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    code = "\n\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    (tmp_path / "examples.py").write_text(code, encoding="utf-8")
    done = run("python examples.py", tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.match(r"small: \d+% of 40 drawn digits", done.stdout)


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_relative_links_and_anchors_lead_somewhere(path):
    dead = []
    for link in documents.links(path):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in documents.anchors(target)):
            dead.append(link)
    assert not dead


def test_links_of_the_notebooks_lead_somewhere():
    dead = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        for link in re.findall(r"\]\(([^)\s#]+)", text):
            if not re.match(r"[a-z]+:", link) and not (path.parent / link).exists():
                dead.append(f"{path.name}: {link}")
    assert not dead


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_generated_block_names_its_command(path):
    text = path.read_text(encoding="utf-8")
    blocks = documents.blocks(path)
    assert len(blocks) == text.count("<!-- begin ") == text.count("<!-- end ")
    # A block that no script has written yet is empty.
    filled = {name: block for name, block in blocks.items() if block.strip()}
    assert not [name for name, block in filled.items() if not re.search(r"`python -m \S+", block)]


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_generated_block_is_written_by_a_script(path):
    scripts = [*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "digitnet").rglob("*.py")]
    sources = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    unknown = [name for name in documents.blocks(path) if f'"{name}"' not in sources]
    assert not unknown, "no script writes a block of this name"


def test_pictures_are_what_their_scripts_draw():
    spec = importlib.util.spec_from_file_location("drawing", ROOT / "docs/draw_architecture.py")
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    assert drawing.FILE.read_text(encoding="utf-8") == drawing.draw()


def test_the_readme_s_page_shows_the_digits_that_its_script_draws():
    pytest.importorskip("cv2")
    from edge_demo.frames.pictures import read_picture
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.reader import read_digits

    spec = importlib.util.spec_from_file_location("drawing", ROOT / "docs/draw_page.py")
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    readings = read_digits(read_picture(drawing.FILE), Classifier(), PageModel())
    assert tuple(reading.digit for reading in readings) == drawing.draw().digits


def test_spelling():
    if importlib.util.find_spec("codespell_lib") is None:
        pytest.skip("codespell is not installed here")
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *SPELLED],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
