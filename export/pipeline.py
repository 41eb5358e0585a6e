"""The whole way from a run directory to named, verified files."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_demo.contract import UserError
from export import calibration, card, export_report, one_format, targets, trained_run, verify
from export.quiet import without_native_messages
from export.staging import staging


def export(
    run_dir: str | Path,
    formats: Sequence[str] = ("int8",),
    out_dir: str | Path | None = None,
    target: str = targets.DEFAULT,
    runtimes: Sequence[str] = (),
    calibration_images: int = calibration.IMAGES,
    seed: int = calibration.SEED,
    max_drop_points: float = 0.2,
    dataset: str | None = None,
    overwrite: bool = False,
    with_c_array: bool = False,
) -> tuple[dict[str, Any], list[Path]]:
    """Exports a run directory; the arguments are those of `python -m export --help`.

    Returns:
        (the report, as report.json has it; the paths written).

    Raises:
        UserError: anything that the user can mend; nothing is then under a final name.
    """
    formats = list(dict.fromkeys(formats))
    _check_formats(formats, target)
    if "int8" in formats:
        calibration.check(calibration_images, seed)
    verify.check_max_drop(max_drop_points)
    judges = verify.judges(target, runtimes)
    verify.check_interpreters(runtimes)
    run = trained_run.read(run_dir)
    from tqdm import tqdm

    out_dir = Path(run_dir) / "export" if out_dir is None else Path(out_dir)
    names = [f"digitnet-{name}.tflite" for name in formats]
    names += [f"digitnet-{name}{end}" for name in formats for end in _c_array_ends(with_c_array)]
    names += ["report.json", "report.md", "README.md"]
    with staging(out_dir, names, overwrite) as folder:
        model, training_set = _load(run, dataset)
        digits = training_set.digits
        cases = verify.reference_cases(model, digits)
        np.savez(folder / "cases.npz", **cases)
        keras_accuracy = verify.accuracy(cases)
        record = None
        if "int8" in formats:
            pictures = training_set.calibration_images(calibration_images, seed)
            images, record = calibration.draw(pictures, calibration_images, seed)
            np.save(folder / "calibration.npy", images)
        files = []
        for name in tqdm(formats, desc="exporting", unit="file", file=sys.stderr):
            facts = {
                "format": name,
                "target": target,
                "trained_on": run.config.get("dataset", digits.name),
                "keras_test_accuracy": keras_accuracy,
                "test_count": len(digits.y_test),
                "calibration": record if name == "int8" else None,
            }
            files.append(
                one_format.export(folder, run, facts, judges, max_drop_points, with_c_array)
            )
        full = export_report.build(run, digits.name, keras_accuracy, target, record, files)
        one_format.write(folder / "report.json", json.dumps(full, indent=2) + "\n")
        one_format.write(folder / "report.md", export_report.to_markdown(full))
        one_format.write(folder / "README.md", card.to_markdown(full))
        for name in names:
            os.replace(folder / name, out_dir / name)
    return full, [out_dir / name for name in names]


def _c_array_ends(with_c_array: bool) -> tuple[str, ...]:
    return (".h", ".cc") if with_c_array else ()


def _check_formats(formats: Sequence[str], target: str) -> None:
    for name in formats:
        if name not in targets.TARGETS[target].formats:
            runnable = ", ".join(targets.TARGETS[target].formats)
            raise UserError(
                f"The target {target} has no kernels for the format {name}; export {runnable} "
                "for it."
            )


def _load(run: trained_run.Source, dataset: str | None) -> tuple[Any, Any]:
    """The Keras model, and the training set that it is calibrated and verified on."""
    if dataset is None and run.config.get("dataset") is None:
        raise UserError(
            f"{run.run_dir} has no config.json that names its dataset; name the one to verify on "
            "with --dataset."
        )
    with without_native_messages():
        from digitnet.training.training_set import training_set_of
        from export import rewrite

        model = trained_run.load_model(run.model_path)
    rewrite.check_contract(model)
    rewrite.check_layers(model)
    if not rewrite.has_spatial_gate(model):
        print(
            f"warning: the first gate of model {model.name!r} is not a spatial one, or it has no "
            "gate, so its files have no `attention` output.",
            file=sys.stderr,
        )
    training_set = training_set_of(run.config, dataset)
    if len(training_set.digits.y_test) == 0:
        raise UserError(
            f"{training_set.digits.name} holds no test images, so no file can be verified on it."
        )
    return model, training_set
