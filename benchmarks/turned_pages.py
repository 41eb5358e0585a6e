"""How often a page that lies on its side or upside down is read the right way up.

    python -m benchmarks.turned_pages [--pages N] [--seed N] [--write [FILE.md]]

Drawn pages with four digits and more, each as it is and turned by a quarter, a half, three
quarters, and 45°. A page that lies as it should and is turned all the same loses everything, so
that column counts most.
"""

import sys

from benchmarks import blocks
from edge_demo.contract import run_command

KINDS = ("pen", "signs", "letters", "ruled", "small", "touching", "broken", "all at once")
LEAST_DIGITS = 4  # fewer do not tell how a page lies, and are not asked


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("turned_pages", __doc__)
    parser.add_argument("--pages", type=int, default=10, help="of each kind (default: 10)")
    parser.add_argument("--seed", type=int, default=500, help="of the first page (default: 500)")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "pages")
    table = to_table(measure(arguments.pages, arguments.seed))
    if arguments.write:
        blocks.write(arguments.write, "turned-pages", table, blocks.command(parser, argv))
    print(table)
    return 0


def measure(count, first_seed):
    """Returns {kind: [pages, and of each way to lie how many were read the right way up]}."""
    import numpy as np
    from tqdm import tqdm

    from digitnet.drawn.pages import draw_scene
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.reader import read_page
    from edge_demo.reading.slant import slanted

    classifier, network, found = Classifier(), PageModel(), {}
    for kind in tqdm(KINDS, desc="turned pages", unit=" kinds", leave=False):
        right = found.setdefault(kind, [0, 0, 0, 0, 0, 0])
        for seed in range(first_seed, first_seed + count):
            scene = draw_scene(kind, seed)
            if len(scene.digits) < LEAST_DIGITS:
                continue
            right[0] += 1
            for quarters in range(4):
                frame = np.ascontiguousarray(np.rot90(scene.image, quarters))
                page = read_page(frame, classifier, network, turn=True)
                right[1 + quarters] += (page.turns + quarters) % 4 == 0 and not page.askew
            # Turned by 45° once more it lies a quarter turn from where it should.
            page = read_page(slanted(scene.image), classifier, network, turn=True)
            right[5] += page.askew and page.turns == 3
    return found


def to_table(found):
    """The counts as a Markdown table."""
    found = {**found, "all": [sum(counts) for counts in zip(*found.values(), strict=True)]}
    lines = ["| page | pages | as it should | a quarter | upside down | three quarters | 45° |"]
    lines.append("|---|---|---|---|---|---|---|")
    lines += [f"| {kind} | {' | '.join(map(str, counts))} |" for kind, counts in found.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
