"""How many frames a second the demo reads on one core, by stage, beside a plain pipeline.

    python -m benchmarks.frames [--model FILE] [--repeats N] [--json]

Each page is drawn, has ten digits, and is shown for half a second of 30 frames a second. The plain
pipeline is what most demos do: grey, blur, Otsu, contours, boxes scaled to 20 pixels in 28, the
same classifier. Both run in turn, with one thread for OpenCV and the runtime. Times are of the
process, which is the wall time on a core that nothing else uses: medians, and means of what is
whole, since the page reader looks at one frame in fifteen, and digits are read in one of three.
"""

import json
import platform
import statistics
import sys
import time

from benchmarks import blocks
from edge_demo.contract import THRESHOLD, run_command

SIZES = ((640, 480), (1280, 720))
PHOTOGRAPH, PHOTOGRAPHS = (4000, 3000), 5  # pixels, 12 million of them; how many are timed
DIGITS = 10
RATE, SHOWN = 30, 15  # frames a second, and of one page


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("frames", __doc__)
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    parser.add_argument("--repeats", type=int, default=60, help="frames per size (default: 60)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    import cv2

    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel

    blocks.require_one_or_more(arguments, "repeats")
    cv2.setNumThreads(1)
    classifier, network = Classifier(arguments.model), PageModel()
    report = {"machine": platform.processor() or platform.machine(), "runtime": classifier.runtime}
    report["opencv"], report["repeats"] = cv2.__version__, arguments.repeats
    report["sizes"] = {
        f"{width}×{height}": measure((width, height), classifier, network, arguments.repeats)
        for width, height in SIZES
    }
    report["photograph_milliseconds"] = time_photograph(classifier, network)
    if arguments.write:
        blocks.write(arguments.write, "frames", markdown(report), blocks.command(parser, argv))
    print(json.dumps(report) if arguments.json else markdown(report))
    return 0


def measure(size, classifier, network, repeats):
    """Returns {stage or pipeline: milliseconds a frame} and how many digits each reads."""
    import cv2

    from edge_demo.frames.synthetic import draw_page
    from edge_demo.reading.following import Follower, one_canvas
    from edge_demo.reading.reader import read_seen
    from edge_demo.reading.seen import look_at, sight_of
    from edge_demo.reading.source_reader import SourceReader

    pages = [draw_page(["01234", "56789"], seed=seed, size=size) for seed in range(8)]
    reader = SourceReader(classifier, network, THRESHOLD)
    # It looks on the first frame alone, and when the page changes.
    follower = Follower(network, look_seconds=float("inf"))
    times = {}

    def timed(name, function, *values):
        start = time.process_time()
        result = function(*values)
        times.setdefault(name, []).append(1e3 * (time.process_time() - start))
        return result

    found = [0, 0]
    for repeat in range(repeats + 3):
        page = pages[repeat // SHOWN % len(pages)]
        if repeat == 3:  # the first frames warm caches up
            times.clear()
            found = [0, 0]
        gray = timed("grey", cv2.cvtColor, page.image, cv2.COLOR_BGR2GRAY)
        sight = timed("levels", sight_of, gray, 0, one_canvas(*gray.shape))
        seen = timed("a look", look_at, sight, network)
        timed("follow", follower.see, gray, repeat / RATE)
        timed("cut out and classify", read_seen, seen, gray, classifier, THRESHOLD)
        readings = timed("digitnet, whole", _read_frame, reader, page.image, repeat / RATE)
        plain = timed("plain Otsu and contours, whole", read_plainly, page.image, classifier)
        found[0] += _hits(readings, page)
        found[1] += _hits(plain, page)
    result = {
        name: (statistics.mean if "digitnet" in name else statistics.median)(values)
        for name, values in times.items()
    }
    result["digitnet, slowest frame"] = max(times["digitnet, whole"])
    asked = DIGITS * repeats
    return {"milliseconds": result, "digits": [f"{hits} of {asked}" for hits in found]}


def time_photograph(classifier, network):
    """Milliseconds of a large picture, from pixels to digits: the median, after one unmeasured."""
    from edge_demo.frames.synthetic import draw_page
    from edge_demo.reading.reader import read_digits

    picture = draw_page(["01234", "56789"], seed=1, size=PHOTOGRAPH).image
    times = []
    for _ in range(PHOTOGRAPHS + 1):
        start = time.process_time()
        read_digits(picture, classifier, network, turn=True)
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times[1:])


def _read_frame(reader, image, time):
    return reader.read(image, time).readings


def read_plainly(frame, classifier):
    """Reads a frame as most demos do; returns [(digit, box)] in no order."""
    import cv2
    import numpy as np

    gray = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    mask = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    result = []
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if height < 10 or width > 2 * height:
            continue
        scale = 20 / max(width, height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        crop = cv2.resize(mask[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA)
        image = np.zeros((28, 28), np.uint8)
        left, top = (28 - size[0]) // 2, (28 - size[1]) // 2
        image[top : top + size[1], left : left + size[0]] = crop
        result.append((int(classifier.predict(image).probabilities.argmax()), (x, y)))
    return result


def _hits(readings, page):
    digits = [reading[0] for reading in readings]
    return sum(min(digits.count(digit), page.digits.count(digit)) for digit in range(10))


def markdown(report):
    """Returns the report as a Markdown table."""
    sizes = report["sizes"]
    stages = next(iter(sizes.values()))["milliseconds"]
    lines = [
        "| stage | " + " | ".join(f"{size}, ms" for size in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    for stage in stages:
        values = [sizes[size]["milliseconds"][stage] for size in sizes]
        cells = [
            f"{value:.2f} ({1e3 / value:.0f} frames/s)" if "whole" in stage else f"{value:.2f}"
            for value in values
        ]
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    for index, name in enumerate(("digitnet", "plain")):
        cells = [sizes[size]["digits"][index] for size in sizes]
        lines.append(f"| digits read right, {name} | " + " | ".join(cells) + " |")
    width, height = PHOTOGRAPH
    lines += [
        "",
        f"A picture of {width}×{height} pixels with ten digits: "
        f"{report['photograph_milliseconds']:.0f} ms.",
        "",
        f"{report['machine']}, {report['runtime']}, OpenCV {report['opencv']}, one thread",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
