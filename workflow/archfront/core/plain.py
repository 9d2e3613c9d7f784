"""Answers of plug-ins as JSON values: numbers of numpy and torch become plain numbers."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

SMALL = 8
"""Largest number of entries of an array that a message shows."""


class PluginError(TypeError):
    """A plug-in gave an answer that is not allowed. The message is for the plug-in's author."""


def number(value: object, what: str, allowed: str = "a number") -> int | float:
    """``value`` as a plain number. A number of numpy or torch may be an array of one element.

    :class:`PluginError` names ``what`` the value is and what is ``allowed``, if the value is no
    real number (a boolean is none), or too large for a float.
    """
    try:
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "iuf":
            raise TypeError
        told = value.item() if hasattr(value, "item") else value
        if isinstance(told, bool) or not hasattr(told, "__float__"):
            raise TypeError
        found = float(told)
        return int(told) if isinstance(told, int) else found
    except (ArithmeticError, RuntimeError, TypeError, ValueError):
        raise refused(value, what, allowed) from None


def plain(value: object, what: str) -> Any:
    """``value`` as a new JSON value: numbers and arrays of numpy and torch become plain numbers and
    lists. :class:`PluginError` names ``what`` the value is, and the place within it, if it has no
    such form."""
    if value is None or isinstance(value, bool | np.bool_):
        return value if value is None else bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise refused(name, f"a name in {what}", "a text")
        return {str(name): plain(one, f"{what}[{name!r}]") for name, one in value.items()}
    if getattr(value, "shape", ()) != () and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one, f"{what}[{place}]") for place, one in enumerate(value)]
    return number(value, what, "a number, a text, true, false, None, or a list or dict of these")


def refused(value: object, what: str, allowed: str) -> PluginError:
    """The error for a value that is not allowed. It tells the shape of a large array."""
    shape, kind = getattr(value, "shape", ()), type(value).__name__
    if isinstance(shape, tuple) and len(shape) and prod(shape) > SMALL:
        return PluginError(f"{what} is of the shape {tuple(shape)} ({kind}); allowed: {allowed}")
    return PluginError(f"{what} is {value!r:.200} ({kind}); allowed: {allowed}")
