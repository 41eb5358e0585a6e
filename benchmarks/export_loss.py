"""What exporting costs in accuracy, over runs: `python -m benchmarks.export_loss RUN_DIR...`

Each RUN_DIR was trained with its own seed and exported (`python -m export RUN_DIR --formats ...`);
the figures come from the reports of those exports.
"""

import json
import statistics
import sys
from pathlib import Path

from benchmarks import blocks, readme
from edge_demo.contract import UserError, run_command

BLOCK = "export-loss"


def main(argv=None):
    """Prints the table, and with --write puts it into README.md."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("export_loss", __doc__)
    parser.add_argument("run_dirs", nargs="+", type=Path, help="exported run directories")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    reports = [_report(folder) for folder in arguments.run_dirs]
    text = to_markdown(reports, blocks.command(parser, argv))
    print(text)
    if arguments.write:
        readme.write_block(arguments.write, BLOCK, text)


def _report(run_dir):
    path = run_dir / "export" / "report.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read: run `python -m export {run_dir}` first."
        ) from error


def to_markdown(reports, command):
    """A row for each format and runtime: points lost against the Keras model, mean and spread."""
    losses = {}
    for run, report in enumerate(reports):
        for file in report["files"]:
            for judged in file["runtimes"]:  # two environments may hold one runtime: one judgement
                loss = 100 * (report["keras_accuracy"] - judged["accuracy"])
                losses.setdefault((file["format"], judged["runtime"]), {})[run] = loss
    lines = [
        "| format | runtime | runs | points lost, mean | least | most |",
        "|---|---|---|---|---|---|",
    ]
    for (format_name, runtime), of_run in losses.items():
        points = of_run.values()
        lines.append(
            f"| {format_name} | {runtime} | {len(points)} | {statistics.mean(points):+.3f} | "
            f"{min(points):+.2f} | {max(points):+.2f} |"
        )
    accuracies = [100 * report["keras_accuracy"] for report in reports]
    images = reports[0]["files"][0]["runtimes"][0]["images"]
    lines += [
        "",
        f"`{command}` on {images:,} test images of "
        f"`{reports[0]['dataset']}`; the Keras models read {statistics.mean(accuracies):.2f} % "
        f"right ({', '.join(f'{accuracy:.2f}' for accuracy in accuracies)}).",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
