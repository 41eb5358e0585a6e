"""Does a gate help the page reader? None, the paper's and a deeper map's, by clutter, over seeds.

    python -m benchmarks.page_gates [--seeds N] [--epochs N] [--pages N] [--dataset DATA]
                                    [--training-pages N] [--runs DIR] [--write [FILE.md]]

Each network is a run of `--recipe page` in DIR/MODEL-seedN, the same seed drawing the same pages
and crops for all; finished runs are not repeated, unfinished ones are resumed. Each then looks at
drawn pages that no training saw, with nothing but digits on them, with clutter around, and among
words, through the levels and peaks of the camera side, the classifier left out. They
are judged by their average precision, which no sureness from which an answer counts decides on: a
network that was trained for minutes is unsure of everything, and may still rank well.
"""

import json
import pathlib
import statistics
import sys

from benchmarks import blocks
from edge_demo.contract import run_command

MODELS = {
    "page_reader_no_gates": "no gate",
    "page_reader_own_gates": "the paper's: a mask from the map itself",
    "page_reader": "a mask from the deeper map",
}
CLUTTER = {
    "none": {"clutter": 0, "empty": False, "layout": "rows"},
    "drawings and words around": {"clutter": 1, "empty": False, "layout": "rows"},
    "digits among words": {"clutter": 1, "empty": False, "layout": "words"},
    "no digit, words and drawings": {"clutter": 1, "empty": True, "layout": "words"},
}
ALL = "all of these pages"
SEED = 6_000_011  # pages that no training and no other script draws
LEAST = 0.05  # the sureness from which a peak is an answer: precision weighs the doubtful ones


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("page_gates", __doc__)
    parser.add_argument("--seeds", type=int, default=3, help="of each network (default: 3)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument(
        "--training-pages", type=int, help="drawn to train on (default: the recipe's)"
    )
    parser.add_argument("--pages", type=int, default=40, help="of each clutter (default: 40)")
    parser.add_argument("--dataset", default="auto", help="the digits to draw with")
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs/page-gates"))
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "seeds", "epochs", "training_pages", "pages")
    results = {name: [] for name in MODELS}
    for seed in range(arguments.seeds):
        for name in MODELS:
            results[name].append(result_of(name, seed, arguments))
    table = markdown(results)
    if arguments.write:
        blocks.write(arguments.write, "page-gates", table, blocks.command(parser, argv))
    print(table)
    return 0


def result_of(name, seed, arguments):
    """Trains and judges one network where that is not done yet: counts by clutter, and epochs."""
    import dataclasses

    from digitnet import files, recipe
    from digitnet.digits import datasets
    from digitnet.training.pages.run import train_on_pages

    run_dir = arguments.runs / f"{name}-seed{seed}"
    file = run_dir / f"answers-{arguments.pages}.json"
    if file.exists():
        return json.loads(file.read_text())
    changes = {"model": name, "seed": seed}
    if arguments.epochs:
        changes["epochs"] = arguments.epochs
    if arguments.training_pages:
        changes["pages"] = arguments.training_pages
    chosen = dataclasses.replace(recipe.page(), **changes)
    digits = datasets.load(arguments.dataset, validation_count=chosen.validation_count)
    if not (run_dir / "metrics.json").exists():
        resume = (run_dir / "config.json").exists()
        train_on_pages(chosen, digits, run_dir, resume=resume)
    looks = judged(run_dir / "model.keras", arguments.pages, digits)
    result = {"epochs": chosen.epochs, "pages": chosen.pages, "looks": looks}
    files.write_json(file, result)
    return result


