"""Whether memory and lag stay flat while the demo reads a looping video for minutes.

    python -m benchmarks.endurance [--minutes M] [--video FILE] [--model FILE] [--json]

Lag is the time from the moment when a frame was read to its answer. Without --video, a video of the
synthetic scene is written to a temporary folder first.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import blocks
from edge_demo.contract import THRESHOLD, UserError, run_command


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("endurance", __doc__)
    parser.add_argument("--minutes", type=float, default=10, help="default: %(default)s")
    parser.add_argument("--video", metavar="FILE", help="default: a drawn one of 20 seconds")
    parser.add_argument("--model", metavar="FILE", help="default: the shipped one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    import cv2

    if arguments.minutes <= 0:
        raise UserError(f"--minutes takes more than 0. Received: {arguments.minutes}")
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        video = arguments.video or write_video(Path(folder) / "scene.avi")
        windows = watch(str(video), arguments.model, 60 * arguments.minutes)
    if arguments.write:
        blocks.write(
            arguments.write, "endurance", markdown(windows), "python -m benchmarks.endurance"
        )
    print(json.dumps(windows) if arguments.json else markdown(windows))
    return 0


def markdown(windows):
    """Returns the measurements as a Markdown table."""
    lines = [
        "| minutes | frames/s | median lag, ms | longest lag, ms | memory, MiB |",
        "|---|---|---|---|---|",
    ]
    for window in windows:
        lines.append(
            f"| {window['minutes']:.1f} | {window['frames_per_second']:.1f} "
            f"| {window['median_lag_ms']:.0f} | {window['longest_lag_ms']:.0f} "
            f"| {window['memory_mib']:.1f} |"
        )
    return "\n".join(lines)


def watch(video, model, seconds, windows=10):
    """Reads a looping video; returns a dict of measurements for each tenth of the time."""
    from edge_demo.frames.cameras import Video
    from edge_demo.frames.newest import NewestFrames
    from edge_demo.model.page_model import PageModel
    from edge_demo.model.reloading import ReloadingClassifier
    from edge_demo.reading.source_reader import SourceReader

    reader = SourceReader(ReloadingClassifier(model), PageModel(), THRESHOLD)
    result = []
    frames = NewestFrames(lambda: Video(video, loop=True), "video")
    start = time.monotonic()
    try:
        for number in range(1, windows + 1):
            lags, begun = [], time.monotonic()
            while time.monotonic() < start + number * seconds / windows:
                image, taken_at = next(frames)
                reader.read(image, taken_at - start)
                lags.append(1e3 * (time.monotonic() - taken_at))
            window = {
                "minutes": (time.monotonic() - start) / 60,
                "frames_per_second": len(lags) / (time.monotonic() - begun),
                "median_lag_ms": statistics.median(lags),
                "longest_lag_ms": max(lags),
                "memory_mib": memory_mib(),
            }
            print(f"{window['minutes']:.1f} minutes", file=sys.stderr)
            result.append(window)
    finally:
        frames.close()
    return result


def write_video(path, seconds=20, rate=30):
    """Writes a video of the synthetic scene (Motion JPEG) and returns its path."""
    import cv2

    from edge_demo.frames.cameras import SIZE, SyntheticCamera

    camera = SyntheticCamera(frames_per_second=None)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), rate, SIZE)
    for _ in range(seconds * rate):
        writer.write(camera.read())
    writer.release()
    return path


def memory_mib():
    """Returns the resident memory of this process in MiB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    sys.exit(main())
