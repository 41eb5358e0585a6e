"""Tables in README.md that scripts write, between `<!-- begin NAME -->` and `<!-- end NAME -->`."""

import pathlib
import re

from digitnet import files
from edge_demo.contract import UserError

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def write_block(path, name: str, markdown: str) -> None:
    """Replaces what stands between a block's two comments.

    Args:
        path: The Markdown file, usually `README`.
        name: The block's name.
        markdown: What is to stand there.

    Raises:
        UserError: If the file has no such block.
    """
    text = pathlib.Path(path).read_text(encoding="utf-8")
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise UserError(f"{path} has no block {name!r}: add {begin} and {end} where it belongs.")
    block = f"{begin}\n{markdown.strip()}\n{end}"
    files.write_text(path, pattern.sub(lambda _: block, text))
