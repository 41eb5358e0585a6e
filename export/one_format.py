"""One format of a run, from the Keras file to a verified .tflite in the staging folder."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_demo import contract
from edge_demo.contract import UserError
from export import c_array, convert, flatfile, targets, verify
from export.flatfile import Graph
from export.micro import Arena
from export.trained_run import Source


def export(
    folder: Path,
    run: Source,
    facts: dict[str, Any],
    judges: Sequence[tuple[str, str | None]],
    max_drop_points: float,
    with_c_array: bool,
) -> dict[str, Any]:
    """Converts, checks, packs and judges one format; returns its entry in the report.

    Args:
        folder: the staging folder, with cases.npz and, for int8, calibration.npy in it.
        run: `trained_run.Source`.
        facts: what digitnet.json says of the export: format, target, trained_on,
            keras_test_accuracy (0..1), test_count, calibration.
        judges: who judges the file, as `verify.judges` has them.
        max_drop_points: percentage points of accuracy that the file may lose in any of them.
        with_c_array: also write the file as C.

    Raises:
        UserError: the file does not convert, does not run on the target, or loses too much.
    """
    path = folder / f"digitnet-{facts['format']}.tflite"
    images = folder / "calibration.npy"
    convert.in_child_process(
        run.model_path,
        facts["format"],
        path,
        images if images.exists() else None,
        # Ports of TensorFlow Lite Micro lack SPACE_TO_DEPTH (EloquentTinyML 2.4), and its kernels
        # gain nothing by blocks.
        in_blocks=facts["target"] != "tflm",
    )
    flatbuffer = path.read_bytes()
    graph = flatfile.read(flatbuffer)
    targets.check(graph, facts["target"], path.name)
    try:
        flatfile.check_contract(graph)
    except ValueError as error:
        raise UserError(
            f"{path.name} was converted, but {error}; calibrate with other images "
            "(--calibration-images), or train a model of digitnet.models."
        ) from error
    metadata = _metadata(run, graph, facts)
    path.write_bytes(contract.packed(flatbuffer, metadata))
    runtimes = []
    for python, runtime_package in judges:
        judged = verify.run_judge(path, folder / "cases.npz", python, runtime_package)
        verify.check_outputs(path.name, judged, graph)
        verify.check(path.name, judged, facts["keras_test_accuracy"], max_drop_points)
        runtimes.append(judged)
    # The file carries its own accuracy too: the flatbuffer that was judged stays as it is.
    first = runtimes[0]
    metadata |= {"test_accuracy": first["accuracy"], "judged_by": first["runtime"]}
    content = contract.packed(flatbuffer, metadata)
    path.write_bytes(content)
    if with_c_array:
        _write_c_array(path, flatbuffer, graph, metadata, _arena(runtimes))
    return {
        "format": facts["format"],
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "operators": metadata["operators"],
        "outputs": metadata["outputs"],
        "runs_on": metadata["runs_on"],
        "runtimes": runtimes,
    }


def write(path: Path, text: str) -> None:
    """Writes a text file as UTF-8."""
    path.write_text(text, encoding="utf-8")


def _arena(runtimes: Sequence[dict[str, Any]]) -> Arena | None:
    """The arena that TensorFlow Lite Micro was measured to need, where it was among the judges."""
    for judged in runtimes:
        if judged["runtime"].startswith("tflite-micro") and judged.get("arena_bytes"):
            return Arena(judged["arena_bytes"], judged["runtime"], judged["machine"])
    return None


def _write_c_array(
    path: Path, flatbuffer: bytes, graph: Graph, metadata: dict[str, Any], arena: Arena | None
) -> None:
    symbol = path.stem.replace("-", "_")
    title = f"{metadata['name']} {metadata['version']}, {metadata['model']}, {metadata['format']}"
    header_path = path.with_suffix(".h")
    write(header_path, c_array.header(graph, len(flatbuffer), symbol, title, arena))
    write(path.with_suffix(".cc"), c_array.source(flatbuffer, symbol, header_path.name))


def _metadata(run: Source, graph: Graph, facts: dict[str, Any]) -> dict[str, Any]:
    """What digitnet.json says, but for what only the finished file can tell."""
    import digitnet

    return {
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
        "oldest_runtime": f"TensorFlow Lite {graph.oldest_runtime}",
        "source_sha256": run.model_sha256,
    }
