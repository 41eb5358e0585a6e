"""How well a model tells digits from what is no digit, by threshold.

    python -m benchmarks.rejection MODEL(.keras or .tflite) [--count N] [--json]

Drawn anew with a seed that training does not use, so that no picture was trained on: MNIST's
validation images as they come and as a camera sees them, stroke digits, and what is no digit. The
last two come from the generators that training draws from, so that their rates flatter a little;
`benchmarks.photos` measures on photographs.
"""

import json
import subprocess
import sys
import tempfile

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

SEED = 20_261_121
_DEVICE_PROGRAM = """
import sys
import numpy as np
from edge_demo.model.classifier import Classifier
path, folder = sys.argv[1:]
images = np.load(f"{folder}/images.npy")
np.save(f"{folder}/probabilities.npy", Classifier(path).predict_batch(images).probabilities)
"""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("rejection", __doc__)
    parser.add_argument("model", help="a .keras or .tflite file")
    parser.add_argument(
        "--count", type=int, default=4000, help="pictures in each drawn set (default: 4000)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args(argv)
    if arguments.count < 10:
        raise UserError(f"--count must be at least 10, but it is {arguments.count}.")
    predict = _predictor(arguments.model)
    sets = validation_sets(arguments.count)
    report = {"model": arguments.model, "count": arguments.count, "seed": SEED, "sets": {}}
    for name, pool in sets.items():
        print(f"{name}: {len(pool.labels):,} pictures", file=sys.stderr)
        report["sets"][name] = rates(predict(pool.images), pool.labels)
    print(json.dumps(report) if arguments.json else markdown(report))
    return 0


def validation_sets(count):
    """The sets by name, each a `digitnet.drawn.world.Pool`; the label 10 is no digit."""
    from digitnet.digits import datasets
    from digitnet.drawn import world

    digits = datasets.load("mnist", validation_count=5000)
    held_out = digits.x_validation, digits.y_validation
    return {
        "MNIST, validation": world.Pool(*held_out),
        "MNIST, photographed": world.photographed(*held_out, count, _rng(0)),
        "stroke digits": world.stroke_digits(count, _rng(1)),
        "no digit": world.no_digits(count, _rng(2)),
    }


def rates(probabilities, labels):
    """For digits: shares answered rightly and rejected; for no digits: the share accepted.

    Args:
        probabilities: float `(N, 10)`.
        labels: int `(N,)`, 10 throughout for a set without digits.
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    result = {"count": len(labels), "thresholds": {}}
    is_digit = bool((labels < 10).all())
    if is_digit:
        result["accuracy"] = float((answers == labels).mean())
    for threshold in THRESHOLDS:
        accepted = confidence >= threshold
        row = {"accepted": float(accepted.mean())}
        if is_digit:
            row["wrong"] = float((accepted & (answers != labels)).mean())
        result["thresholds"][str(threshold)] = row
    return result


def markdown(report):
    """A row for each threshold: rejected and wrong shares of the digits, accepted no digits."""
    names = list(report["sets"])
    head = [f"{name} ({report['sets'][name]['count']:,})" for name in names]
    lines = [
        "| threshold | " + " | ".join(head) + " |",
        "|---|" + "---|" * len(names),
    ]
    for threshold in map(str, THRESHOLDS):
        cells = []
        for name in names:
            row = report["sets"][name]["thresholds"][threshold]
            if "wrong" in row:
                cells.append(f"{1 - row['accepted']:.2%} rejected, {row['wrong']:.2%} wrong")
            else:
                cells.append(f"{row['accepted']:.2%} accepted")
        lines.append(f"| {threshold} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _predictor(path):
    if path.endswith(".tflite"):
        return lambda images: _ask_device(path, images)
    import digitnet

    model = digitnet.load_model(path)
    return lambda images: model.predict(images, batch_size=500, verbose=0)


def _ask_device(path, images):
    """Classifies in a process of its own: tflite-runtime and TensorFlow do not bear each other."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/images.npy", images)
        command = [sys.executable, "-c", _DEVICE_PROGRAM, path, folder]
        answer = subprocess.run(command, capture_output=True, text=True)
        if answer.returncode:
            reason = (answer.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            raise UserError(f"{path} could not be run: {reason}")
        return np.load(f"{folder}/probabilities.npy")


def _rng(stream):
    import numpy as np

    return np.random.default_rng([SEED, stream])


if __name__ == "__main__":
    sys.exit(main())
