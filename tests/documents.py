"""What README and docs/ say: their commands, links and generated blocks, for the tests."""

import pathlib
import re
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The first word of a line that a reader would type, environment assignments aside.
STARTS = (
    "python python3 pip git source sudo systemctl journalctl scp unzip curl apt apt-get cd "
    "pytest ruff codespell jupyter .venv/bin/python .venv/bin/pip"
).split()
ASSIGNMENT = re.compile(r"^[A-Z_]+=\S* ")


class Command(NamedTuple):
    """One command as a document has it, comments cut off."""

    page: str
    text: str


def pages() -> list[pathlib.Path]:
    """README.md and the pages of docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(path) -> list[Command]:
    """The commands of a page: lines of code blocks, fenced or indented, and code in sentences."""
    text = path.read_text(encoding="utf-8")
    found = []
    prose, fenced, language = [], False, ""
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced, language = not fenced, line.strip().lstrip("`")
            continue
        if fenced:
            candidate = line if language in ("", "sh", "bash", "console") else ""
        elif line.startswith("    "):
            candidate = line
        else:
            prose.append(line)
            continue
        found.append(candidate)
    joined = "\n".join(prose)
    found += re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", joined)
    return [Command(path.name, one) for one in map(_command, found) if one]


def _command(line):
    """A line without prompt and comment, or "" where it is no command."""
    line = re.sub(r"\s+", " ", re.split(r"\s{2,}#|\s{3,}", line.strip())[0]).removeprefix("$ ")
    words = ASSIGNMENT.sub("", line).split()
    # A program's bare name in a sentence is no command.
    return line if len(words) > 1 and words[0] in STARTS else ""


def links(path) -> list[str]:
    """Targets of a page's Markdown links and pictures, code left out."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`(?!\])", "", text)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def blocks(path) -> dict[str, str]:
    """Generated blocks of a page: what stands between `<!-- begin NAME -->` and its end."""
    pattern = r"<!-- begin ([\w-]+) -->\n(.*?)<!-- end \1 -->"
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(pattern, text, flags=re.DOTALL))
