"""One function per format: a deployed Keras model to the bytes of a .tflite file.

TensorFlow's converter leaks memory on every call, so `in_child_process` runs each conversion in a
process of its own, which is also how a crash of the converter becomes a sentence.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_demo.contract import UserError

# The converter's word on an operator that only full TensorFlow has, with where it comes from.
NO_BUILTIN = re.compile(r'fused\["(\w+):", "([^"@]+/[^"@]+)@[^\n]*ERROR_NEEDS_FLEX_OPS')
NATIVE_NOTE = re.compile(r"[IW]\d{4} |WARNING: All log messages|To enable the following")
FORMATS = ("int8", "float32", "float16", "dynamic")


def convert(model: Any, format_name: str, calibration_images: np.ndarray | None = None) -> bytes:
    """Converts a model that `rewrite.deployed` made.

    Args:
        model: Keras model, image float32 `(1, 28, 28, 1)` in 0..255 to a dict of outputs.
        format_name: one of `FORMATS`.
        calibration_images: uint8 `(N, 28, 28, 1)`, for int8 only; they set the ranges of every
            intermediate result.

    Returns:
        bytes of a .tflite file: image uint8 `(1, 28, 28, 1)` in, the same outputs, built-in
        operators only.
    """
    return _CONVERTERS[format_name](model, calibration_images)


def to_float32(model: Any, _: Any = None) -> bytes:
    """Weights and arithmetic in float32.

    `model` is a Keras model that `rewrite` has made. Returns the bytes of a .tflite file.
    """
    return _converted(model, _configure_float)


def to_float16(model: Any, _: Any = None) -> bytes:
    """Weights stored as float16, arithmetic in float32 (float16 where the device has it).

    `model` is a Keras model that `rewrite` has made. Returns the bytes of a .tflite file.
    """

    def configure(converter: Any, tensorflow: Any) -> None:
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tensorflow.float16]

    return _converted(model, configure)


def to_dynamic(model: Any, _: Any = None) -> bytes:
    """Weights stored as int8; the runtime quantises the inputs of each layer as it goes.

    `model` is a Keras model that `rewrite` has made. Returns the bytes of a .tflite file.
    """

    def configure(converter: Any, tensorflow: Any) -> None:
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        _keep_dense_layers_per_tensor(converter)

    return _converted(model, configure)


def to_int8(model: Any, calibration_images: np.ndarray) -> bytes:
    """Weights and arithmetic in int8, outputs int8 with scale and zero point in the file.

    Args:
        model: a Keras model that `rewrite` has made, or `pages.fixed`.
        calibration_images: uint8 `(N, 28, 28, 1)`, or whatever pictures the model takes; they set
            the ranges of all activations.

    Returns:
        The bytes of a .tflite file.
    """

    def batches() -> Iterator[list[np.ndarray]]:
        for image in calibration_images:
            yield [image[np.newaxis].astype("float32")]

    def configure(converter: Any, tensorflow: Any) -> None:
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        converter.representative_dataset = batches
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tensorflow.uint8
        converter.inference_output_type = tensorflow.int8
        _keep_dense_layers_per_tensor(converter)

    return _converted(model, configure, input_type="float32")


_CONVERTERS: dict[str, Callable[..., bytes]] = {
    "int8": to_int8,
    "float32": to_float32,
    "float16": to_float16,
    "dynamic": to_dynamic,
}


def _configure_float(converter: Any, tensorflow: Any) -> None:
    pass


def _keep_dense_layers_per_tensor(converter: Any) -> None:
    # One scale per channel makes a dynamic dense layer FULLY_CONNECTED version 12, which
    # tflite-runtime 2.14.0 does not load, microcontrollers run only one scale per tensor, and the
    # 214 scales of an int8 LeNet take 5 kB.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True


def _converted(
    model: Any, configure: Callable[[Any, Any], None], input_type: str = "uint8"
) -> bytes:
    """Through a SavedModel: from_concrete_functions fails on Keras 3 variables while calibrating,
    from_keras_model leaves the batch open."""
    import keras
    import tensorflow

    def serve(image: Any) -> Any:
        return model(tensorflow.cast(image, "float32"))

    shape = model.inputs[0].shape
    with tempfile.TemporaryDirectory() as folder:
        archive = keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint(
            "serve", serve, [tensorflow.TensorSpec(shape, dtype=input_type, name="image")]
        )
        archive.write_out(folder, verbose=False)
        converter = tensorflow.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serve"]
        )
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS]
        configure(converter, tensorflow)
        return converter.convert()


def in_child_process(
    model_path: str | Path,
    format_name: str,
    out_path: str | Path,
    calibration_path: str | Path | None = None,
    in_blocks: bool = True,
) -> None:
    """Loads, rewrites, converts and trims a model in a process of its own.

    Args:
        model_path: the .keras file.
        format_name: one of `FORMATS`.
        out_path: where the .tflite goes.
        calibration_path: .npy of uint8 `(N, 28, 28, 1)`, needed for int8.
        in_blocks: as `rewrite.deployed` takes it.

    Raises:
        UserError: the conversion failed; the message has the converter's last line.
    """
    job = {
        "model_path": str(Path(model_path).absolute()),
        "format_name": format_name,
        "out_path": str(Path(out_path).absolute()),
        "calibration_path": calibration_path and str(Path(calibration_path).absolute()),
        "in_blocks": in_blocks,
    }
    process = subprocess.run(
        [sys.executable, "-m", "export.convert", json.dumps(job)],
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    if process.returncode or not Path(out_path).is_file():
        raise UserError(_failure(process, format_name))


def _failure(process: subprocess.CompletedProcess[str], format_name: str) -> str:
    missing = NO_BUILTIN.search(process.stderr)
    if missing:
        operator, path = missing.groups()
        layer = path.split("/")[-2]  # MODEL/LAYER/OPERATOR, or MODEL/OPERATOR
        return (
            f"The model computes {operator} in {layer!r}, and TensorFlow Lite has no built-in "
            "operator for it: take it out of the model, or build it from others."
        )
    lines = [line.strip() for line in process.stderr.splitlines() if line.strip()]
    lines = [line for line in lines if not NATIVE_NOTE.match(line)]
    sentences = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if sentences:
        return sentences[-1]
    how = f"exit code {process.returncode}"
    if process.returncode < 0:
        how = f"stopped by signal {-process.returncode}"
    last = f": {lines[-1]}" if lines else ""
    return f"The conversion to {format_name} failed ({how}){last}"


def main(argv: Sequence[str] | None = None) -> None:
    """The child: does one job, given as JSON."""
    parser = argparse.ArgumentParser(prog="python -m export.convert", description=main.__doc__)
    parser.add_argument("job", help="JSON object with the arguments of in_child_process")
    job = json.loads(parser.parse_args(argv).job)

    from export import rewrite, trained_run, trim

    trained = trained_run.load_model(Path(job["model_path"]))
    model = rewrite.deployed(trained, job["in_blocks"])
    images = np.load(job["calibration_path"]) if job["calibration_path"] else None
    content = trim.trimmed(convert(model, job["format_name"], images))
    Path(job["out_path"]).write_bytes(content)


if __name__ == "__main__":
    from edge_demo.contract import run_command

    sys.exit(run_command(main))
