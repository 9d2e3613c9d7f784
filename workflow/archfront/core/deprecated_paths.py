"""Old paths of modules. Their import still works, and gives a DeprecationWarning."""

import importlib
import sys
import warnings


def moved(old: str, new: str) -> None:
    """Make the import of the module ``old`` return the module ``new``. The DeprecationWarning names
    the line of the import."""
    warnings.warn(f"{old} is now {new}", DeprecationWarning, stacklevel=3)
    sys.modules[old] = importlib.import_module(new)
