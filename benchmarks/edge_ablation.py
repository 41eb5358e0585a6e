"""What each part of `edge` and of its training is worth, clean and corrupted, on held-out images.

    python -m benchmarks.edge_ablation [VARIANT ...] [--seeds N] [--epochs N] [--dataset D]
        [--out DIR] [--report] [--write [FILE.md]]

Every variant trains on 50,000 MNIST training images and is scored at the last epoch on the other
10,000, and on the first 1,000 of these under `benchmarks.corruptions`; the test images are not
read. The drawn digits and what is no digit are left out: a variant then takes minutes. A cell, a
variant with a seed, is one JSON file in --out; what is there is not trained again.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import statistics
import sys
import time

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

VALIDATION_COUNT, CORRUPTED_COUNT = 10_000, 1000
BASE = "edge"

# What `edge` trains with, apart from the average of its weights: over a thousand steps, as the
# recipe has it, that would reach back to the beginning of a short run.
SETTINGS = {
    "name": "edge",
    "model": "edge",
    "batch_size": 128,
    "learning_rate": 0.1,
    "warmup_epochs": 1.0,
    "weight_decay": 1e-3,
    "label_smoothing": 0.05,
    "rotation_degrees": 0.0,
    "shear": 0.0,
    "zoom": 0.0,
    "shift_pixels": 0.0,
    "degradation": 0.5,
    "final_degradation": 0.15,
    "calibrates": False,
}

# Changes of these settings, and of the network.
VARIANTS: dict[str, tuple[dict, dict]] = {
    BASE: ({}, {}),
    "no gates": ({}, {"gates": ()}),
    "channelwise gates": ({}, {"mask": "channelwise"}),
    "gates behind the strides": ({}, {"gates": ("conv1", "conv3")}),
    "a skip": ({}, {"skip": True}),
    "a gate on the skip": ({}, {"skip": True, "gates": ("conv2", "branch")}),
    "any first filters": ({}, {"zero_sum": False}),
    "mean of the last map": ({}, {"weighted": False}),
    "the camera's network": ({"model": "edge_camera"}, {}),
    "small": ({"model": "edge_small"}, {}),
    "none degraded": ({"degradation": 1e-9, "final_degradation": None}, {}),
    "always a third degraded": ({"degradation": 0.33, "final_degradation": None}, {}),
    "always nine of ten degraded": ({"degradation": 0.9, "final_degradation": None}, {}),
    "averaged weights": ({"ema_momentum": 0.99}, {}),
    "weight decay 1e-4": ({"weight_decay": 1e-4}, {}),
    "weight decay 3e-3": ({"weight_decay": 3e-3}, {}),
    "no label smoothing": ({"label_smoothing": 0.0}, {}),
    "label smoothing 0.1": ({"label_smoothing": 0.1}, {}),
    "learning rate 0.05": ({"learning_rate": 0.05}, {}),
    "learning rate 0.2": ({"learning_rate": 0.2}, {}),
}


def recipe_of(variant, seed, epochs):
    """The settings with a variant's changes."""
    from digitnet.recipe import Recipe

    return Recipe(**{**SETTINGS, **VARIANTS[variant][0], "epochs": epochs, "seed": seed})


def trained(variant, seed, epochs, digits):
    """Trains one variant with one seed: a cell, without its scores, and the model."""
    import keras

    from digitnet import models
    from digitnet.training import training_set
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.feed import Feed

    chosen = recipe_of(variant, seed, epochs)
    keras.utils.set_random_seed(seed)
    build = models.MODELS[chosen.model]
    model = functools.partial(build, **VARIANTS[variant][1])()
    num_classes = model.get_layer("logits").units
    feed = Feed.of(chosen, training_set.of(chosen, digits), num_classes)
    training_model = compile_for_training(model, chosen, feed.steps_per_epoch)
    started = time.perf_counter()
    history = training_model.fit(
        **feed.fit_arguments(model=training_model), epochs=epochs, verbose=0, callbacks=[feed]
    ).history
    cell = {
        "variant": variant,
        "seed": seed,
        "epochs": epochs,
        "recipe": dataclasses.asdict(chosen),
        "network": {name: str(value) for name, value in VARIANTS[variant][1].items()},
        "parameters": model.count_params(),
        "training_accuracy": history["accuracy"][-1],
        "seconds": round(time.perf_counter() - started),
    }
    return cell, model


@functools.cache
def _corrupted(digits_key):
    from benchmarks.corruptions import KINDS, SEVERITIES, corrupted

    digits = _loaded(digits_key)
    images = digits.x_validation[:CORRUPTED_COUNT]
    return {kind: [corrupted(images, kind, one) for one in SEVERITIES] for kind in KINDS}


