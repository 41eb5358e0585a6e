"""The options of `python -m digitnet.train`, and what they come to: a recipe and digits.

Nothing here imports Keras or NumPy, so that help and mistyped options are answered at once.
"""

import argparse
import dataclasses
import pathlib
import textwrap
from typing import TYPE_CHECKING, Any

import digitnet
from digitnet import files
from digitnet.errors import UserError
from digitnet.recipe import RECIPES, Recipe, described, model_names

if TYPE_CHECKING:
    from digitnet.digits.datasets import Digits

FIELDS = {field.name for field in dataclasses.fields(Recipe)} - {"name"}


def parser() -> argparse.ArgumentParser:
    """The command line's parser; an option that is not given is `None` or false."""
    usual = RECIPES["default"]()
    parser = argparse.ArgumentParser(
        prog="python -m digitnet.train",
        description="Trains a model and writes a run directory.",
        epilog=_about_recipes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    parser.add_argument("--recipe", metavar="NAME", help="one of those below (default: default)")
    parser.add_argument(
        "--model", help=f"one of {', '.join(model_names())} (default: {usual.model})"
    )
    parser.add_argument(
        "--dataset",
        help="auto, mnist, optdigits, an .npz, a folder of IDX files, or a folder with a folder of "
        "pictures for each digit, 0 to 9 (default: auto: MNIST where it is prepared or can be "
        "fetched, else the embedded digits)",
    )
    parser.add_argument(
        "--mix-with",
        metavar="DATASET",
        help="train on this data set, too; validation and test stay those of --dataset "
        "(default: none)",
    )
    parser.add_argument(
        "--epochs", type=int, help=f"passes over the training images (default: {usual.epochs})"
    )
    parser.add_argument(
        "--batch-size", type=int, help=f"images a step (default: {usual.batch_size})"
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        help=f"highest learning rate of SGD (default: {usual.learning_rate})",
    )
    parser.add_argument(
        "--seed", type=int, help=f"of weights, order and augmentation (default: {usual.seed})"
    )
    parser.add_argument(
        "--initial-weights",
        metavar="FILE",
        help="a .keras file of the same model, such as runs/page/model.keras, whose weights "
        "training begins with (default: fresh weights)",
    )
    parser.add_argument(
        "--teacher",
        metavar="FILE",
        help="a .keras file of another network, such as runs/edge_teacher/model.keras, from whose "
        "answers this one learns beside the labels (default: the labels alone)",
    )
    parser.add_argument(
        "--hands",
        metavar="FOLDER",
        help="a folder of handwriting fonts, in whose hands drawn pages are written as well "
        "(--recipe page; default: none)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train N seeds side by side, from --seed on, each into RUN_DIR/seed-… (JAX backend; "
        "default: one run)",
    )
    parser.add_argument(
        "--limit", type=int, help="use at most this many images of each part (default: all)"
    )
    parser.add_argument("--run-dir", help="folder to write (default: runs/RECIPE)")
    parser.add_argument(
        "--resume",
        nargs="?",
        const=True,
        metavar="RUN_DIR",
        help="go on with an unfinished run, as its config.json says",
    )
    parser.add_argument(
        "--mixed-precision",
        dest="precision",
        action="store_const",
        const="mixed_float16",
        help=f"compute in float16, keep weights in float32 (default: {usual.precision})",
    )
    parser.add_argument(
        "--data-parallel",
        action="store_true",
        help="split every batch over all local devices (JAX backend)",
    )
    hosts = parser.add_argument_group(
        "several hosts (JAX backend)",
        "start the same command on each, with these; every batch is split over all of them",
    )
    hosts.add_argument(
        "--coordinator", metavar="HOST:PORT", help="an address of process 0's host, a free port"
    )
    hosts.add_argument("--processes", type=int, metavar="N", help="how many there are")
    hosts.add_argument(
        "--process-id",
        type=int,
        metavar="I",
        help="which one this is, 0 to N-1; process 0 writes the run directory",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="write logs into RUN_DIR/tensorboard"
    )
    return parser


def complete(arguments: argparse.Namespace) -> tuple[Recipe, str, dict[str, Any]]:
    """What the given options come to, completed by the recipe, or by the run to be resumed.

    Returns:
        The recipe, the run directory, and the keyword arguments `dataset`, `mix_with` and `limit`
        of `load_digits`. `arguments.seeds` is that of the run to be resumed where it is not given.

    Raises:
        UserError: If an option is wrong, or there is no run to resume.
    """
    if arguments.limit is not None and arguments.limit < 1:
        raise UserError(f"--limit must be at least 1, but it is {arguments.limit}.")
    if arguments.seeds is not None:
        _require_seeds(arguments)
    given = {
        name: value
        for name, value in vars(arguments).items()
        if name in FIELDS and value is not None
    }
    digits = {name: getattr(arguments, name) for name in ("dataset", "mix_with", "limit")}
    if not arguments.resume:
        recipe = dataclasses.replace(recipe_named(arguments.recipe or "default"), **given)
        run_dir = arguments.run_dir or f"runs/{recipe.name}"
        return recipe, run_dir, {**digits, "dataset": digits["dataset"] or "auto"}
    run_dir = _run_to_resume(arguments)
    config = files.read_record(pathlib.Path(run_dir) / "config.json")
    if arguments.seeds is None:
        arguments.seeds = config.get("seeds")
    recipe, before = _recorded(run_dir, config)
    if arguments.recipe is not None:
        recipe = recipe_named(arguments.recipe)
    recipe = dataclasses.replace(recipe, **given)
    return recipe, run_dir, {name: value or before[name] for name, value in digits.items()}


def _require_seeds(arguments: argparse.Namespace) -> None:
    if arguments.seeds < 1:
        raise UserError(f"--seeds must be at least 1, but it is {arguments.seeds}.")
    for name in ("data_parallel", "tensorboard"):
        if getattr(arguments, name):
            raise UserError(f"--seeds and --{name.replace('_', '-')} cannot be had together.")


def recipe_named(name: str) -> Recipe:
    """A named recipe.

    Raises:
        UserError: If there is none of that name.
    """
    if name not in RECIPES:
        raise UserError(f"there is no recipe {name!r}; the recipes are: {', '.join(RECIPES)}.")
    return RECIPES[name]()


def load_digits(
    recipe: Recipe, dataset: str, mix_with: str | None = None, limit: int | None = None
) -> "Digits":
    """The digits that the options name; `recipe` says how many of them are held out."""
    from digitnet.digits import datasets, mixing

    digits = datasets.load(dataset, validation_count=recipe.validation_count, limit=limit)
    if limit is not None:
        digits = dataclasses.replace(digits, origin={**digits.origin, "limit": limit})
    if mix_with:
        digits = mixing.mix(digits, datasets.load(mix_with, validation_count=0, limit=limit))
    return digits


def _run_to_resume(arguments: argparse.Namespace) -> str:
    named = None if arguments.resume is True else arguments.resume
    if named and arguments.run_dir and pathlib.Path(named) != pathlib.Path(arguments.run_dir):
        raise UserError(
            f"--resume names {named} and --run-dir {arguments.run_dir}; name one folder."
        )
    usual = f"runs/{recipe_named(arguments.recipe or 'default').name}"
    run_dir = named or arguments.run_dir or usual
    if not (pathlib.Path(run_dir) / "config.json").is_file():
        raise UserError(f"{run_dir} holds no run to resume; leave --resume out to start one.")
    return run_dir


def _recorded(run_dir: str, config: dict[str, Any]) -> tuple[Recipe, dict[str, Any]]:
    """Recipe and digits of a config.json."""
    from digitnet.training import training_set

    if config.get("dataset_source", {}).get("kind") == "arrays":
        raise UserError(
            f"{run_dir} was trained on arrays; resume it from the program that has them, with "
            "digitnet.train(..., resume=True)."
        )
    try:
        return Recipe(**config["recipe"]), training_set.named(config)
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{run_dir}/config.json names no recipe that this version knows ({error}); start the "
            "run anew in another folder."
        ) from error


def _about_recipes() -> str:
    lines = ["An option that is left out keeps the recipe's value; the defaults above are those of"]
    lines += ["the recipe `default`.", "", "recipes:"]
    for name, recipe in RECIPES.items():
        chosen = recipe()
        facts = (
            f"{described(name)} ({chosen.model}, {chosen.epochs} epochs, batch "
            f"{chosen.batch_size}, learning rate {chosen.learning_rate:g})"
        )
        indent = " " * 18
        lines += textwrap.wrap(facts, 96, initial_indent=f"  {name:16}", subsequent_indent=indent)
    return "\n".join(lines)
