"""Makes digitnet's layers known to Keras, so that it opens our files, without importing Keras.

Keras 3 imports no module that a .keras file names, for safety; it looks layers up by the names
under which they are registered. So `import digitnet` registers ours where Keras is imported
already, and otherwise does so in the moment in which Keras is.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# They import Keras and the contract, and nothing else of ours: Keras is imported by whichever of
# our modules comes first, and what is still half imported then has no names to give.
LAYER_MODULES = (
    "digitnet.attention",
    "digitnet.networks.digits_only",
    "digitnet.networks.enlarge",
    "digitnet.networks.zero_sum",
)


class KerasFinder(MetaPathFinder):
    """Finds `keras` as the other finders do, and has our layers imported right after it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own spec for `keras`, whose loader registers at its end; else `None`."""
        if name != "keras":
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                _register_after(spec.loader)
                return spec
        return None


def _register_after(loader: Loader) -> None:
    """Has a loader, which was made for this one import, register the layers at its end."""
    execute = loader.exec_module

    def execute_and_register(module: ModuleType) -> None:
        execute(module)
        register()

    loader.exec_module = execute_and_register  # type: ignore[method-assign]


FINDER = KerasFinder()


def register() -> None:
    """Registers the layers with Keras, by importing them."""
    for module in LAYER_MODULES:
        importlib.import_module(module)


def register_with_keras() -> None:
    """Registers the layers at once if Keras is imported, else as soon as it is."""
    if "keras" in sys.modules:
        register()
    # It stays: another thread may be walking along this list.
    if FINDER not in sys.meta_path:
        sys.meta_path.insert(0, FINDER)
