"""`report.md`: a run on one page."""

import pathlib
from typing import Any

from digitnet import files

PICTURES = (
    ("curves.png", "Loss and error over epochs"),
    ("confusion.png", "Labels and predictions on the test images"),
    ("reliability.png", "Accuracy against confidence on the test images"),
    ("attention.png", "The mask of each gate over one test image of each digit"),
    ("mistakes.png", "The worst mistakes: the digit, the answer and both probabilities"),
)


def write(run_dir: pathlib.Path, config: dict[str, Any], metrics: dict[str, Any]) -> None:
    """Writes `report.md` beside the pictures it shows.

    Args:
        run_dir: The run directory, a `pathlib.Path`.
        config: The contents of `config.json`.
        metrics: The contents of `metrics.json`.
    """
    rows = [
        *_test_rows(metrics),
        ("model", f"{metrics['model']}, {metrics['parameters']:,} parameters"),
        ("recipe", f"{metrics['recipe']}, {metrics['epochs']} epochs, seed {metrics['seed']}"),
        (
            "digits",
            f"{metrics['dataset']}: {metrics['train_count']:,} for training, "
            f"{metrics['validation_count']:,} for validation",
        ),
        ("time", f"{metrics['seconds']:,.0f} s on {config['machine']}"),
        ("Keras", f"{config['versions']['keras']} on {config['backend']}"),
        ("started", config["date"]),
        ("command", f"`{config['command']}`" if config["command"] else "none, called from Python"),
    ]
    lines = [f"# {metrics['model']}, recipe {metrics['recipe']}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    if metrics.get("not_measured"):
        lines += ["", "Not measured:", ""]
        lines += [f"- {sentence}" for sentence in metrics["not_measured"]]
    for name, caption in PICTURES:
        if (run_dir / name).exists():
            lines += ["", f"## {caption}", "", f"![{caption}]({name})"]
    files.write_text(run_dir / "report.md", "\n".join(lines) + "\n")


def _test_rows(metrics: dict[str, Any]) -> list[tuple[str, str]]:
    if not metrics["test_count"]:
        return [("test accuracy", "not measured")]
    return [
        ("test accuracy", f"{metrics['test_accuracy']:.2%} of {metrics['test_count']:,} images"),
        ("test loss", f"{metrics['test_loss']:.4f} nats"),
        ("expected calibration error", f"{metrics['test_calibration_error']:.2%}"),
    ]
