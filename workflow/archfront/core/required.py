"""Values that may be None in general, but not where they are needed."""

from typing import TypeVar

Given = TypeVar("Given")


def required(value: Given | None, name: str) -> Given:
    """The value. TypeError that names the value if it is None."""
    if value is None:
        raise TypeError(f"{name} is needed here, and is None")
    return value
