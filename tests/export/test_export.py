"""What an export writes, and what it refuses; one real conversion serves most tests."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest
import tflite

from digitnet import models
from edge_demo import contract
from edge_demo.model import model_file
from export import __main__ as command_line
from export import c_array, convert, flatfile, inspect, trained_run, verify
from export.judge import PACKAGES
from export.micro import Arena
from export.pipeline import export
from export.staging import staging

PROMISED = {
    "digitnet-int8.tflite",
    "digitnet-int8.h",
    "digitnet-int8.cc",
    "report.json",
    "report.md",
    "README.md",
}


def test_every_promised_file_is_written_and_nothing_else(exported):
    assert {path.name for path in exported[0].iterdir()} == PROMISED


def test_int8_file_keeps_the_contract(int8_file):
    graph = flatfile.read(int8_file.read_bytes())
    flatfile.check_contract(graph)
    image = graph.tensors[graph.inputs["image"]]
    assert (image.scales, image.zero_points) == ((1.0,), (0,))
    assert {name: graph.tensors[i].shape for name, i in graph.outputs.items()} == {
        "probabilities": (1, 10),
        "attention": (1, 14, 14, 1),
    }
    assert [graph.tensors[i].name for i in graph.outputs.values()] == list(graph.outputs)


def test_output_0_is_probabilities_in_the_file_and_in_the_runtime(int8_file, exported):
    content, _ = contract.unpacked(int8_file.read_bytes())
    model = tflite.Model.GetRootAsModel(content, 0)
    numbered = [int(index) for index in model.Subgraphs(0).OutputsAsNumpy()]
    signature = model.SignatureDefs(0)
    outputs = [signature.Outputs(i) for i in range(signature.OutputsLength())]
    named = {output.Name().decode(): output.TensorIndex() for output in outputs}
    assert numbered == [named["probabilities"], named["attention"]]
    judged = exported[1]["files"][0]["runtimes"][0]
    assert judged["output_shapes"] == [[1, 10], [1, 14, 14, 1]]


def test_the_shipped_file_has_probabilities_at_output_0():
    graph = flatfile.read(model_file.DEFAULT_PATH.read_bytes())
    flatfile.check_contract(graph)
    assert list(graph.outputs) == ["probabilities", "attention"]


def test_a_runtime_that_numbers_outputs_otherwise_is_refused(int8_file):
    graph = flatfile.read(int8_file.read_bytes())
    judged = {"runtime": "a runtime", "output_shapes": [[1, 14, 14, 1], [1, 10]]}
    with pytest.raises(ValueError, match="probabilities and attention in this order"):
        verify.check_outputs("a.tflite", judged, graph)


def test_int8_file_computes_in_integers_only(int8_file):
    graph = flatfile.read(int8_file.read_bytes())
    assert {tensor.dtype for tensor in graph.tensors} == {"uint8", "int8", "int32"}


def test_int8_file_of_lenet_attention_is_at_most_72000_bytes(int8_file):
    assert int8_file.stat().st_size <= 72_000


@pytest.fixture(scope="module")
def cases_path(tmp_path_factory, run_dir, digits):
    """The Keras model's answers to the test images, for the judge."""
    path = tmp_path_factory.mktemp("cases") / "cases.npz"
    model = trained_run.load_model(run_dir / "model.keras")
    np.savez(path, **verify.reference_cases(model, digits))
    return path


def test_int8_file_agrees_with_the_keras_model(int8_file, cases_path):
    judged = verify.run_judge(int8_file, cases_path, timed_calls=0)
    assert judged["agreement"] > 0.95
    assert judged["largest_attention_difference"] < 0.1


def test_the_file_says_what_it_is(int8_file, run_dir):
    _, metadata = contract.unpacked(int8_file.read_bytes())
    assert metadata["trained_on"] == "optdigits"
    assert metadata["labels"] == list("0123456789")
    assert metadata["source_sha256"] == trained_run.read(run_dir).model_sha256
    assert metadata["runs_on"] == ["tflite-runtime-2.14", "litert", "tflm"]
    assert 0.5 < metadata["test_accuracy"] <= 1


