"""Every public name says what it is, and the examples in docstrings give what they show."""

import ast
import doctest
import importlib
import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ("digitnet", "export", "edge_demo", "benchmarks", "notebooks", "docs")
FILES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not path.name[0].isdigit()  # a notebook's script
]
# What a base class of Keras defines and describes; the class' own docstring says what is special.
OF_THE_BASE_CLASS = set(
    "build call compute_output_shape compute_output_spec get_config on_epoch_begin on_epoch_end "
    "on_train_begin on_train_end on_train_batch_end save_own_variables load_own_variables".split()
)


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def public_definitions(tree):
    """Pairs (qualified name, node) of a module's public classes, functions and methods."""
    for node in tree.body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    inherited = bool(node.bases) and member.name in OF_THE_BASE_CLASS
                    if not member.name.startswith("_") and not inherited:
                        yield f"{node.name}.{member.name}", member


def undocumented(source):
    """Public names of a module's source that have no docstring."""
    tree = ast.parse(source)
    names = [] if ast.get_docstring(tree) else ["the module"]
    names += [name for name, node in public_definitions(tree) if not ast.get_docstring(node)]
    return names


@pytest.mark.parametrize("path", FILES, ids=[name_of(path) for path in FILES])
def test_every_public_name_has_a_docstring(path):
    assert not undocumented(path.read_text(encoding="utf-8"))


def test_a_name_without_a_docstring_is_found():
    source = '''"""Doc."""
class Public:
    """Doc."""
    def method(self): ...
def _private(): ...
'''
    assert undocumented(source) == ["Public.method"]


def examples_in(module):
    """The doctests of a module that show an output."""
    found = doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__)
    return [test for test in found if test.examples]


@pytest.mark.parametrize("package", ["digitnet", "export", "edge_demo"])
def test_examples_in_docstrings_run(package):
    if package != "edge_demo" and importlib.util.find_spec("tensorflow") is None:
        pytest.skip("the training side is not installed here")
    if package == "edge_demo":
        pytest.importorskip("cv2")
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    names = []
    for path in FILES:
        if name_of(path).split(".")[0] == package and ">>>" in path.read_text(encoding="utf-8"):
            module = importlib.import_module(name_of(path))
            for test in examples_in(module):
                names.append(test.name)
                assert runner.run(test).failed == 0, test.name
    assert names, f"{package} shows no example"


def test_the_layer_s_example_is_among_them():
    if importlib.util.find_spec("keras") is None:
        pytest.skip("the training side is not installed here")
    names = [test.name for test in examples_in(importlib.import_module("digitnet.attention"))]
    assert names == ["digitnet.attention.AttentionGate"]
