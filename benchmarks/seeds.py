"""The accuracy of a recipe: mean and spread over seeds, Keras and int8, on all test images.

    python -m benchmarks.seeds [--recipes NAME ...] [--seeds N] [--runs DIR] [--write [FILE.md]]

Every seed is a `python -m digitnet.train` and a `python -m export` of its own in DIR/RECIPE-seedN.
Finished runs are not repeated, unfinished ones are resumed.
"""

import json
import pathlib
import statistics
import subprocess
import sys

from benchmarks import blocks, readme
from edge_demo.contract import UserError, run_command


def run(recipe: str, seed: int, folder: pathlib.Path) -> dict:
    """Trains and exports one seed where that is not done yet; returns what the files say."""
    run_dir = folder / f"{recipe}-seed{seed}"
    if not (run_dir / "metrics.json").exists():
        resume = ["--resume"] if (run_dir / "config.json").exists() else []
        options = ["--dataset", "mnist", "--recipe", recipe, "--seed", str(seed)]
        _python("digitnet.train", *options, "--run-dir", str(run_dir), *resume)
    if not (run_dir / "export" / "report.json").exists():
        _python("export", str(run_dir))
    return {
        "metrics": json.loads((run_dir / "metrics.json").read_text()),
        "config": json.loads((run_dir / "config.json").read_text()),
        "int8_accuracy": int8_accuracy(run_dir),
    }


def int8_accuracy(run_dir: pathlib.Path) -> float:
    """Accuracy of the exported int8 file on the test images, through the device's classifier."""
    file = run_dir / "export" / "digitnet-int8.tflite"
    answer = _python("digitnet.evaluate", str(file), "--dataset", "mnist", "--json", capture=True)
    return json.loads(answer)["accuracy"]


def table(runs: dict[str, list[dict]], command: str) -> str:
    """One row a recipe, in Markdown, with machine and date below."""
    lines = [
        "| recipe | parameters | epochs | seeds | test accuracy, % | each | int8, % | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for recipe, rows in runs.items():
        metrics = [row["metrics"] for row in rows]
        accuracies = [100 * one["test_accuracy"] for one in metrics]
        int8 = [100 * row["int8_accuracy"] for row in rows]
        seconds = [one["seconds"] for one in metrics]
        lines.append(
            f"| {recipe} | {metrics[0]['parameters']:,} | {metrics[0]['epochs']} | {len(rows)} "
            f"| {_spread(accuracies)} | {', '.join(f'{value:.2f}' for value in accuracies)} "
            f"| {_spread(int8)} | {statistics.mean(seconds):,.0f} |"
        )
    config = next(iter(runs.values()))[0]["config"]
    versions = config["versions"]
    lines += [
        "",
        "All 10,000 MNIST test images, read once, at the last epoch; mean ± standard deviation "
        f"over seeds. `{command}`, "
        f"{config['date'][:10]}, {config['machine']}, Keras {versions['keras']} on "
        f"{config['backend']}.",
    ]
    return "\n".join(lines)


def _spread(values):
    deviation = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.3f}{deviation}"


def _python(module, *arguments, capture=False):
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE if capture else sys.stderr,
        text=True,
    )
    if result.returncode:
        raise UserError(f"`python -m {module} {' '.join(arguments)}` failed; its reason is above.")
    return result.stdout


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("seeds", __doc__)
    parser.add_argument("--recipes", nargs="+", default=["default"], help="default: default")
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to N - 1 (default: 3)")
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs/seeds"))
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from tqdm import tqdm

    from digitnet.recipe import RECIPES

    for name in arguments.recipes:
        if name not in RECIPES:
            raise UserError(f"there is no recipe {name!r}; they are: {', '.join(RECIPES)}.")
    blocks.require_one_or_more(arguments, "seeds")
    jobs = [(recipe, seed) for recipe in arguments.recipes for seed in range(arguments.seeds)]
    runs: dict[str, list[dict]] = {}
    for recipe, seed in tqdm(jobs, desc="runs"):
        runs.setdefault(recipe, []).append(run(recipe, seed, arguments.runs))
    markdown = table(runs, blocks.command(parser, argv))
    print(markdown)
    if arguments.write:
        readme.write_block(arguments.write, "seeds", markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
