"""Who may import whom, held in fresh processes with the forbidden packages blocked."""

import ast
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

DEVICE_FORBIDS = [
    *("digitnet", "export", "benchmarks", "tensorflow", "keras", "tensorflow_datasets"),
    *("matplotlib", "picamera2"),
]
TRAINING_FORBIDS = ["export", "tensorflow_datasets", "cv2", "tflite_runtime", "ai_edge_litert"]
# What digitnet may take from the device side, inside functions only. `pictures` is among them so
# that there is one reader of picture files: training on one's own photographs has to see what the
# demo sees, with the same orientation, transparency and depth.
DEVICE_MODULES_FOR_TRAINING = {
    "reading.normalize",
    "reading.cutout",
    "reading.reader",
    "reading.levels",
    "reading.peaks",
    "reading.own_digits",
    "model.classifier",
    "model.page_model",
    "frames.pictures",
    "frames.foreign",
}
CONTRACT = "contract"  # what all parts agree on: the one module that digitnet imports at its top
DRAWN = "digitnet.drawn"  # the drawing engine, which may draw with OpenCV


def modules_of(package):
    paths = sorted((ROOT / package).rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(part).removesuffix(".__init__") for part in parts]


DEVICE_MODULES = set(modules_of("edge_demo"))


def import_in_fresh_process(modules, blocked):
    code = BLOCKER.format(blocked=blocked, modules=modules)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_device_side_imports_neither_the_training_side_nor_tensorflow():
    result = import_in_fresh_process(modules_of("edge_demo"), DEVICE_FORBIDS)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""  # importing does nothing


def test_training_side_imports_neither_export_nor_the_device_s_packages():
    pytest.importorskip("keras", reason="the training side is not installed here")
    modules = [name for name in modules_of("digitnet") if not name.startswith(DRAWN)]
    result = import_in_fresh_process(modules, TRAINING_FORBIDS)
    assert result.returncode == 0, result.stderr


def device_modules_imported_by(path):
    """Names of edge_demo's modules that a file imports, and whether it does so at its top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            # What is imported from a package may be a module of it.
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in DEVICE_MODULES else node.module for name in full]
        for name in names:
            if name and name.split(".")[0] == "edge_demo":
                yield name.removeprefix("edge_demo").strip("."), node in tree.body


def test_training_side_takes_the_contract_and_inside_functions_few_more_of_the_device():
    found = [
        (path.name, *imported)
        for path in sorted((ROOT / "digitnet").rglob("*.py"))
        for imported in device_modules_imported_by(path)
    ]
    found = [one for one in found if one[1] != CONTRACT]
    assert {name for _, name, _ in found} == DEVICE_MODULES_FOR_TRAINING
    assert not [path for path, _, at_top in found if at_top]


def test_the_contract_imports_nothing_but_the_standard_library():
    tree = ast.parse((ROOT / "edge_demo" / "contract.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


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


# The rooms from the ground up: a room imports from those before it, at its top or inside functions.
# `digitnet` and `edge_demo` themselves are the front doors, which import lazily from everywhere.
FLOORS = """
    edge_demo.contract edge_demo.frames edge_demo.model edge_demo.reading edge_demo.showing
    edge_demo.api edge_demo edge_demo.web edge_demo.bulk edge_demo.demo edge_demo.doctor
    edge_demo.__main__
    digitnet.errors digitnet.files digitnet.attention digitnet.networks digitnet.models
    digitnet.digits digitnet.drawn digitnet.recipe digitnet.training digitnet.training.pages
    digitnet digitnet.train digitnet.evaluate
    digitnet.paper digitnet.paper.experiments digitnet.paper.runners digitnet.paper.report
    digitnet.reproduce
    export
""".split()
DOORS = ("digitnet", "edge_demo")


def room_of(module):
    """The package a module lies in; modules of `digitnet` and `edge_demo` are their own rooms."""
    if module.split(".")[0] == "export":
        return "export"
    is_package = (ROOT / module.replace(".", "/")).is_dir()
    inside = module if is_package else module.rpartition(".")[0]
    return module if inside in DOORS else inside


def modules_imported_by(module, at_top=False):
    """Our own modules that a module imports, anywhere in it or at its top alone."""
    path = ROOT / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if at_top else ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in OURS else node.module for name in full]
        yield from (name for name in names if name in OURS)


OURS = {name for package in ("digitnet", "export", "edge_demo") for name in modules_of(package)}


def test_no_import_climbs():
    climbs = [
        f"{module} imports {name}"
        for module in sorted(OURS)
        for name in modules_imported_by(module)
        if module not in DOORS
        and name not in DOORS  # for the version
        and room_of(name) != room_of(module)
        and FLOORS.index(room_of(name)) > FLOORS.index(room_of(module))
    ]
    assert climbs == []


def test_no_imports_go_round_in_a_circle():
    arrows = {module: set(modules_imported_by(module, at_top=True)) for module in OURS}
    while leaves := {module for module, names in arrows.items() if not names & arrows.keys()}:
        arrows = {module: names for module, names in arrows.items() if module not in leaves}
    assert arrows == {}
