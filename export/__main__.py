"""`python -m export RUN_DIR`: a trained model as .tflite files, verified before they get a name."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import digitnet
from edge_demo.contract import run_command
from export import calibration, convert, targets


def main(argv: Sequence[str] | None = None) -> int:
    """Exports a run directory; returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> None:
    arguments = vars(_parser().parse_args(argv))
    from export import export_report
    from export.pipeline import export

    report, paths = export(**arguments)
    print(export_report.to_text(report))
    print(f"written to {paths[0].parent}: {', '.join(path.name for path in paths)}")
    print(f"next: {export_report.next_command(report, paths[0].parent)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Turns a run directory of `python -m digitnet.train` into .tflite files that "
        "carry their labels and input contract, and verifies each on all test images.",
    )
    parser.add_argument("--version", action="version", version=f"digitnet {digitnet.__version__}")
    parser.add_argument("run_dir", type=Path, help="directory that holds model.keras")
    parser.add_argument(
        "--formats", nargs="+", choices=convert.FORMATS, default=["int8"], help="default: int8"
    )
    parser.add_argument(
        "--out", type=Path, dest="out_dir", help="where the files go (default: RUN_DIR/export)"
    )
    parser.add_argument(
        "--target",
        choices=targets.TARGETS,
        default=targets.DEFAULT,
        help="runtime that must run the files (default: %(default)s)",
    )
    parser.add_argument(
        "--runtime",
        nargs="+",
        default=[],
        dest="runtimes",
        metavar="PYTHON",
        help="interpreters of other environments whose runtimes are asked too",
    )
    parser.add_argument(
        "--calibration-images",
        type=int,
        default=calibration.IMAGES,
        help="training images that set int8's ranges (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=calibration.SEED, help="of their draw (default: %(default)s)"
    )
    parser.add_argument(
        "--max-drop",
        type=float,
        default=0.2,
        dest="max_drop_points",
        metavar="POINTS",
        help="percentage points of accuracy a file may lose (default: %(default)s)",
    )
    parser.add_argument(
        "--dataset", help="digits to verify on (default: those that the run was trained on)"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the files of an earlier export"
    )
    parser.add_argument(
        "--c-array",
        action="store_true",
        dest="with_c_array",
        help="also write each file as a .h/.cc pair for microcontroller projects",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