def test_report_counts_every_test_image(exported, digits):
    report = json.loads((exported[0] / "report.json").read_text())
    (file,) = report["files"]
    judged = file["runtimes"][0]
    assert judged["images"] == len(digits.y_test)
    assert judged["accuracy"] == judged["correct"] / judged["images"]
    assert judged["agreement"] > 0.95
    assert judged["threads"]["1"]["median_us"] > 0
    assert file["bytes"] == (exported[0] / file["file"]).stat().st_size
    assert report["calibration"]["images"] == 500


def test_the_card_names_the_measured_accuracy(exported):
    report = json.loads((exported[0] / "report.json").read_text())
    accuracy = report["files"][0]["runtimes"][0]["accuracy"]
    assert f"value: {accuracy:.4f}" in (exported[0] / "README.md").read_text()


def test_the_c_array_compiles_and_holds_the_models_bytes(exported, int8_file, tmp_path):
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler on this machine")
    (tmp_path / "main.cc").write_text(
        '#include <cstdio>\n#include "digitnet-int8.h"\n'
        "int main() { fwrite(digitnet_int8_model, 1, digitnet_int8_model_size, stdout); }\n"
    )
    program = tmp_path / "program"
    warnings_are_errors = ["-Wall", "-Wextra", "-Werror", "-std=c++11"]
    subprocess.run(
        [compiler, *warnings_are_errors, f"-I{exported[0]}", "-o", program]
        + [tmp_path / "main.cc", exported[0] / "digitnet-int8.cc"],
        check=True,
    )
    flatbuffer, _ = contract.unpacked(int8_file.read_bytes())
    assert subprocess.run([program], capture_output=True, check=True).stdout == flatbuffer


@pytest.mark.slow
def test_the_float_formats_and_dynamic_answer_as_the_keras_model(run_dir, tmp_path, cases_path):
    report, _ = export(run_dir, formats=("float32", "float16", "dynamic"), out_dir=tmp_path)
    for file in report["files"]:
        assert list(file["outputs"]) == ["probabilities", "attention"]
        assert file["runtimes"][0]["output_shapes"] == [[1, 10], [1, 14, 14, 1]]
    for name, tolerance in (("float32", 1e-4), ("float16", 0.02), ("dynamic", 0.3)):
        judged = verify.run_judge(tmp_path / f"digitnet-{name}.tflite", cases_path, timed_calls=0)
        assert judged["largest_probability_difference"] < tolerance, name


