"""The record of an export: report.json for programs, report.md for people."""

import datetime
import platform
from pathlib import Path
from typing import Any

from export.trained_run import Source

PACKAGES = ("tensorflow", "keras", "numpy", "tflite-runtime", "ai-edge-litert")
LEFT_COLUMNS = (True, False, True, False, False, False)  # of a terminal's table


def build(
    source: Source,
    digits_name: str,
    keras_accuracy: float,
    target: str,
    calibration: dict[str, Any] | None,
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    """Returns the report as a dict that JSON can hold.

    Args:
        source: `trained_run.Source`.
        digits_name: the dataset that the files were verified on.
        keras_accuracy: 0..1, of the Keras model on the same images.
        target: the name of the target.
        calibration: `calibration.draw`'s record, or None without an int8 file.
        files: list of dicts, one a file: format, file, bytes, sha256, operators, runs_on, and
            runtimes, a list of `judge.judge`'s dicts.
    """
    from digitnet.training import provenance

    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "run_directory": str(source.run_dir),
        "model": source.config.get("model"),
        "recipe": source.metrics.get("recipe"),
        "source_sha256": source.model_sha256,
        "dataset": digits_name,
        "keras_accuracy": keras_accuracy,
        "target": target,
        "calibration": calibration,
        "machine": {"processor": provenance.processor(), "machine": platform.machine()},
        "versions": provenance.versions(PACKAGES),
        "files": files,
    }


def to_markdown(report: dict[str, Any]) -> str:
    """The report as a page: a row for each file on each runtime, and how to read it."""
    lines = [
        f"# Export of {report['model'] or 'a model'}",
        "",
        f"From `{report['run_directory']}` on {report['date']}, for the target "
        f"`{report['target']}`. The Keras model reads {100 * report['keras_accuracy']:.2f} % of "
        f"the test images of `{report['dataset']}` right.",
        "",
    ]
    if report["calibration"]:
        lines += [
            f"int8 was calibrated on {report['calibration']['images']} training images (seed "
            f"{report['calibration']['seed']}).",
            "",
        ]
    lines += [
        "| file | bytes | runtime | correct | accuracy | agreement | probability difference "
        "| median µs, 1 thread | 99 % µs | 2 threads µs | load ms | arena bytes |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for file in report["files"]:
        lines += [_row(file, judged) for judged in file["runtimes"]]
    lines += [
        "",
        f"Measured on {report['machine']['processor']}. Agreement is the share of test images on "
        "which file and Keras model give the same digit; probability difference is the largest "
        "one over all images and digits. A call is `Interpreter.invoke()` alone. Load is: build "
        "the interpreter, allocate, call once. Arena bytes are the memory that the tensors of the "
        "runtime's built-in kernels take, weights not counted; of tflite-micro the smallest "
        "arena in which the file runs, by bisection to 16 bytes.",
        "",
        "| file | operators (version) | runs on |",
        "|---|---|---|",
    ]
    for file in report["files"]:
        operators = ", ".join(f"{name} ({version})" for name, version in file["operators"].items())
        lines.append(f"| {file['file']} | {operators} | {', '.join(file['runs_on'])} |")
    return "\n".join(lines) + "\n"


def to_text(report: dict[str, Any]) -> str:
    """The report for a terminal: a line for each file on each runtime, the rest in report.md."""
    rows = [("file", "bytes", "runtime", "right", "lost", "us a call")]
    for file in report["files"]:
        for judged in file["runtimes"]:
            lost = 100 * (report["keras_accuracy"] - judged["accuracy"])
            times = judged.get("threads", {}).get("1")
            rows.append(
                (
                    file["file"],
                    f"{file['bytes']:,}",
                    judged["runtime"],
                    f"{100 * judged['accuracy']:.2f} %",
                    f"{lost:+.2f}",
                    f"{times['median_us']:.1f}" if times else "",
                )
            )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(row, widths, LEFT_COLUMNS, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    images = report["files"][0]["runtimes"][0]["images"]
    lines.append(
        f"of {images:,} test images of {report['dataset']}; the Keras model reads "
        f"{100 * report['keras_accuracy']:.2f} %"
    )
    return "\n".join(lines)


def next_command(report: dict[str, Any], out_dir: Path) -> str:
    """What one does next with an export's first file."""
    path = out_dir / report["files"][0]["file"]
    if report["target"] == "tflm":
        return f"python -m export.inspect {path}"
    return f"python -m edge_demo photo.jpg --model {path}"


def _row(file: dict[str, Any], judged: dict[str, Any]) -> str:
    cells = [
        file["file"],
        f"{file['bytes']:,}",
        f"{judged['runtime']}, Python {judged['python']}, {judged['machine']}",
        f"{judged['correct']:,} of {judged['images']:,}",
        f"{100 * judged['accuracy']:.2f} %",
        f"{100 * judged['agreement']:.2f} %",
        f"{judged['largest_probability_difference']:.3f}",
    ]
    if "threads" in judged:
        one, two = judged["threads"]["1"], judged["threads"].get("2")
        arena = judged["arena_bytes"]
        cells += [
            f"{one['median_us']:.1f}",
            f"{one['p99_us']:.1f}",
            f"{two['median_us']:.1f}" if two else "",
            f"{judged['load_ms']:.1f}",
            "unknown" if arena is None else f"{arena:,}",
        ]
    else:
        cells += ["not timed"] * 5
    return "| " + " | ".join(cells) + " |"
