"""One latency at a time, and nothing else of ours beside it, on this host.

Snakemake's ``host`` resource keeps jobs of one run apart; this lock also covers a second run, or a
notebook. Work that makes a machine busy holds the lock shared, a latency measurement holds it
alone. Locks are the operating system's and end with their process, however it ends.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def busy() -> Iterator[None]:
    """Hold the host together with others; waits while a latency is being measured."""
    with _locked("gate", fcntl.LOCK_SH):
        pass  # whoever wants the host alone closes the gate first, so it is never starved
    with _locked("room", fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Hold the host alone; waits until everything of ours has ended."""
    with _locked("gate", fcntl.LOCK_EX), _locked("room", fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(name: str, operation: int) -> Iterator[None]:
    folder = Path(tempfile.gettempdir()) / f"archfront-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with open(folder / name, "w") as file:
        fcntl.flock(file, operation)
        yield