def fails(capsys, *arguments):
    """Runs the command, expects exit code 2, and returns its one sentence."""
    assert command_line.main([str(argument) for argument in arguments]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    return errors[0]


def copy_of(run_dir, tmp_path, **config):
    folder = tmp_path / "run"
    shutil.copytree(run_dir, folder)
    if config:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_missing_run_directory_is_a_sentence(capsys, tmp_path):
    sentence = fails(capsys, tmp_path / "nowhere")
    assert "nowhere" in sentence and "digitnet.train" in sentence


def test_a_run_directory_without_a_model_is_a_sentence(capsys, tmp_path):
    assert "holds no model.keras" in fails(capsys, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_model_is_a_sentence_and_writes_nothing(capsys, run_dir, tmp_path):
    folder = copy_of(run_dir, tmp_path)
    whole = (folder / "model.keras").read_bytes()
    (folder / "model.keras").write_bytes(whole[: len(whole) // 2])
    assert "cut short or damaged" in fails(capsys, folder, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_model_damaged_inside_is_a_sentence(capsys, run_dir, tmp_path):
    folder = copy_of(run_dir, tmp_path)
    content = bytearray((folder / "model.keras").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 1000] = bytes(1000)
    (folder / "model.keras").write_bytes(content)
    assert "cut short or damaged" in fails(capsys, folder)


def test_an_output_directory_that_cannot_be_written_is_a_sentence(capsys, run_dir, tmp_path):
    (tmp_path / "file").write_text("not a directory")
    sentence = fails(capsys, run_dir, "--out", tmp_path / "file" / "out")
    assert "cannot be written" in sentence and "--out" in sentence


def test_a_second_export_does_not_overwrite_the_first_unless_asked(capsys, run_dir, exported):
    before = (exported[0] / "report.json").read_bytes()
    assert "--overwrite" in fails(capsys, run_dir, "--out", exported[0])
    assert (exported[0] / "report.json").read_bytes() == before


def test_a_dataset_that_is_not_at_hand_is_a_sentence(capsys, run_dir, tmp_path):
    folder = copy_of(run_dir, tmp_path, dataset=str(tmp_path / "gone.npz"))
    assert "gone.npz" in fails(capsys, folder)


def test_a_run_that_does_not_say_its_dataset_is_a_sentence(capsys, run_dir, tmp_path):
    assert "--dataset" in fails(capsys, copy_of(run_dir, tmp_path, model="lenet_attention"))


def test_zero_calibration_images_are_a_sentence(capsys, run_dir, tmp_path):
    sentence = fails(capsys, run_dir, "--out", tmp_path / "out", "--calibration-images", "0")
    assert "at least one calibration image" in sentence
    assert not (tmp_path / "out").exists()


def test_a_negative_seed_is_a_sentence(capsys, run_dir, tmp_path):
    sentence = fails(capsys, run_dir, "--out", tmp_path / "out", "--seed=-1")
    assert "--seed takes 0 or more" in sentence


def test_a_format_that_the_target_cannot_run_is_a_sentence(capsys, run_dir, tmp_path):
    sentence = fails(capsys, run_dir, "--formats", "float32", "--target", "tflm")
    assert "no kernels for the format float32" in sentence


def test_a_model_of_another_shape_is_refused_with_the_reason(capsys, tmp_path):
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten()])
    model.save(tmp_path / "model.keras")
    (tmp_path / "config.json").write_text('{"dataset": "optdigits"}')
    assert "(32, 32, 3)" in fails(capsys, tmp_path)


def test_config_that_is_not_json_is_a_sentence(capsys, run_dir, tmp_path):
    folder = copy_of(run_dir, tmp_path)
    (folder / "config.json").write_text("{cut sho")
    assert "config.json is not readable JSON" in fails(capsys, folder)


def fake_conversion(model_path, format_name, out_path, calibration_path=None, in_blocks=True):
    out_path.write_bytes(fake_conversion.flatbuffer)


@pytest.fixture
def no_conversion(monkeypatch, int8_file):
    """Conversions end at once with the flatbuffer of the session's export."""
    fake_conversion.flatbuffer, _ = contract.unpacked(int8_file.read_bytes())
    monkeypatch.setattr(convert, "in_child_process", fake_conversion)


def test_a_loss_of_accuracy_fails_the_export_and_leaves_nothing(
    capsys, run_dir, tmp_path, monkeypatch, no_conversion
):
    judged = {"accuracy": 0.1, "images": 10_000, "runtime": "a runtime"}
    judged["output_shapes"] = [[1, 10], [1, 14, 14, 1]]
    monkeypatch.setattr(verify, "run_judge", lambda *_: judged)
    sentence = fails(capsys, run_dir, "--out", tmp_path / "out")
    assert "10.00 % of 10000 test images" in sentence and "points are lost" in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("keras_accuracy", "accuracy", "agreement", "images", "passes"),
    [
        (0.9940, 0.9920, 0.998, 10_000, True),
        (0.9940, 0.9919, 0.998, 10_000, False),
        (0.9940, 0.9919, 0.99, 10_000, False),  # many images: points alone decide
        (0.9900, 0.9950, 0.998, 10_000, True),
        (356 / 360, 355 / 360, 359 / 360, 360, True),
        (356 / 360, 351 / 360, 355 / 360, 360, False),
        (308 / 360, 305 / 360, 355 / 360, 360, True),  # four lost, one won
        (308 / 360, 290 / 360, 338 / 360, 360, False),
        (1.0, 0.9, 0.9, 10, True),
        (1.0, 0.1, 0.1, 360, False),
    ],
)
def test_a_file_may_lose_two_tenths_of_a_point_or_what_so_few_images_cannot_tell(
    keras_accuracy, accuracy, agreement, images, passes
):
    judged = {"accuracy": accuracy, "agreement": agreement, "images": images}
    judged["runtime"] = "a runtime"
    if passes:
        verify.check("a.tflite", judged, keras_accuracy, 0.2)
    else:
        with pytest.raises(ValueError, match="points are lost"):
            verify.check("a.tflite", judged, keras_accuracy, 0.2)


def test_no_runtime_at_all_is_a_sentence(capsys, run_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    sentence = fails(capsys, run_dir, "--out", tmp_path / "out")
    assert "No runtime is installed" in sentence and "--runtime" in sentence


def test_only_the_target_of_microcontrollers_is_judged_by_their_interpreter(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    packages = [package for _, package in verify.judges("litert", ["python-of-a-pi"])]
    assert packages == ["tflite_runtime", "ai_edge_litert", None]
    assert "tflite_micro" in dict(map(reversed, verify.judges("tflm")))


def test_a_runtime_that_is_asked_for_by_name_is_not_replaced_by_another(int8_file, cases_path):
    with pytest.raises(ValueError, match="No TensorFlow Lite runtime is installed"):
        verify.run_judge(int8_file, cases_path, sys.executable, missing_runtime())


def missing_runtime():
    """A runtime package that is not installed here."""
    missing = [name for name in PACKAGES[:2] if importlib.util.find_spec(name) is None]
    if not missing:
        pytest.skip("both runtimes are installed here")
    return missing[0]


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("/no/python", "/no/python cannot be started"),
        (shutil.which("true"), "is no Python interpreter"),
        (shutil.which("echo"), "is no Python interpreter"),
    ],
)
def test_a_runtime_that_is_no_python_is_told_before_anything_is_converted(
    capsys, run_dir, tmp_path, monkeypatch, program, sentence
):
    monkeypatch.setattr(convert, "in_child_process", None)  # calling it would be a TypeError
    out = tmp_path / "out"
    assert sentence in fails(capsys, run_dir, "--out", out, "--runtime", program)
    assert not out.exists()


def test_an_interpreter_without_a_runtime_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setattr(verify, "RUNTIMES_PROGRAM", "print('[]')")
    with pytest.raises(ValueError, match="no runtime that could judge.*tflite-runtime"):
        verify.check_interpreters([sys.executable])


@pytest.mark.parametrize("points", ["nan", "-5", "inf", "101"])
def test_a_drop_that_switches_the_guard_off_is_refused(capsys, run_dir, tmp_path, points):
    sentence = fails(capsys, run_dir, "--out", tmp_path / "out", f"--max-drop={points}")
    assert "--max-drop takes percentage points from 0 to 100" in sentence


def test_the_terminal_gets_a_narrow_table_and_the_next_command(capsys, run_dir, monkeypatch):
    judged = {"runtime": "tflite-runtime 2.14.0", "accuracy": 0.9963, "images": 10_000}
    judged["threads"] = {"1": {"median_us": 63.14}}
    file = {"file": "digitnet-int8.tflite", "bytes": 70_080, "runtimes": [judged]}
    report = {"dataset": "mnist", "keras_accuracy": 0.9964, "target": "litert", "files": [file]}
    paths = [run_dir / "export" / name for name in ("digitnet-int8.tflite", "report.json")]
    monkeypatch.setattr("export.pipeline.export", lambda **_: (report, paths))
    assert command_line.main([str(run_dir)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[1].split()
        == "digitnet-int8.tflite 70,080 tflite-runtime 2.14.0 99.63 % +0.01 63.1".split()
    )
    assert max(map(len, lines[:3])) < 100 and "|" not in lines[1]
    assert lines[-1] == f"next: python -m edge_demo photo.jpg --model {paths[0]}"


def test_an_export_in_a_thread_leaves_no_folder(tmp_path):
    seen = []

    def run():
        with staging(tmp_path / "out", ["report.md"], overwrite=False) as folder:
            seen.append(folder.is_dir())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["export", "export.inspect", "export.list_operators"])
def test_help_answers_before_any_backend_is_imported(module):
    blocked = ("tensorflow", "keras", "tflite", "flatbuffers", "tflite_runtime", "cv2")
    program = f"""
import runpy, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Block())
sys.argv = ["x", "--help"]
runpy.run_module({module!r}, run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: python -m {module} ")


def test_inspect_says_once_what_keeps_a_file_from_a_target(capsys, monkeypatch, int8_file):
    names = ("CONV_2D", "MAX_POOL_2D", "SOFTMAX")
    floating = flatfile.Tensor("", (1,), "float32", (), (), b"")
    graph = flatfile.read(int8_file.read_bytes())._replace(
        operators=tuple(flatfile.Operator(name, 1, (0,), ()) for name in names)
    )
    graph = graph._replace(tensors=(floating,) * len(graph.tensors))
    monkeypatch.setattr(flatfile, "read", lambda _: graph)
    assert inspect.main([str(int8_file)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "not on" in line]
    assert "tflm: CONV_2D (version 1), MAX_POOL_2D (version 1), SOFTMAX (version 1) in fl" in line


def test_what_a_killed_export_left_is_removed_and_what_runs_is_left_alone(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone, running = tmp_path / f".export-{ended.pid}-abc", tmp_path / f".export-{os.getpid()}-abc"
    gone.mkdir()
    running.mkdir()
    with staging(tmp_path, ["report.md"], overwrite=False):
        assert not gone.exists()
    assert [path.name for path in tmp_path.iterdir()] == [running.name]


def test_microcontrollers_interpreter_reads_the_int8_file_too(int8_file, cases_path):
    pytest.importorskip("tflite_micro", reason="tflite-micro has pre-releases only, on x86-64")
    program = (
        "import sys, numpy; from export.micro import MicroInterpreter; "
        "interpreter = MicroInterpreter(sys.argv[1]); cases = numpy.load(sys.argv[2]); "
        "answers = interpreter.predict_batch(cases['images']).probabilities; "
        "agreement = (answers.argmax(1) == cases['probabilities'].argmax(1)).mean(); "
        "runs = interpreter._runs_in; size = interpreter.arena_bytes(); "
        "print(agreement, size, runs(size), runs(size - 16), interpreter.output_shapes[0][1])"
    )
    command = [sys.executable, "-c", program, int8_file, cases_path]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    agreement, arena_bytes, runs, runs_in_less, first_output = printed.split()
    assert float(agreement) > 0.95
    assert int(arena_bytes) < 32_000
    assert (runs, runs_in_less, first_output) == ("True", "False", "10")


@pytest.mark.slow
def test_the_header_of_a_microcontroller_s_file_says_the_arena_that_was_measured(run_dir, tmp_path):
    pytest.importorskip("tflite_micro", reason="tflite-micro has pre-releases only, on x86-64")
    report, _ = export(run_dir, out_dir=tmp_path, target="tflm", with_c_array=True)
    sizes = [r["arena_bytes"] for r in report["files"][0]["runtimes"] if "micro" in r["runtime"]]
    assert f"// Arena: {sizes[0]} bytes" in (tmp_path / "digitnet-int8.h").read_text()
    assert "SPACE_TO_DEPTH" not in report["files"][0]["operators"]


def test_the_header_says_the_measured_arena_or_how_to_measure_it(int8_file):
    graph = flatfile.read(int8_file.read_bytes())
    arena = Arena(13_824, "tflite-micro 0.dev1", "x86_64")
    header = c_array.header(graph, 70_000, "digitnet_int8", "digitnet", arena)
    assert (
        "// Arena: 13824 bytes, aligned to 16, measured in tflite-micro 0.dev1 on x86_64" in header
    )
    header = c_array.header(graph, 70_000, "digitnet_int8", "digitnet", None)
    assert "// Arena: not measured. `pip install --pre tflite-micro`" in header


@pytest.mark.slow
def test_a_model_without_a_gate_is_exported_with_a_warning_and_without_attention(capsys, tmp_path):
    models.build("lenet", seed=0).save(tmp_path / "model.keras")
    (tmp_path / "config.json").write_text('{"dataset": "optdigits", "model": "lenet"}')
    assert command_line.main([str(tmp_path), "--max-drop", "100"]) == 0
    assert "no `attention` output" in capsys.readouterr().err
    graph = flatfile.read((tmp_path / "export" / "digitnet-int8.tflite").read_bytes())
    assert list(graph.outputs) == ["probabilities"]


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_kill_in_the_middle_leaves_no_final_name(run_dir, tmp_path, sent):
    out_dir = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "export", run_dir, "--out", out_dir],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        # A test run in the background of a shell has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while not list(out_dir.glob(".export-*/calibration.npy")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert said.rstrip().endswith("stopped") and "Traceback" not in said
    if sent != signal.SIGKILL:
        assert not out_dir.exists()
    else:
        (left,) = out_dir.iterdir()
        assert left.name.startswith(".export-")
