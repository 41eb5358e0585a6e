"""The whole way from a run directory to named, verified files."""

import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from export import (
    calibration,
    convert,
    flatfile,
    package,
    report,
    source,
    targets,
    verify,
)
from export.errors import UserError
from export.staging import staging


def export(
    run_dir,
    formats=("int8",),
    out_dir=None,
    target=targets.DEFAULT,
    runtimes=(),
    calibration_images=calibration.IMAGES,
    seed=calibration.SEED,
    max_drop_points=0.2,
    dataset=None,
    overwrite=False,
):
    """Exports a run directory; the arguments are those of `python -m export --help`.

    Returns:
        (the report as Markdown, the paths written).

    Raises:
        UserError: anything that the user can mend; nothing is then under a final name.
    """
    formats = list(dict.fromkeys(formats))
    _check_formats(formats, target)
    calibrated = "int8" in formats
    if calibrated:
        calibration.check_count(calibration_images)
    run = source.read(run_dir)
    out_dir = Path(run_dir) / "export" if out_dir is None else Path(out_dir)
    names = [f"digitnet-{name}.tflite" for name in formats]
    names += ["report.json", "report.md"]
    with staging(out_dir, names, overwrite) as folder:
        model, digits = _load(run, dataset)
        cases = verify.reference_cases(model, digits)
        cases_path, images_path, record = folder / "cases.npz", None, None
        np.savez(cases_path, **cases)
        keras_accuracy = verify.accuracy(cases)
        if calibrated:
            images, record = calibration.draw(digits.x_train, calibration_images, seed)
            images_path = folder / "calibration.npy"
            np.save(images_path, images)
        files = []
        for name in tqdm(formats, desc="exporting", unit="file", file=sys.stderr):
            path = folder / f"digitnet-{name}.tflite"
            convert.in_child_process(run.model_path, name, path, images_path)
            facts = {
                "format": name,
                "target": target,
                "trained_on": run.config.get("dataset", digits.name),
                "keras_test_accuracy": keras_accuracy,
                "test_count": len(digits.y_test),
                "calibration": record if name == "int8" else None,
            }
            file = _finish(path, run, facts)
            for python in (sys.executable, *runtimes):
                judged = verify.run_judge(path, cases_path, python)
                verify.check(path.name, judged, keras_accuracy, max_drop_points)
                file["runtimes"].append(judged)
            files.append(file)
        full = report.build(run, digits.name, keras_accuracy, target, record, files)
        page = report.to_markdown(full)
        (folder / "report.json").write_text(json.dumps(full, indent=2) + "\n", encoding="utf-8")
        (folder / "report.md").write_text(page, encoding="utf-8")
        for name in names:
            os.replace(folder / name, out_dir / name)
    return page, [out_dir / name for name in names]


def _check_formats(formats, target):
    for name in formats:
        if name not in targets.TARGETS[target].formats:
            runnable = ", ".join(targets.TARGETS[target].formats)
            raise UserError(
                f"The target {target} has no kernels for the format {name}; export {runnable} "
                "for it."
            )


def _load(run, dataset):
    """The Keras model, and the digits that it is calibrated and verified on."""
    dataset = dataset or run.config.get("dataset")
    if dataset is None:
        raise UserError(
            f"{run.run_dir} has no config.json that names its dataset; name the one to verify on "
            "with --dataset."
        )
    from digitnet import data
    from export import rewrite

    model = source.load_model(run.model_path)
    rewrite.check_contract(model)
    if not rewrite.has_spatial_gate(model):
        print(
            f"warning: the first gate of model {model.name!r} is not a spatial one, or it has no "
            "gate, so its files have no `attention` output.",
            file=sys.stderr,
        )
    # The validation images stay out of the calibration as they stayed out of the training.
    count = run.config.get("validation_count", 5000)
    digits = data.load(dataset, validation_count=count)
    if len(digits.y_test) == 0:
        raise UserError(f"{dataset} holds no test images, so no file can be verified on it.")
    return model, digits


def _finish(path, run, facts):
    """Checks a converted file against the target and appends labels and contract to it."""
    import digitnet

    flatbuffer = path.read_bytes()
    graph = flatfile.read(flatbuffer)
    targets.check(graph, facts["target"], path.name)
    flatfile.check_contract(graph)
    metadata = {
        "name": "digitnet",
        "version": digitnet.__version__,
        "model": run.config.get("model"),
        **facts,
        "input": {
            "name": "image",
            "dtype": "uint8",
            "shape": [1, 28, 28, 1],
            "values": "0 = background, 255 = ink, as MNIST has them; no scaling is needed",
        },
        "outputs": {name: list(graph.tensors[i].shape) for name, i in graph.outputs.items()},
        "training": {
            key: run.metrics[key]
            for key in ("recipe", "epochs", "train_count", "parameters", "seed")
            if key in run.metrics
        },
        "operators": graph.operator_versions(),
        "runs_on": targets.runnable_by(graph),
        "source_sha256": run.model_sha256,
    }
    content = package.packed(flatbuffer, metadata)
    path.write_bytes(content)
    return {
        "format": facts["format"],
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "operators": metadata["operators"],
        "runs_on": metadata["runs_on"],
        "runtimes": [],
    }
