"""A lock that lets one latency measurement run alone on this host, without other archfront work.

Snakemake's ``host`` resource keeps the jobs of one run apart. This lock also covers a second run or
a notebook of the same user. Work that makes a machine busy holds the lock shared. A latency
measurement holds the lock alone. The operating system releases a lock when its process ends,
however the process ends.

``ARCHFRONT_LOCK_FOLDER`` names the folder of the lock; the default is one folder per user in the
system's folder for temporary files. Processes with different folders do not wait for each other.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "ARCHFRONT_LOCK_FOLDER"


@contextmanager
def busy() -> Iterator[None]:
    """Hold the host together with other work; wait while a latency is being measured."""
    with _locked("gate", fcntl.LOCK_SH):
        pass  # a process that wants the host alone closes the gate first: it is never starved
    with _locked("room", fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Hold the host alone; wait until all other archfront work has ended."""
    with _locked("gate", fcntl.LOCK_EX), _locked("room", fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(name: str, operation: int) -> Iterator[None]:
    default = Path(tempfile.gettempdir()) / f"archfront-{os.getuid()}"
    folder = Path(os.environ.get(FOLDER, default))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / name, "wb") as file:
        fcntl.flock(file, operation)
        yield
