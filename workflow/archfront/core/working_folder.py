"""The current folder, to which the paths of results are relative."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_folder() -> Iterator[None]:
    """At the end of the context, the current folder is the same as at its beginning, whatever a
    plug-in does. The context is a decorator, too."""
    folder = os.getcwd()
    try:
        yield
    finally:
        os.chdir(folder)
