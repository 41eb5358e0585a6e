"""digitnet: an attention-gated LeNet for handwritten digits, from a paper to a device.

This package is the training side. `export` turns a trained model into one .tflite file and
`edge_demo` reads digits with it. Start with `models.py`, then `train.py`.

From Python:

- `AttentionGate`, the layer, and `lenet_attention()`, the network;
- `train(x_train, y_train, ...)` trains on arrays and writes a run directory;
- `load_model(path)` opens a .keras file; so does `keras.models.load_model`, with nothing but this
  package imported, before or after Keras;
- `evaluate(model, x_test, y_test)` scores a .keras or a .tflite file, or a model;
- `UserError` is what they raise where the caller can mend it.

Importing this package imports no backend; the names above do, when they are asked for.
"""

import importlib
import inspect
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digitnet.networks.registration import register_with_keras

if TYPE_CHECKING:
    from digitnet.attention import AttentionGate
    from digitnet.errors import UserError
    from digitnet.evaluate import evaluate
    from digitnet.models import lenet_attention
    from digitnet.networks.keras_file import load_model
    from digitnet.train import train_on_arrays as train

__version__ = "0.1.0"
__all__ = ["AttentionGate", "UserError", "evaluate", "lenet_attention", "load_model", "train"]

_HOMES = {
    "AttentionGate": "digitnet.attention",
    "UserError": "digitnet.errors",
    "lenet_attention": "digitnet.models",
    "load_model": "digitnet.networks.keras_file",
}
# Commands, `python -m digitnet.train`, and functions at once: modules that can be called.
_COMMANDS = ("evaluate", "train")

register_with_keras()


def __getattr__(name: str) -> Any:
    if name in _COMMANDS:
        return importlib.import_module(f"digitnet.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'digitnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _make_callable(module_name: str, function: Callable[..., Any]) -> None:
    """Lets a module be called as `function` is.

    Importing `digitnet.train` puts the module into the package under that name, whatever stood
    there; so the module is what `digitnet.train(...)` has to be, in any order of imports.
    """

    class Callable_(types.ModuleType):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

    module = sys.modules[module_name]
    module.__class__ = Callable_
    module.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
