"""Does the gate pay? LeNet without and with gates, on clean and on cluttered digits, over seeds.

    KERAS_BACKEND=jax python -m benchmarks.gates --dataset digits.npz [--out DIR] [--seeds N]
        [--epochs N] [--models NAME ...] [--recipes NAME ...] [--digits clean cluttered]
        [--pictures DIR] [--write FILE.md]

Trains every network under every recipe with the same seeds, side by side, on the digits as they are
and on the same digits laid on drawn clutter, in training, validation and test. The test images are
read once for each trained network, at the end. What is finished is kept in --out and not trained
again; the table and the pictures show all that is there.
"""

from __future__ import annotations

import functools
import pathlib
import statistics
import sys

from benchmarks import blocks, gate_cells, readme
from benchmarks.gate_cells import DIGITS, Kind
from digitnet.networks.gates import GATES, VARIANTS, Gate
from edge_demo.contract import UserError, run_command

NONE, PAPERS, DEEPER = "lenet", "lenet_attention", "lenet_deeper_mask"
# The paper's gates are one of the twelve.
FURTHER = tuple(name for name, gate in VARIANTS.items() if gate != Gate())
MODELS = (NONE, PAPERS, DEEPER, *FURTHER)
RECIPES = ("default", "paper_momentum", "paper")


def title(model: str) -> str:
    """What a table calls a network."""
    if model in (NONE, PAPERS, DEEPER):
        return {NONE: "no gate", PAPERS: "the paper's gates", DEEPER: "first mask deeper"}[model]
    gate = GATES[model]
    places = {(1,): "the first", (2,): "the second", (1, 2): "both"}[gate.places]
    return f"{gate.mask} after {places}, starts {'open' if gate.bias == 'open' else 'at zero'}"


def kinds(models, recipes, digits, epochs) -> list[Kind]:
    """What is to be trained, the most wanted first: clutter before none, further gates last."""
    from digitnet.recipe import RECIPES as named

    return [
        Kind(recipe, these, model, epochs or named[recipe]().epochs)
        for group in (MODELS[:3], FURTHER)
        for recipe in RECIPES
        for these in reversed(DIGITS)
        for model in group
        if model in models and recipe in recipes and these in digits
    ]


def differences(cells: dict[Kind, list[dict]], kind: Kind) -> list[float]:
    """Accuracies less those without a gate, seed by seed, for the seeds that both have."""
    without = Kind(kind.recipe, kind.digits, NONE, kind.epochs)
    base = gate_cells.accuracies(cells.get(without, []))
    its = gate_cells.accuracies(cells[kind])
    return [its[seed] - base[seed] for seed in its if seed in base]


def ordered(cells: dict[Kind, list[dict]]) -> list[tuple[str, int, str]]:
    """Recipe, epochs and network of the table's rows."""
    rows = {(kind.recipe, kind.epochs, kind.model) for kind in cells}
    return sorted(rows, key=lambda row: (RECIPES.index(row[0]), row[1], MODELS.index(row[2])))


