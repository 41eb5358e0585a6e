"""How many digits the demo reads on labelled photographs, or on an .npz of crops.

    python -m benchmarks.photos PATH [--model FILE] [--threshold P] [--json] [--sheet FILE.png]
                                [--peers] [--plain]

A picture's digits are compared as a multiset; where the truth is written in rows the order counts
in the column "in order". Whatever is read beyond the truth is a false digit, on every kind of
picture; only what `labels.json` calls `optional` counts neither way. A picture is wholly right when
its digits and nothing else were read. --peers reads the same pictures in the same run with what
else one could take, side by side: RapidOCR, where it is installed, and Otsu's threshold with
contours before our classifier. --plain gives crops to the network without the camera's normaliser,
fitted into the middle 20x20 of 28x28 pixels: what somebody does who has the file alone.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks import blocks, scoring
from edge_demo.contract import UserError, run_command


def main(argv=None):
    """Runs the command line and returns its exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("photos", __doc__)
    parser.add_argument("path", help="folder with labels.json, or .npz with x and y")
    parser.add_argument("--model", metavar="FILE", help="a .tflite file (default: the shipped one)")
    blocks.add_page_reader_options(parser)
    parser.add_argument("--threshold", type=float, metavar="P", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="FILE.png", help="write every mistake into one picture")
    parser.add_argument("--only", metavar="TEXT", help="only pictures whose path contains TEXT")
    parser.add_argument("--peers", action="store_true", help="other readers, side by side")
    parser.add_argument("--plain", action="store_true", help="crops without the normaliser")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)

    from benchmarks import peer_readers, sheets
    from edge_demo.model.classifier import Classifier
    from edge_demo.reading import reader
    from edge_demo.showing.saving import write_picture

    path = Path(arguments.path)
    classifier = Classifier(arguments.model)
    network = blocks.page_reader(arguments)
    threshold = reader.THRESHOLD if arguments.threshold is None else arguments.threshold
    if path.suffix == ".npz":
        if arguments.peers:
            raise UserError("--peers reads pictures: name a folder with labels.json, no .npz.")
        report, mistakes = score_crops(path, classifier, arguments.plain)
        side, columns = 84, 14
    else:
        if arguments.plain:
            raise UserError("--plain is for crops: name an .npz with x and y.")
        peers = peer_readers.installed(classifier, threshold) if arguments.peers else []
        report, mistakes = score_folder(path, classifier, threshold, arguments.only, peers, network)
        side, columns = 400, 4
    report = {"path": str(path), "model": str(classifier.model_path), **report}
    report |= {"runtime": classifier.runtime, "threshold": threshold}
    if arguments.sheet and mistakes:
        tiles = [sheets.tile(picture, captions, side) for picture, captions in mistakes]
        write_picture(arguments.sheet, sheets.sheet(tiles, columns))
        print(f"{len(tiles)} mistakes in {arguments.sheet}", file=sys.stderr)
    if arguments.write and "tiers" in report:
        table, name = scoring.table(report["tiers"], "tier"), "photos"
        if "peers" in report:
            table, name = peer_readers.table(report), "photo-peers"
        table += f"\n\n{_model_line(report, classifier)}"
        blocks.write(arguments.write, name, table, blocks.command(parser, argv))
    print(json.dumps(report) if arguments.json else _markdown(report))
    return 0


def score_folder(folder, classifier, threshold=None, only=None, peers=(), network=None):
    """Reads every labelled picture. Returns (report dict, [(picture, captions)] of mistakes).

    Peers, `(name, read)` each, read every picture after the demo has.
    """
    import numpy as np

    from edge_demo.frames.pictures import read_picture
    from edge_demo.reading import reader
    from edge_demo.showing import overlay

    threshold = reader.THRESHOLD if threshold is None else threshold
    scores, mistakes, milliseconds = [], [], []
    others = {name: ([], []) for name, _ in peers}
    labels = {n: entry for n, entry in _labels(folder).items() if not only or only in n}
    for number, (name, entry) in enumerate(labels.items()):
        if sys.stderr.isatty():
            print(f"\r{number + 1}/{len(labels)} ", end="", file=sys.stderr)
        frame = read_picture(folder / name)
        start = time.perf_counter()
        readings = reader.read_digits(frame, classifier, network, threshold, turn=True)
        milliseconds.append(1e3 * (time.perf_counter() - start))
        group = entry.get("tier") or name.split("/")[0]
        truth = [int(digit) for digit in entry["digits"]]
        answer = [reading.digit for reading in readings]
        optional = tuple(int(digit) for digit in entry.get("optional", ""))
        score = scoring.Score(name, group, entry.get("source", ""), truth, answer, optional)
        scores.append(score)
        for peer, read in peers:
            start = time.perf_counter()
            answer_there = read(frame)
            others[peer][1].append(1e3 * (time.perf_counter() - start))
            others[peer][0].append(score._replace(answer=answer_there))
        if not (score.in_order if entry["kind"] == "scene" else score.wholly_right):
            captions = [name[-52:], "true " + entry["digits"], "read " + "".join(map(str, answer))]
            drawn = overlay.draw(_small(frame, 1), readings, attention=False)
            mistakes.append((drawn, captions))
    report = {
        "tiers": scoring.by(scores, "group"),
        "sources": scoring.by([s for s in scores if s.group != s.name.split("/")[0]], "source"),
        "median_milliseconds": float(np.median(milliseconds)),
        "mistakes": {
            s.name: {"truth": s.truth, "answer": s.answer} for s in scores if not s.wholly_right
        },
    }
    if peers:
        everyone = {"digitnet": (scores, milliseconds), **others}
        report["peers"] = {name: _with_time(*results) for name, results in everyone.items()}
    return report, mistakes


