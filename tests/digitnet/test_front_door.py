"""What `import digitnet` gives: names, no backend, and .keras files that Keras opens."""

import json
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import digitnet
from digitnet import models, networks
from digitnet.errors import UserError
from digitnet.networks import registration
from tests.digitnet.conftest import drawn_digits

ROOT = pathlib.Path(digitnet.__file__).resolve().parent
# Old files name modules that are gone since.
OLD_HOMES = {
    "digitnet.networks.digits_only": "digitnet.edge_model",
    "digitnet.attention": "digitnet.layers",
}


def fresh(code, *arguments):
    """What a new process prints, line by line."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """lenet_attention.keras, edge.keras, and both as an older version wrote them."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("lenet_attention", "edge"):
        models.build(name, seed=0).save(folder / f"{name}.keras")
        with (
            zipfile.ZipFile(folder / f"{name}.keras") as new,
            zipfile.ZipFile(folder / f"old-{name}.keras", "w") as old,
        ):
            for member in new.namelist():
                content = new.read(member)
                if member == "config.json":
                    for now, then in OLD_HOMES.items():
                        content = content.replace(f'"{now}"'.encode(), f'"{then}"'.encode())
                old.writestr(member, content)
    assert b"digitnet.edge_model" in zipfile.ZipFile(folder / "old-edge.keras").read("config.json")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "imports",
    [
        "import digitnet, keras",
        "import keras, digitnet",
        "import digitnet.attention, keras",
        "import digitnet.networks.edge, keras",
        "import digitnet, importlib, keras; importlib.reload(digitnet); importlib.reload(keras)",
        # Two threads that import Keras at once.
        "import digitnet, threading\n"
        "def work(): import keras\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
        "import keras",
    ],
)
def test_keras_opens_our_files_with_nothing_but_digitnet_imported(folder, imports):
    code = f"""
import sys
{imports}
for path in sys.argv[1:]:
    print(keras.models.load_model(path, compile=False).name)
"""
    paths = sorted(folder.glob("*.keras"))
    assert fresh(code, *paths) == [path.stem.removeprefix("old-") for path in paths]


def test_every_layer_that_is_registered_with_keras_is_in_the_list_and_imports_nothing_of_ours():
    modules = []
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "@keras.saving.register_keras_serializable" in text:
            modules.append(".".join(path.relative_to(ROOT.parent).with_suffix("").parts))
            # What Keras finds half imported has no names to give; see registration.py.
            assert "import digitnet" not in text
            assert "from digitnet" not in text
    assert modules == sorted(registration.LAYER_MODULES)


def test_importing_digitnet_imports_no_backend_and_keeps_its_names_lazy():
    code = """
import sys, digitnet
print(digitnet.__version__, *(name in sys.modules for name in ("keras", "numpy", "tensorflow")))
print(*(name in dir(digitnet) for name in digitnet.__all__))
"""
    assert fresh(code)[1:] == ["False"] * 3 + ["True"] * len(digitnet.__all__)


def test_every_name_of_the_front_door_is_there():
    assert digitnet.AttentionGate is models.AttentionGate
    assert digitnet.lenet_attention().count_params() == 61_730
    assert digitnet.UserError is UserError
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        digitnet.tarin  # noqa: B018


@pytest.mark.parametrize(
    "imports",
    [
        "import digitnet",
        "import digitnet, digitnet.train, digitnet.evaluate",
        "import digitnet.train, digitnet.evaluate, digitnet",
        "import digitnet; from digitnet import train, evaluate",
        "import digitnet; from digitnet.train import train; from digitnet.evaluate import evaluate",
    ],
)
def test_train_and_evaluate_can_be_called_in_every_order_of_imports(imports):
    code = f"""
{imports}
for one in (digitnet.train, digitnet.evaluate):
    try:
        one()
    except TypeError as error:
        print(str(error).split()[0], callable(one.main))
"""
    assert fresh(code) == ["train_on_arrays()", "True", "evaluate()", "True"]


def test_signature_of_a_called_module_is_that_of_its_function():
    import inspect

    assert list(inspect.signature(digitnet.evaluate).parameters) == ["model", "x_test", "y_test"]
    assert "run_dir" in inspect.signature(digitnet.train).parameters


@pytest.mark.parametrize("module", ["digitnet.train", "digitnet.evaluate"])
@pytest.mark.parametrize("option", ["--help", "--version", "--nonsense", "--epochs=many"])
def test_help_version_and_mistyped_options_import_no_backend(module, option):
    code = """
import importlib, sys
try:
    importlib.import_module(sys.argv[1]).main(sys.argv[2:])
except SystemExit:
    pass
print("\\n", [name for name in ("keras", "numpy", "tensorflow") if name in sys.modules])
"""
    assert fresh(code, module, option)[-1] == "[]"


def test_names_of_the_models_are_known_without_keras():
    assert tuple(models.MODELS) == networks.NAMES


def test_train_on_arrays_evaluate_and_load_model_go_together(tmp_path):
    x, y = drawn_digits(160)
    options = {"epochs": 2, "batch_size": 20, "run_dir": tmp_path / "run"}
    metrics = digitnet.train(
        x[:120, ..., 0] / 255, list(y[:120]), x[120:] / 255, y[120:], **options
    )
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["training_set"]["dataset"] == "arrays"
    assert config["recipe"]["epochs"] == 2
    model = digitnet.load_model(tmp_path / "run" / "model.keras")
    for one in (model, tmp_path / "run", str(tmp_path / "run" / "model.keras")):
        assert digitnet.evaluate(one, x[120:], y[120:])["accuracy"] == metrics["test_accuracy"]


@pytest.mark.parametrize(
    ("arrays", "options", "words"),
    [
        ((np.zeros((20, 8, 8)), np.zeros(20, int)), {}, "28"),
        ((np.zeros((20, 28, 28), np.uint8), np.full(20, 11)), {}, "digits 0..9"),
        ((np.zeros((20, 28, 28), np.uint8), np.zeros(19, int)), {}, "20 train images but 19"),
        ((np.zeros((20, 28, 28), np.uint8), np.zeros(20, int)), {"epoch": 3}, "no field 'epoch'"),
        ((np.zeros((20, 28, 28), np.uint8), np.zeros(20, int)), {"recipe": "cake"}, "no recipe"),
        ((np.zeros((20, 28, 28), np.uint8), np.zeros(20, int)), {}, "larger than"),
        (([[1, 2], [3]], [0]), {}, "arrays"),
    ],
)
def test_arrays_that_are_no_digits_are_refused_and_leave_nothing(tmp_path, arrays, options, words):
    with pytest.raises(UserError, match=words):
        digitnet.train(*arrays, run_dir=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_file_that_is_cut_short_is_said_to_be(folder, tmp_path):
    whole = (folder / "edge.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="cut short or damaged"):
        digitnet.load_model(tmp_path / "cut.keras")
    with pytest.raises(UserError, match="no file"):
        digitnet.load_model(tmp_path / "none.keras")
    with pytest.raises(UserError, match=r"no \.keras file"):
        digitnet.load_model(__file__)
