"""`--write FILE.md`: a benchmark's table between its comments in a page, with when and where."""

import datetime
import os
import platform


def add_write_option(parser):
    """Adds --write to a benchmark's ArgumentParser."""
    parser.add_argument(
        "--write", metavar="FILE.md", help="also replace this benchmark's block in a Markdown page"
    )


def write(path, name, table, command):
    """Replaces the block `name` of a page by a table and how it was measured."""
    from benchmarks.readme import write_block  # only here: it needs the training side's package

    today = datetime.date.today().isoformat()
    note = (
        f"`{command}`, {today}, {platform.machine()} with {os.cpu_count()} cores, "
        f"Python {platform.python_version()}."
    )
    write_block(path, name, f"{table}\n\n{note}")
