"""`python -m edge_demo.bulk`: reads many pictures, on this machine or on a Ray cluster."""

import argparse
import shlex
import sys
from collections.abc import Sequence

from edge_demo import __version__
from edge_demo.contract import CROP_THRESHOLD, THRESHOLD, UserError, run_command
from edge_demo.model import model_file

EPILOG = """\
examples:
  python -m edge_demo.bulk scans --out read                 a folder of pages
  python -m edge_demo.bulk s3://bucket/forms --out read     tar archives or Parquet files, too
  python -m edge_demo.bulk crops.parquet --out read --crops --column image
  python -m edge_demo.bulk scans --out read --resume        goes on where it was stopped

Each picture becomes one row of DIR/part-*.parquet (or .jsonl): path, digits, numbers, confidences,
boxes (x, y, width, height in pixels), model (sha256 of the file), and error, the sentence that says
why it could not be read, or null. A path is FOLDER/PICTURE, ARCHIVE!MEMBER or FILE#ROW.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def parser() -> argparse.ArgumentParser:
    """Returns the command line's ArgumentParser."""
    result = argparse.ArgumentParser(
        prog="python -m edge_demo.bulk",
        description="Reads the handwritten digits of many pictures on Ray.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--version", action="version", version=f"digitnet {__version__}")
    add(
        "input",
        metavar="INPUT",
        help="a folder (read recursively, sorted) of pictures, tar archives (WebDataset's layout) "
        "and Parquet files, or one of these; a path, or a URL that pyarrow or fsspec opens",
    )
    add("--out", metavar="DIR", required=True, help="a new folder for the rows, or its URL")
    add(
        "--resume",
        action="store_true",
        help="go on with the job in DIR: read only what has no row yet",
    )
    add(
        "--crops",
        action="store_true",
        help="each picture is one digit, light on dark: 28x28 as it is, other sizes brought to "
        "that (default: pages)",
    )
    add(
        "--column",
        default="image",
        metavar="NAME",
        help="of the pictures in Parquet files: encoded bytes, a struct that has them, or 784 "
        "numbers (default: %(default)s)",
    )
    add("--format", choices=("parquet", "jsonl"), default="parquet", help="default: %(default)s")
    add("--model", metavar="FILE", help=f"a .tflite file (default: {model_file.DEFAULT_PATH.name})")
    add(
        "--page-reader",
        metavar="FILE",
        help="a .tflite file of the network that finds digits on pages "
        f"(default: {model_file.DEFAULT_PAGE_READER.name})",
    )
    add(
        "--threshold",
        type=float,
        metavar="P",
        help="least probability, 0 to 1, at which a digit is reported "
        f"(default: {THRESHOLD}, with --crops {CROP_THRESHOLD})",
    )
    add(
        "--upright",
        action="store_true",
        help="do not look for pages that lie on their side or upside down",
    )
    add(
        "--workers",
        type=int,
        metavar="N",
        help="processes that read (default: one a processor)",
    )
    add(
        "--address",
        metavar="HOST:PORT",
        help="the head of a Ray cluster of which this machine is a part, or auto for the one that "
        "runs here (default: a Ray of its own)",
    )
    add(
        "--shard-size",
        type=int,
        metavar="N",
        help="pictures that a worker reads at a time, and rows of a part at most (default: 64 "
        "pages, 4096 crops)",
    )
    return result


def _run(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    if arguments.threshold is None:
        arguments.threshold = CROP_THRESHOLD if arguments.crops else THRESHOLD
    if not 0 <= arguments.threshold <= 1:
        raise UserError(f"--threshold takes 0 to 1. Received: {arguments.threshold}")
    for name in ("workers", "shard_size"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UserError(f"--{name.replace('_', '-')} takes 1 or more. Received: {value}")
    # Imported late: --help and wrong arguments need neither OpenCV nor Ray.
    from edge_demo.bulk.job import run

    try:
        return run(arguments)
    except KeyboardInterrupt:
        given = [*(sys.argv[1:] if argv is None else argv)]
        words = [word for word in given if word != "--resume"]
        command = ["python", "-m", "edge_demo.bulk", *words, "--resume"]
        print(f"\nStopped. Go on with: {shlex.join(command)}", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
