"""The five commands of the README, taken from it and run one after the other."""

import subprocess

import pytest

from benchmarks import newcomer, readme
from digitnet.errors import UserError

README = """
<!-- newcomer commands -->
```
git clone REPOSITORY digitnet && cd digitnet
touch installed
python3 -c "print('trained', 97)"
test -e installed
echo 3 1 4
```
"""


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    options = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(
        ["git", "-C", folder, *options, "commit", "-q", "--allow-empty", "-m", "one"], check=True
    )
    return folder


def test_readme_has_the_five_commands():
    lines = newcomer.commands(readme.README.read_text(encoding="utf-8"))
    starts = ["git clone", "python3 -m venv", ".venv/bin/python -m digitnet.train"]
    starts += [".venv/bin/python -m export", ".venv/bin/python -m edge_demo"]
    assert [line.startswith(start) for line, start in zip(lines, starts, strict=True)] == [True] * 5


def test_commands_run_in_the_clone_and_are_timed(tmp_path, repository):
    import sys

    (tmp_path / "fresh").mkdir()
    results = newcomer.run(
        newcomer.commands(README), tmp_path / "fresh", str(repository), sys.executable
    )
    assert [output for _, output in results] == ["", "", "trained 97", "", "3 1 4"]
    assert all(seconds > 0 for seconds, _ in results)
    table = newcomer.table(results)
    assert "| read a page |" in table
    assert "`python -m benchmarks.newcomer`" in table


def test_a_command_that_fails_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="`echo no >&2; false` failed: no"):
        newcomer.run(["echo no >&2; false"], tmp_path, "nowhere", "python3")


def test_a_readme_without_the_commands_is_a_sentence():
    with pytest.raises(UserError, match="0 newcomer's commands where 5 are due"):
        newcomer.commands("# Another project")