@functools.cache
def _loaded(dataset):
    from digitnet.digits import datasets

    return datasets.load(dataset, validation_count=VALIDATION_COUNT)


def scores(model, dataset):
    """Accuracy on the held-out images as they are, and corrupted: by kind, mean of severities."""
    digits = _loaded(dataset)

    def accuracy(images):
        answers = model.predict(images, batch_size=500, verbose=0).argmax(axis=1)
        return float((answers == digits.y_validation[: len(images)]).mean())

    by_kind = {
        kind: statistics.mean(map(accuracy, severities))
        for kind, severities in _corrupted(dataset).items()
    }
    return {
        "accuracy": accuracy(digits.x_validation),
        "corrupted_accuracy": statistics.mean(by_kind.values()),
        "by_kind": by_kind,
    }


def read(out):
    """The cells of a folder that belong to variants as they are now."""
    from digitnet import files

    found = [files.read_record(path) for path in sorted(out.glob("[!.]*.json"))]
    return [cell for cell in found if _is_current(cell)]


def _is_current(cell):
    if cell["variant"] not in VARIANTS:
        return False
    wanted = recipe_of(cell["variant"], cell["seed"], cell["epochs"])
    same = cell["recipe"] == dataclasses.asdict(wanted)
    network = VARIANTS[cell["variant"]][1]
    return same and cell["network"] == {name: str(value) for name, value in network.items()}


def table(cells):
    """A row a variant and number of epochs, in Markdown; differences are taken seed by seed."""
    lines = [
        f"| epochs | variant | parameters | seeds | clean, % | against {BASE!r}, points "
        f"| corrupted, % | against {BASE!r}, points |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for epochs in sorted({cell["epochs"] for cell in cells}):
        by_variant: dict[str, dict[int, dict]] = {name: {} for name in VARIANTS}
        for cell in cells:
            if cell["epochs"] == epochs:
                by_variant[cell["variant"]][cell["seed"]] = cell
        for variant, of_seed in by_variant.items():
            if not of_seed:
                continue
            parameters = next(iter(of_seed.values()))["parameters"]
            columns = []
            for key in ("accuracy", "corrupted_accuracy"):
                columns.append(_spread([100 * cell[key] for cell in of_seed.values()]))
                against = [
                    100 * (cell[key] - by_variant[BASE][seed][key])
                    for seed, cell in of_seed.items()
                    if variant != BASE and seed in by_variant[BASE]
                ]
                columns.append(_spread(against, "+") if against else "")
            lines.append(
                f"| {epochs} | {variant} | {parameters:,} | {len(of_seed)} | "
                f"{' | '.join(columns)} |"
            )
    return "\n".join(lines)


def _spread(values, sign=""):
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):{sign}.2f}{deviation}"


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("edge_ablation", __doc__)
    add = parser.add_argument
    add("variants", nargs="*", help=f"of: {', '.join(VARIANTS)} (default: all)")
    add("--seeds", type=int, default=1, help="seeds 0 to N - 1 (default: 1)")
    add("--epochs", type=int, default=6, help="default: %(default)s")
    add("--dataset", default="mnist", help="as digitnet.train has it (default: %(default)s)")
    add("--out", type=pathlib.Path, default=pathlib.Path("runs/edge-ablation"))
    add("--report", action="store_true", help="train nothing, show what is there")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    for variant in arguments.variants:
        if variant not in VARIANTS:
            raise UserError(f"there is no variant {variant!r}; they are: {', '.join(VARIANTS)}.")
    blocks.require_one_or_more(arguments, "seeds", "epochs")
    if not arguments.report:
        _train(arguments)
    cells = read(arguments.out)
    if not cells:
        raise UserError(f"{arguments.out} has no finished cell; leave --report out to train some.")
    markdown = table(cells)
    print(markdown)
    if arguments.write:
        blocks.write(arguments.write, "edge-ablation", markdown, blocks.command(parser, argv))
    return 0


def _train(arguments):
    import keras

    from digitnet import files

    files.make_folder(arguments.out)
    for seed in range(arguments.seeds):
        for variant in arguments.variants or VARIANTS:
            there = {(c["variant"], c["seed"], c["epochs"]) for c in read(arguments.out)}
            if (variant, seed, arguments.epochs) in there:
                continue
            cell, model = trained(variant, seed, arguments.epochs, _loaded(arguments.dataset))
            cell |= scores(model, arguments.dataset)
            keras.utils.clear_session()
            name = f"{variant.replace(' ', '-')}-{arguments.epochs}-epochs-seed-{seed}.json"
            files.write_json(arguments.out / name, cell)
            facts = ("variant", "seed", "seconds", "accuracy", "corrupted_accuracy")
            print({fact: cell[fact] for fact in facts}, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