def judged(model_file, count, digits):
    """Of a Keras page reader by clutter: how many digits there are, and its answers.

    An answer is [sureness, whether a digit stands there].
    """
    from tqdm import tqdm

    from digitnet import load_model
    from digitnet.drawn.written_pages import draw_written_page
    from edge_demo.reading.levels import pyramid
    from edge_demo.reading.looking import look

    network = KerasNetwork(load_model(model_file))
    images, labels = digits.x_validation[..., 0], digits.y_validation
    counts = {}
    for number, (kind, wish) in enumerate(CLUTTER.items()):
        digits, answers = 0, []
        for page in tqdm(range(count), desc=kind, unit="page"):
            drawn = draw_written_page((SEED, number, page), images, labels, wish=wish)
            seen = look(pyramid(drawn.image), network, least=LEAST)
            digits += len(drawn.digits)
            hits = score(drawn, seen.boxes)
            answers += [
                [round(float(sureness), 4), hit]
                for sureness, hit in zip(seen.sureness, hits, strict=True)
                if hit is not None
            ]
        counts[kind] = {"digits": digits, "answers": answers}
    return counts


def score(page, boxes):
    """Of boxes [N, 4], surest first: whether each finds a digit that none before it has found.

    `None` stands for one that lies where a person would not be sure.
    """
    from benchmarks.drawn_pages import LEAST_OVERLAP, on_unsure, overlap

    left, hits = [tuple(map(float, box)) for box in page.boxes], []
    for box in boxes:
        box = tuple(map(float, box))
        best = max(left, key=lambda one: overlap(one, box), default=None)
        if best is not None and overlap(best, box) >= LEAST_OVERLAP:
            left.remove(best)
            hits.append(True)
        else:
            hits.append(None if on_unsure(box, page.unsure) else False)
    return hits


def average_precision(looks):
    """The mean, over all digits, of the precision down to the answer that finds each, in percent.

    A digit that no answer finds counts 0.
    """
    answers = sorted((answer for look in looks for answer in look["answers"]), reverse=True)
    found, total = 0, 0.0
    for number, (_, hit) in enumerate(answers, 1):
        if hit:
            found += 1
            total += found / number
    return 100 * total / sum(look["digits"] for look in looks)


class KerasNetwork:
    """A trained page reader as `edge_demo.reading.looking.look` takes one."""

    def __init__(self, model):
        self._model = model

    def maps(self, image):
        """Presence [h, w], digits [h, w, 10] and boxes [h, w, 4] of a canvas, float32."""
        import numpy as np

        from edge_demo.contract import BOXES, DIGITS, PRESENCE

        answers = self._model.predict(image[np.newaxis], verbose=0)
        return answers[PRESENCE][0, :, :, 0], answers[DIGITS][0], answers[BOXES][0]


def markdown(results):
    """Returns a table: of each network and clutter the average precision over seeds.

    The differences are to the network without gates of the same seed, which drew the same pages.
    """
    lines = [
        "| clutter | gates | average precision, % | against no gate, points |",
        "|---|---|---|---|",
    ]
    none = next(iter(results))
    kinds = {kind: [kind] for kind, wish in CLUTTER.items() if not wish["empty"]}
    for title, parts in {**kinds, ALL: list(CLUTTER)}.items():
        precisions = {}
        for name, runs in results.items():
            precisions[name] = [
                average_precision([run["looks"][part] for part in parts]) for run in runs
            ]
            pairs = zip(precisions[name], precisions[none], strict=True)
            apart = "" if name == none else _interval([one - other for one, other in pairs], "+")
            lines.append(
                f"| {title} | {MODELS[name]} | {_interval(precisions[name])} | {apart or '–'} |"
            )
    first = results[none][0]
    lines += ["", f"{len(results[none])} seeds of {first['epochs']} epochs on {first['pages']:,} "]
    lines[-1] += "drawn pages; mean ± 95 % interval."
    return "\n".join(lines)


def _interval(values, sign=""):
    from digitnet.paper.report.seeds import margin

    mean = statistics.mean(values)
    if len(values) < 2:
        return f"{mean:{sign}.1f}"
    return f"{mean:{sign}.1f} ± {margin(values):.1f}"


if __name__ == "__main__":
    sys.exit(main())