def _with_time(scores, milliseconds):
    """Summaries by tier, each with the median of its milliseconds a picture."""
    import numpy as np

    summaries = scoring.by(scores, "group")
    for group, summary in summaries.items():
        times = [ms for one, ms in zip(scores, milliseconds, strict=True) if one.group == group]
        summary["median_milliseconds"] = float(np.median(times))
    return summaries


def score_crops(path, classifier, plain=False):
    """Classifies white-on-black crops, through the camera's normaliser unless plain.

    Returns as `score_folder`.
    """
    import numpy as np

    from edge_demo.reading.normalize import normalize

    # Crops of differing sizes are an object array, which NumPy stores as a pickle: open only files
    # whose origin you trust.
    with np.load(path, allow_pickle=True) as file:
        if not {"x", "y"} <= set(file.files):
            raise UserError(f"{path} has {file.files} where x and y are needed.")
        crops, truth = file["x"], np.asarray(file["y"]).astype(int)
    prepare = _fitted if plain else normalize
    images = [prepare(_as_bytes(np.squeeze(crop))) for crop in crops]
    probabilities = classifier.predict_batch(images).probabilities
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != truth)
    mistakes = [(images[i], [f"{truth[i]} as {answers[i]}"]) for i in wrong]
    pairs = {}
    for i in wrong:
        pair = f"{truth[i]} as {answers[i]}"
        pairs[pair] = pairs.get(pair, 0) + 1
    report = {
        "crops": len(truth),
        "hits": int((answers == truth).sum()),
        "accuracy": float((answers == truth).mean()),
        "confusions": dict(sorted(pairs.items(), key=lambda item: -item[1])),
    }
    return report, mistakes


def _fitted(crop):
    """A crop in the middle of 28x28 pixels, its longer side 20, as MNIST's digits lie."""
    import cv2
    import numpy as np

    scale = 20 / max(crop.shape)
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    image = np.zeros((28, 28), np.uint8)
    top, left = (28 - height) // 2, (28 - width) // 2
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_LINEAR)
    image[top : top + height, left : left + width] = small
    return image


def _model_line(report, classifier):
    name = classifier.metadata.get("model", "unnamed")
    return (
        f"Model {name} ({classifier.model_path.name}), {report['runtime']}, threshold "
        f"{report['threshold']}."
    )


def _labels(folder):
    path = folder / "labels.json"
    try:
        labels = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UserError(f"There is no {path}; it maps each picture to its digits.") from error
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}.") from error
    return labels


def _as_bytes(crop):
    """Crops stored as floats 0..1 become 0..255."""
    import numpy as np

    return crop if crop.dtype == np.uint8 or crop.max() > 1 else crop * 255


def _small(frame, scale):
    import cv2

    return cv2.resize(frame, None, fx=scale, fy=scale) if scale != 1 else frame


def _markdown(report):
    if "crops" in report:
        share = 100 * report["accuracy"]
        lines = [f"{report['hits']} of {report['crops']} crops right: {share:.2f} %", ""]
        worst = list(report["confusions"].items())[:10]
        return "\n".join(lines + [f"- {pair}: {count}" for pair, count in worst])
    from benchmarks import goals, peer_readers

    side_by_side = [peer_readers.table(report)] if "peers" in report else []
    return "\n\n".join(
        [
            scoring.table(report["tiers"], "tier"),
            *side_by_side,
            goals.table(report["tiers"]),
            scoring.table(report["sources"], "source"),
            f"Median {report['median_milliseconds']:.0f} ms a picture.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