def table(cells: dict[Kind, list[dict]]) -> str:
    """A row a recipe and network, clean digits and cluttered ones side by side, in Markdown."""
    lines = [
        "| recipe | epochs | network | parameters | seeds | clean, % | against no gate, points "
        "| cluttered, % | against no gate, points |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for recipe, epochs, model in ordered(cells):
        of = {one: Kind(recipe, one, model, epochs) for one in DIGITS}
        found = [kind for kind in of.values() if kind in cells]
        counts = dict.fromkeys(str(len(gate_cells.accuracies(cells[kind]))) for kind in found)
        cells_of = [_cell(cells, kind) for kind in of.values()]
        parameters = cells[found[0]][0]["parameters"]
        lines.append(
            f"| {recipe} | {epochs} | {title(model)} | {parameters:,} | {' and '.join(counts)} "
            f"| {' | '.join(cells_of)} |"
        )
    return "\n".join(lines)


def _cell(cells, kind):
    if kind not in cells:
        return " | "
    from digitnet.paper.report.seeds import interval, signed, spread

    accuracy = spread(list(gate_cells.accuracies(cells[kind]).values()))
    against = differences(cells, kind)
    if kind.model == NONE or not against:
        return f"{accuracy} | "
    middle = signed([statistics.mean(against)])
    return f"{accuracy} | {middle} ({interval(against)})"


def note(cells: dict[Kind, list[dict]]) -> str:
    """How the table was made, by the commands that trained its cells: below it."""
    every = [cell for group in cells.values() for cell in group]
    dates = sorted({cell["date"] for cell in every})
    machines = sorted({cell["machine"] for cell in every})
    backends = sorted({f"Keras {one['versions']['keras']} on {one['backend']}" for one in every})
    commands = ", ".join(f"`{one}`" for one in sorted({cell["command"] for cell in every}))
    loads = sorted(cell["load"] for cell in every)
    runs = sum(len(cell["seeds"]) for cell in every)
    return (
        f"All {every[0]['test_count']:,} test images, read once, at the last epoch; mean ± "
        "standard deviation over seeds; differences seed by seed, with the 95 % interval of "
        f"their mean (Student's t). {runs} trained networks. {commands}, "
        f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))}, {'; '.join(machines)}, "
        f"{'; '.join(backends)}, load {loads[0]:g} to {loads[-1]:g}."
    )


def _train(arguments, command):
    from tqdm import tqdm

    from digitnet.digits import datasets
    from digitnet.recipe import RECIPES as named
    from digitnet.training import side_by_side

    side_by_side.require_backend()
    import keras

    @functools.lru_cache(maxsize=2)
    def digits_of(these, validation_count):
        loaded = datasets.load(arguments.dataset, validation_count=validation_count)
        return gate_cells.on(these, loaded)

    wanted = kinds(arguments.models, arguments.recipes, arguments.digits, arguments.epochs)
    for kind in tqdm(wanted, desc="cells"):
        print(f"{kind.recipe}, {kind.digits}, {kind.model} …", file=sys.stderr, flush=True)
        digits = digits_of(kind.digits, named[kind.recipe]().validation_count)
        gate_cells.train(kind, arguments.seeds, digits, arguments.out, command)
        keras.utils.clear_session()


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("gates", __doc__)
    parser.add_argument("--dataset", default="mnist", help="as digitnet.train has it")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/gates"))
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 to N - 1 (default: 5)")
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument(
        "--models", nargs="+", choices=MODELS, metavar="NAME", default=MODELS[:3],
        help=f"of: {', '.join(MODELS)} (default: the first three)",
    )  # fmt: skip
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--digits", nargs="+", choices=DIGITS, default=DIGITS)
    parser.add_argument("--report", action="store_true", help="train nothing, show what is there")
    parser.add_argument(
        "--pictures", type=pathlib.Path, metavar="DIR", help="draw gates.png and gate-masks.png"
    )
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "seeds", "epochs")
    if not arguments.report:
        _train(arguments, blocks.command(parser, argv))
    cells = gate_cells.read(arguments.out)
    if not cells:
        raise UserError(f"{arguments.out} has no finished cell; leave --report out to train some.")
    markdown = f"{table(cells)}\n\n{note(cells)}"
    print(markdown)
    if arguments.pictures:
        from benchmarks import gate_pictures
        from digitnet import files
        from digitnet.digits import datasets

        files.make_folder(arguments.pictures)
        gate_pictures.write_differences(arguments.pictures / "gates.png", cells)
        digits = datasets.load(arguments.dataset, needs_training=False)
        gate_pictures.write_masks(
            arguments.pictures / "gate-masks.png", cells, arguments.out, digits
        )
    if arguments.write:
        readme.write_block(arguments.write, "gates", markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
