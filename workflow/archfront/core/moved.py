"""Old paths of modules: they work as before, and warn."""

import importlib
import sys
import warnings


def moved(old: str, new: str) -> None:
    """Make the import of the module ``old`` give the module ``new``, with a DeprecationWarning that
    names the line of the import."""
    warnings.warn(f"{old} is now {new}", DeprecationWarning, stacklevel=3)
    sys.modules[old] = importlib.import_module(new)
