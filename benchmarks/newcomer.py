"""How long the README's five commands take, from clone to a page read.

    python -m benchmarks.newcomer [--python python3.11] [--repository URL] [--write [FILE.md]]

The commands are taken from README.md as they stand there, with REPOSITORY replaced (by this clone
where no other is named) and `python3` by the given interpreter. They run in a fresh folder, which
is removed afterwards. MNIST is found as a newcomer's would be: in TFDS' folder, or fetched.
"""

import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from benchmarks import blocks, readme
from edge_demo.contract import UserError, run_command

ROOT = pathlib.Path(__file__).resolve().parent.parent
WHAT = ("clone", "install", "train", "export", "read a page")


def commands(text: str) -> list[str]:
    """The commands in the fenced block after README's comment `newcomer commands`.

    Raises:
        UserError: If there are not as many as `WHAT` names.
    """
    found = re.search(r"<!-- newcomer commands -->\n```\n(.*?)```", text, flags=re.DOTALL)
    lines = found.group(1).strip().splitlines() if found else []
    if len(lines) != len(WHAT):
        raise UserError(
            f"README.md has {len(lines)} newcomer's commands where {len(WHAT)} are due."
        )
    return lines


def run(lines, folder, repository: str, python: str) -> list[tuple[float, str]]:
    """Runs the commands one after the other, the first in `folder`, the others in the clone.

    Returns:
        Seconds and standard output of each.

    Raises:
        UserError: If one fails, with the end of what it wrote.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    results, where = [], pathlib.Path(folder)
    for line in lines:
        line = line.replace("REPOSITORY", repository)
        line = re.sub(r"^python3\b", python, line)
        print(f"$ {line}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        done = subprocess.run(
            ["bash", "-euc", line], cwd=where, env=environment, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise UserError(f"`{line}` failed: {(done.stderr or done.stdout).strip()[-600:]}")
        results.append((seconds, done.stdout.strip()))
        if not where.joinpath(".git").exists():
            where = where / "digitnet"
    return results


def table(results, command: str = "python -m benchmarks.newcomer") -> str:
    """One row a command and their sum, in Markdown, with machine and date below."""
    from digitnet.training.provenance import machine

    lines = ["| step | seconds | says |", "|---|---|---|"]
    for what, (seconds, output) in zip(WHAT, results, strict=True):
        # Of a training and a page the one line they print is the answer; of the others nothing is.
        last = output.splitlines()[-1] if output and what in (WHAT[2], WHAT[4]) else ""
        lines.append(f"| {what} | {seconds:,.0f} | {last} |")
    lines.append(f"| all | {sum(seconds for seconds, _ in results):,.0f} | |")
    today = datetime.date.today().isoformat()
    note = (
        f"`{command}`, {today}, {machine()}; once. The seconds of cloning and "
        "installing are those of this network and this machine's package cache."
    )
    return "\n".join([*lines, "", note])


def _parser():
    parser = blocks.parser("newcomer", __doc__)
    parser.add_argument("--repository", default=str(ROOT), help="what to clone (default: this one)")
    parser.add_argument("--python", default=sys.executable, help="default: this interpreter")
    blocks.add_write_option(parser)
    return parser


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = _parser()
    arguments = parser.parse_args(argv)
    lines = commands(readme.README.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        results = run(lines, folder, arguments.repository, arguments.python)
    result = table(results, blocks.command(parser, argv))
    if arguments.write:
        readme.write_block(arguments.write, "newcomer", result)
    print(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
