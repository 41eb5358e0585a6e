"""What the benchmarks' command lines have in common, and the block that a page keeps of each.

`--write [FILE.md]` puts the table between `<!-- begin NAME -->` and `<!-- end NAME -->` in a page,
README.md where none is named, with the command as it was given, when and where.
"""

import argparse
import datetime
import os
import platform
import shlex
import sys
from collections.abc import Sequence

from benchmarks.readme import README, write_block
from edge_demo.contract import UserError


def parser(name: str, documentation: str | None) -> argparse.ArgumentParser:
    """The parser of `python -m benchmarks.NAME`, described by the module's documentation."""
    import digitnet

    result = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}",
        description=documentation,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    return result


def add_write_option(parser: argparse.ArgumentParser) -> None:
    """Adds --write, whose value is a page's path, or None where it is not given."""
    parser.add_argument(
        "--write",
        nargs="?",
        const=str(README),
        metavar="FILE.md",
        help="also replace this benchmark's block in a Markdown page (default: README.md)",
    )


def require_one_or_more(arguments: argparse.Namespace, *names: str) -> None:
    """Refuses options that were given a number below 1.

    Args:
        arguments: Of a parser.
        names: Of the options, as `arguments` has them; one that was not given may be None.

    Raises:
        UserError: One is below 1.
    """
    for name in names:
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UserError(f"--{name.replace('_', '-')} takes 1 or more. Received: {value}")


def add_only_option(parser: argparse.ArgumentParser) -> None:
    """Adds --only TEXT to a benchmark of drawn pages."""
    parser.add_argument("--only", metavar="TEXT", help="only kinds whose name contains TEXT")


def kinds_of(arguments: argparse.Namespace) -> list[str]:
    """The kinds of written pages that --only leaves.

    Raises:
        UserError: It leaves none.
    """
    from digitnet.drawn.page_kinds import KINDS

    names = [name for name in KINDS if not arguments.only or arguments.only in name]
    if not names:
        raise UserError(
            f"--only takes a part of one of {', '.join(KINDS)}. Received: {arguments.only}"
        )
    return names


def command(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> str:
    """The command line as it was given, every option included.

    Example:

    >>> command(argparse.ArgumentParser("python -m benchmarks.scenes"), ["--scenes", "3"])
    'python -m benchmarks.scenes --scenes 3'
    """
    given = sys.argv[1:] if argv is None else argv
    return " ".join([parser.prog, *(shlex.quote(str(one)) for one in given)])


def write(path: str, name: str, table: str, command: str) -> None:
    """Replaces the block `name` of a page by a table and how it was measured."""
    today = datetime.date.today().isoformat()
    note = (
        f"`{command}`, {today}, {platform.machine()} with {os.cpu_count()} cores, "
        f"Python {platform.python_version()}."
    )
    write_block(path, name, f"{table}\n\n{note}")


def add_page_reader_options(parser):
    """Adds --page-reader FILE to a benchmark of the demo."""
    parser.add_argument(
        "--page-reader", metavar="FILE", help="a .tflite file (default: the shipped one)"
    )


def add_hands_option(parser):
    """Adds --hands FOLDER to a benchmark that draws written pages."""
    parser.add_argument(
        "--hands",
        default="",
        metavar="FOLDER",
        help="handwriting fonts, of which those that no training sees write on the pages, too",
    )


def use_hands(arguments):
    """Has pages written in the hands that the options name, or in none."""
    from digitnet.drawn import page_hands

    found = page_hands.use(arguments.hands, held_out=True)
    if arguments.hands and not found:
        raise UserError(
            f"--hands takes at least {page_hands.HELD_OUT} fonts, of which every "
            f"{page_hands.HELD_OUT}th is held out; {arguments.hands} has fewer."
        )


def page_reader(arguments):
    """The PageModel that the options name."""
    from edge_demo.model.page_model import PageModel

    return PageModel(arguments.page_reader)
