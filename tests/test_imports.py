"""Who may import whom, held in fresh processes with the forbidden packages blocked."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

BLOCKER = """
import importlib, importlib.abc, sys
blocked = set({blocked!r})
class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Block())
for module in {modules!r}:
    importlib.import_module(module)
"""

DEVICE_FORBIDS = ["digitnet", "export", "tensorflow", "keras", "tensorflow_datasets", "matplotlib"]
TRAINING_FORBIDS = ["export", "tensorflow_datasets", "cv2", "tflite_runtime", "ai_edge_litert"]


def modules_of(package):
    paths = sorted((ROOT / package).rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(part).removesuffix(".__init__") for part in parts]


def import_in_fresh_process(modules, blocked):
    code = BLOCKER.format(blocked=blocked, modules=modules)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_device_side_imports_neither_the_training_side_nor_tensorflow():
    result = import_in_fresh_process(modules_of("edge_demo"), DEVICE_FORBIDS)
    assert result.returncode == 0, result.stderr


def test_training_side_imports_neither_export_nor_the_device_s_packages():
    pytest.importorskip("keras", reason="the training side is not installed here")
    result = import_in_fresh_process(modules_of("digitnet"), TRAINING_FORBIDS)
    assert result.returncode == 0, result.stderr


def test_export_imports_what_it_may():
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("the training side is not installed here")
    result = import_in_fresh_process(modules_of("export"), [])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("package", ["digitnet", "export", "edge_demo"])
def test_every_module_is_looked_at(package):
    assert f"{package}.__init__".removesuffix(".__init__") in modules_of(package)
    assert len(modules_of(package)) > 3


def test_blocker_blocks():
    result = import_in_fresh_process(["json"], ["json"])
    assert result.returncode != 0
    assert "blocked: json" in result.stderr
