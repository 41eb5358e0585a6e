"""`python -m edge_demo`: reads the digits of pictures."""

import argparse
import json
import sys

from edge_demo import modelfile, overlay, reader
from edge_demo.classifier import Classifier
from edge_demo.errors import UserError, run_command
from edge_demo.saving import Saver
from edge_demo.sources import open_source

EPILOG = """\
examples:
  python -m edge_demo sheet.jpg                   read one picture
  python -m edge_demo photos --json               a folder, one JSON object a line
  python -m edge_demo photos --save annotated     and keep the annotated pictures

--json prints {"frame": 0, "source": "a.jpg", "digits": [{"digit": 7, "confidence": 0.99,
"box": [x, y, width, height]}]}: digits in reading order, boxes in pixels of the upright frame (EXIF
orientation applied, as a viewer shows the picture).
The exit code is 0, or 2 when something could not be read.
"""


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m edge_demo",
        description="Reads handwritten digits.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help="a picture file, or a folder of pictures (read recursively, sorted)",
    )
    parser.add_argument(
        "--model", metavar="FILE", help=f"a .tflite file (default: {modelfile.DEFAULT_PATH.name})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per frame")
    parser.add_argument("--save", metavar="DIR", help="write annotated pictures into DIR")
    parser.add_argument(
        "--threshold",
        type=float,
        default=reader.THRESHOLD,
        metavar="P",
        help="least probability, 0 to 1, at which a digit is reported (default: %(default)s)",
    )
    parser.add_argument(
        "--no-attention", action="store_true", help="draw no attention heat map on the digits"
    )
    parser.add_argument(
        "--debug", action="store_true", help="add a panel with the 28x28 images that the model saw"
    )
    return parser


def _run(argv):
    arguments = _parser().parse_args(argv)
    if not 0 <= arguments.threshold <= 1:
        raise UserError(f"--threshold takes 0 to 1. Received: {arguments.threshold}")
    classifier = Classifier(arguments.model)
    saver = Saver(arguments.save) if arguments.save else None
    failures = index = 0
    for source in arguments.sources:
        for frame in open_source(source):
            if isinstance(frame, UserError):
                print(f"error: {frame}", file=sys.stderr)
                failures += 1
                continue
            readings = reader.read_digits(frame.image, classifier, arguments.threshold)
            print(_line(index, frame.source, readings, arguments.json), flush=True)
            if saver:
                picture = overlay.draw(
                    frame.image, readings, not arguments.no_attention, arguments.debug
                )
                saver.save(frame.relative, frame.source, picture)
            index += 1
    return 2 if failures else 0


def _line(index, source, readings, as_json):
    if not as_json:
        return f"{source}: {' '.join(str(r.digit) for r in readings) or 'no digit'}"
    digits = [
        {"digit": r.digit, "confidence": round(r.confidence, 4), "box": list(r.box)}
        for r in readings
    ]
    return json.dumps({"frame": index, "source": source, "digits": digits})


if __name__ == "__main__":
    sys.exit(main())
