"""The page reader's .tflite file: `python -m export.pages RUN_DIR [--average RUN_DIR] [--out F]`.

int8 with built-in operators, calibrated on canvases of drawn pages that training saw, and judged
before it takes its name: on held-out drawn pages it has to find what the Keras model finds.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_demo.contract import PAGE_CANVAS, UserError, run_command
from export import convert, trained_run

CALIBRATION_PAGES, JUDGED_PAGES = 60, 60
CALIBRATION_SEED, JUDGED_SEED = 2_000_003, 3_000_017  # training's pages have others
LEAST_AGREEMENT = 0.97  # share of the Keras model's answers that the file gives as well
SURE = 0.4  # what counts as an answer there
LARGEST_BYTES = 300_000


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.pages", description=__doc__)
    parser.add_argument("run_dir", help="of `python -m digitnet.train --recipe page`")
    parser.add_argument(
        "--average",
        metavar="RUN_DIR",
        nargs="+",
        default=[],
        help="export the mean of this run's weights and of those of these, of the same network; "
        "means most where one began with another's weights",
    )
    parser.add_argument("--out", metavar="FILE", help="default: RUN_DIR/digitnet-page-int8.tflite")
    parser.add_argument("--dataset", help="the digits to draw with (default: the run's)")
    arguments = parser.parse_args(argv)
    out = Path(arguments.out or Path(arguments.run_dir) / "digitnet-page-int8.tflite")
    report = export(arguments.run_dir, out, arguments.dataset, arguments.average)
    print(json.dumps(report, indent=2))
    return 0


def export(
    run_dir: str | Path, out: Path, dataset: str | None = None, average: Sequence[str] = ()
) -> dict[str, Any]:
    """Writes the file and returns what was measured of it.

    Args:
        run_dir: Of the page reader.
        out: The file.
        dataset: The digits to draw with; `None`: those of the run.
        average: Run directories of the same network, the mean of whose weights and this run's is
            exported (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").

    Raises:
        UserError: there is no run, it is none of a page reader, the networks differ, the conversion
            fails, or the file does not find what the Keras model finds.
    """
    run = page_run(run_dir)
    from digitnet.training.training_set import digits_of

    digits = digits_of(run.config, dataset)
    model = fixed(averaged([run, *map(page_run, average)]))
    canvases = drawn_canvases(digits.x_train, digits.y_train, CALIBRATION_PAGES, CALIBRATION_SEED)
    content = convert.to_int8(model, canvases)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        trial = Path(folder) / out.name
        trial.write_bytes(content)
        report = judged(model, trial, digits)
        report["bytes"] = len(content)
        if report["agreement"] < LEAST_AGREEMENT or len(content) > LARGEST_BYTES:
            raise UserError(
                f"the file is not written: it gives {report['agreement']:.1%} of the Keras model's "
                f"answers (at least {LEAST_AGREEMENT:.0%}) in {len(content):,} bytes (at most "
                f"{LARGEST_BYTES:,}); train for longer, or look at the weights' ranges."
            )
        os.replace(trial, out)
    return report


def page_run(run_dir: str | Path) -> trained_run.Source:
    """A finished run of a page reader.

    Raises:
        UserError: There is none, or it is of another model.
    """
    run = trained_run.read(run_dir)
    if not run.config.get("recipe", {}).get("pages"):
        raise UserError(
            f"{run_dir} holds no page reader; train one with `python -m digitnet.train --recipe "
            "page`, or export this run with `python -m export`."
        )
    return run


def averaged(runs: Sequence[trained_run.Source]) -> Any:
    """The Keras model of the first run with the mean of the weights of all.

    Raises:
        UserError: They are not of one network.
    """
    models = [trained_run.load_model(run.model_path) for run in runs]
    shapes = [(model.name, [weight.shape for weight in model.weights]) for model in models]
    for run, shape in zip(runs, shapes, strict=True):
        if shape != shapes[0]:
            raise UserError(
                f"--average takes runs of one network, but {run.model_path} is a {shape[0]} and "
                f"{runs[0].model_path} a {shapes[0][0]}, or their sizes differ."
            )
    weights = zip(*(model.get_weights() for model in models), strict=True)
    models[0].set_weights([np.mean(each, axis=0) for each in weights])
    return models[0]


def fixed(model: Any) -> Any:
    """The same network for one canvas, float32 `(1, 736, 640, 3)` in 0..255, and with its masks."""
    from digitnet.networks.page_reader import page_reader

    gates = {"page_reader_own_gates": "own", "page_reader_no_gates": "none"}.get(model.name, "deep")
    shape = (1, *PAGE_CANVAS[:2])
    twin = page_reader(model.name, gates, shape, "float32", masks=gates != "none")
    for layer in twin.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return twin


def drawn_canvases(images: np.ndarray, labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Canvases uint8 `(N, 736, 640, 3)` of `count` drawn pages."""
    from digitnet.drawn.written_pages import draw_written_page
    from edge_demo.reading import canvas, levels

    drawn = []
    for number in range(count):
        page = draw_written_page((seed, number), images[..., 0], labels)
        pyramid = levels.pyramid(page.image)
        tiles = canvas.plan([(level.shape[1], level.shape[0]) for level in pyramid])
        drawn.append(canvas.paint(pyramid, tiles))
    return np.concatenate(drawn)


def judged(model: Any, path: Path, digits: Any) -> dict[str, Any]:
    """What of the Keras model's answers on held-out pages the file gives, and how many more."""
    from edge_demo.model.page_model import PageModel
    from edge_demo.reading.peaks import find_peaks, shares

    network = PageModel(path)
    given = agreed = more = 0
    canvases = drawn_canvases(digits.x_validation, digits.y_validation, JUDGED_PAGES, JUDGED_SEED)
    for image in canvases:
        maps = model(image[np.newaxis].astype("float32"))
        presence, kinds, boxes = (np.array(maps[n])[0] for n in ("presence", "digits", "boxes"))
        ours = find_peaks(presence[:, :, 0], kinds, boxes, SURE)
        theirs = find_peaks(*network.maps(image), SURE / 2)
        given += len(ours.boxes)
        more += int((theirs.sureness >= SURE).sum())
        for box in ours.boxes:
            agreed += bool(len(theirs.boxes)) and shares(theirs.boxes, box).max() > 0.5
    return {
        "runtime": network.runtime,
        "canvases": len(canvases),
        "keras_answers": given,
        "file_answers": more,
        "agreement": agreed / max(given, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
