"""What each part of the default recipe is worth, on validation images.

    python -m benchmarks.recipe_ablation [VARIANT ...] [--seeds N] [--epochs N] [--out FILE]
        [--write [FILE.md]]

Every variant trains on 50,000 MNIST training images and is scored on the 10,000 others at the last
epoch; the test images are not read. Rows are kept in the file given by --out as they come, and a
row that is there is not computed again.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import statistics
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import blocks
from edge_demo.contract import NUM_CLASSES, UserError, run_command

if TYPE_CHECKING:
    from digitnet import recipe
    from digitnet.digits import datasets

VALIDATION_COUNT = 10_000

# Turned, slanted and moved as `edge`'s digits are, and bent, in place of the affine changes.
BENT = {"degradation": 1e-9, "rotation_degrees": 0, "shear": 0, "zoom": 0, "shift_pixels": 0}

VARIANTS = {
    "default": {},
    "no label smoothing": {"label_smoothing": 0.0},
    "learning rate 0.02": {"learning_rate": 0.02},
    "learning rate 0.1": {"learning_rate": 0.1},
    "weight decay": {"weight_decay": 5e-4},
    "averaged, decay": {"ema_momentum": 0.999, "weight_decay": 5e-4},
    "average of weights": {"ema_momentum": 0.999},
    "batch 192": {"batch_size": 192, "learning_rate": 0.1},
    "weak augmentation": {"rotation_degrees": 5, "shear": 0.1, "zoom": 0.05, "shift_pixels": 1},
    "strong augmentation": {"rotation_degrees": 15, "shear": 0.3, "zoom": 0.15, "shift_pixels": 3},
    "no augmentation": {"rotation_degrees": 0, "shear": 0, "zoom": 0, "shift_pixels": 0},
    "constant rate": {"schedule": "constant", "learning_rate": 0.01},
    "bent": {**BENT},
    "no gates": {"model": "lenet"},
}


def recipe_of(variant: str, seed: int, num_epochs: int) -> recipe.Recipe:
    """The default recipe with a variant's changes."""
    from digitnet import recipe

    changes = {"epochs": num_epochs, "seed": seed, **VARIANTS[variant]}
    return dataclasses.replace(recipe.default(), **changes)


def row(variant: str, seed: int, num_epochs: int, digits: datasets.Digits) -> dict:
    """Trains one variant with one seed and scores it on the validation images."""
    from digitnet import models
    from digitnet.training import training_set
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.feed import Feed

    chosen = recipe_of(variant, seed, num_epochs)
    model = models.build(chosen.model, chosen.seed)
    feed = Feed.of(chosen, training_set.of(chosen, digits), NUM_CLASSES)
    training_model = compile_for_training(model, chosen, feed.steps_per_epoch)
    started = time.process_time()
    history = training_model.fit(
        **feed.fit_arguments(model=training_model),
        epochs=chosen.epochs,
        verbose=0,
        callbacks=[feed],
    ).history
    cpu_seconds = time.process_time() - started
    probabilities = model.predict(digits.x_validation, batch_size=500, verbose=0)
    accuracy = float((probabilities.argmax(axis=1) == digits.y_validation).mean())
    return {
        "variant": variant,
        "seed": seed,
        "epochs": num_epochs,
        "recipe": dataclasses.asdict(chosen),
        "validation_accuracy": accuracy,
        "training_accuracy": history["accuracy"][-1],
        "cpu_seconds": round(cpu_seconds),
    }


def table(rows: list[dict]) -> str:
    """Validation error of each variant, and by how much it differs from the default's, in Markdown.

    Differences are taken seed by seed, from the default that trained for as many epochs. Rows of
    recipes that are no variant any more are left out.
    """
    lines = [
        "| epochs | variant | what differs | seeds | validation error, % | against the default, "
        "points |",
        "|---|---|---|---|---|---|",
    ]
    for num_epochs in sorted({row["epochs"] for row in rows}):
        errors = _errors(rows, num_epochs)
        for variant, of_seed in errors.items():
            changes = ", ".join(f"`{key}={value}`" for key, value in VARIANTS[variant].items())
            differences = [
                error - errors["default"][seed]
                for seed, error in of_seed.items()
                if variant != "default" and seed in errors.get("default", {})
            ]
            lines.append(
                f"| {num_epochs} | {variant} | {changes} | {len(of_seed)} "
                f"| {_spread(list(of_seed.values()))} "
                f"| {_spread(differences, '+') if differences else ''} |"
            )
    return "\n".join(lines)


def _errors(rows, num_epochs):
    """Percent of errors of each variant that has any rows of so many epochs, by seed."""
    found = {}
    for variant in VARIANTS:
        for row in rows:
            wanted = recipe_of(variant, row["seed"], num_epochs)
            if row["recipe"] == dataclasses.asdict(wanted):
                error = 100 * (1 - row["validation_accuracy"])
                found.setdefault(variant, {})[row["seed"]] = error
    return found


def _spread(values, sign=""):
    deviation = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):{sign}.3f}{deviation}"


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("recipe_ablation", __doc__)
    parser.add_argument("variants", nargs="*", help=f"of: {', '.join(VARIANTS)} (default: all)")
    parser.add_argument("--seeds", type=int, default=1, help="seeds 0 to N - 1 (default: 1)")
    parser.add_argument("--epochs", type=int, default=30, help="default: 30")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/ablation.json"))
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    import keras

    from digitnet import files
    from digitnet.digits import datasets

    for variant in arguments.variants:
        if variant not in VARIANTS:
            raise UserError(f"there is no variant {variant!r}; they are: {', '.join(VARIANTS)}.")
    files.make_folder(arguments.out.parent)
    digits = datasets.load("mnist", validation_count=VALIDATION_COUNT)
    for seed in range(arguments.seeds):
        for variant in arguments.variants or VARIANTS:
            rows = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
            # By the whole recipe: a row of an earlier default is no row of this one.
            wanted = dataclasses.asdict(recipe_of(variant, seed, arguments.epochs))
            if wanted in [row["recipe"] for row in rows]:
                continue
            new = row(variant, seed, arguments.epochs, digits)
            keras.utils.clear_session()
            print(new, file=sys.stderr, flush=True)
            rows = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
            files.write_json(arguments.out, [*rows, new])
    rows = json.loads(arguments.out.read_text())
    markdown = table(rows)
    print(markdown)
    if arguments.write:
        blocks.write(arguments.write, "ablation", markdown, blocks.command(parser, argv))
    return 0


if __name__ == "__main__":
    sys.exit(main())
