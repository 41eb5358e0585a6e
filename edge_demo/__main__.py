"""`python -m edge_demo`: reads the digits of pictures, videos and cameras."""

import argparse
import sys
from collections.abc import Sequence

from edge_demo import __version__
from edge_demo.contract import THRESHOLD, UserError, run_command
from edge_demo.model import model_file

EPILOG = """\
examples:
  python -m edge_demo                             the first camera that is found
  python -m edge_demo synthetic                   a drawn scene, no camera needed
  python -m edge_demo sheet.jpg                   one picture
  python -m edge_demo photos --json               a folder, one JSON object a line
  python -m edge_demo photos --save annotated     and keep the annotated pictures

--json prints {"frame": 0, "source": "a.jpg", "digits": [{"digit": 7, "confidence": 0.99,
"box": [x, y, width, height]}], "numbers": ["7"], "lines": [["7"]]}: digits in reading order, boxes
in pixels of the upright frame (EXIF orientation applied, as a viewer shows the picture). Digits
that stand together make a number, 67.5 with its point; lines has the numbers line by line.
In the window: a attention on and off, d debug panel on and off, q or Esc the end.
A model file that is replaced while a camera is read is taken up without a restart.
The exit code is 0, or 2 when something could not be read.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def parser() -> argparse.ArgumentParser:
    """Returns the command line's ArgumentParser."""
    result = argparse.ArgumentParser(
        prog="python -m edge_demo",
        description="Reads handwritten digits.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--version", action="version", version=f"digitnet {__version__}")
    add(
        "sources",
        metavar="SOURCE",
        nargs="*",
        help="camera index, /dev/videoN, picamera, synthetic, a picture or video file, or a folder "
        "of pictures (read recursively, sorted); default: the first camera that is found",
    )
    add("--model", metavar="FILE", help=f"a .tflite file (default: {model_file.DEFAULT_PATH.name})")
    add(
        "--page-reader",
        metavar="FILE",
        help="a .tflite file of the network that finds digits on pictures "
        f"(default: {model_file.DEFAULT_PAGE_READER.name})",
    )
    add("--json", action="store_true", help="print one JSON object per frame")
    add(
        "--save",
        metavar="DIR",
        help="write annotated frames into DIR, which lies outside the folders that are read: every "
        "picture, and of a video or camera each frame whose answer is new",
    )
    add(
        "--threshold",
        type=float,
        default=THRESHOLD,
        metavar="P",
        help="least probability, 0 to 1, at which a digit is reported (default: %(default)s)",
    )
    add("--frames", type=int, metavar="N", help="stop after N frames (default: at the end)")
    add("--loop", action="store_true", help="play videos again and again, at their own pace")
    add(
        "--upright",
        action="store_true",
        help="do not look for pages that lie on their side or upside down",
    )
    add(
        "--rotate",
        type=int,
        choices=(0, 90, 180, 270),
        default=0,
        help="degrees clockwise by which every frame is turned before it is read; boxes stay in "
        "pixels of the frame as it was given (default: %(default)s)",
    )
    add("--no-window", action="store_true", help="open no window")
    add(
        "--attention",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="tint the paper around digits by their attention masks, pages by the page reader's",
    )
    add(
        "--web",
        metavar="[HOST:]PORT",
        help="serve a page with the live view, a pad to draw on and photographs to read; on this "
        "machine alone, unless a host is named (0.0.0.0 for all)",
    )
    add(
        "--collect",
        metavar="DIR",
        help="with --web: keep digits that are corrected on the page, as a folder to train on",
    )
    add("--debug", action="store_true", help="show the 28x28 images that the model saw")
    return result


def _run(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    if not 0 <= arguments.threshold <= 1:
        raise UserError(f"--threshold takes 0 to 1. Received: {arguments.threshold}")
    if arguments.frames is not None and arguments.frames < 1:
        raise UserError(f"--frames takes 1 or more. Received: {arguments.frames}")
    if arguments.collect and not arguments.web:
        raise UserError("--collect keeps what is corrected on the page: give --web PORT, too.")
    if arguments.web:
        if arguments.json or arguments.save:
            raise UserError("--web serves a page; leave --json and --save out.")
        from edge_demo.web.serve import serve

        return serve(arguments)
    # Imported late: --help and wrong arguments need no OpenCV and no runtime.
    from edge_demo.demo import Demo

    return Demo(arguments).run()


if __name__ == "__main__":
    sys.exit(main())
