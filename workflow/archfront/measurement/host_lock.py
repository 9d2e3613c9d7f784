"""A lock that lets one latency measurement run alone on this host, without other archfront work.

Snakemake's ``host`` resource keeps the jobs of one run apart. This lock also covers a second run or
a notebook of the same user. Work that makes a machine busy holds the lock shared. A latency
measurement holds the lock alone. The operating system releases a lock when its process ends,
however the process ends. A forked child does not hold the locks of its parent. Who has to wait says
on standard error which process is waited for.

The folder of the lock is ``/tmp/archfront-<user id>``, whatever ``TMPDIR`` is: jobs of a cluster
have a ``TMPDIR`` each. The environment variable ``ARCHFRONT_LOCK_FOLDER`` names another folder.
An empty variable counts as not set. Processes with different folders do not wait for each other.
The folder must belong to the user, and links in it are not followed, because other users may write
to ``/tmp``.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archfront.core.files import read_lines
from archfront.core.processes import lock_holders

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


def folder() -> Path:
    """The folder of the lock."""
    return Path(os.environ.get(FOLDER) or f"/tmp/archfront-{os.getuid()}")


_held: set[BinaryIO] = set()
"""The lock files that this process has open."""


def _release_in_child() -> None:
    for file in _held:
        file.close()
    _held.clear()


os.register_at_fork(after_in_child=_release_in_child)


@contextmanager
def _locked(name: str, operation: int) -> Iterator[None]:
    file = _opened(name)
    _held.add(file)
    try:
        try:
            fcntl.flock(file, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            holders = _holders(folder() / name)
            _say(f"waiting until {holders}: a latency is measured alone on its host")
            fcntl.flock(file, operation)
        yield
    finally:
        _held.discard(file)
        file.close()


def _opened(name: str) -> BinaryIO:
    """The lock file. OSError if its folder is not one of this user, or if the file is a link."""
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        place = os.open(folder(), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            owner = os.fstat(place).st_uid
            if owner != os.getuid():
                raise PermissionError(f"it belongs to the user with the id {owner}")
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            return os.fdopen(os.open(name, flags, 0o600, dir_fd=place), "r+b", buffering=0)
        finally:
            os.close(place)
    except OSError as error:
        raise OSError(
            f"the lock {name!r} of this host cannot be opened in {folder()}: {error}. Remove the "
            f"folder, or name another one in the environment variable {FOLDER}"
        ) from error


def _holders(path: Path) -> str:
    """The processes that hold a lock, as text."""
    told = [_process(number) for number in lock_holders(path) if number != os.getpid()]
    return f"{' and '.join(told) or 'another process'} releases {path}"


def _process(number: int) -> str:
    try:
        (command,) = read_lines(f"/proc/{number}/cmdline", "replace")
        return f"process {number} ({command.replace(chr(0), ' ').strip():.200})"
    except (OSError, ValueError):  # it has ended, and a process that it started holds the lock
        return f"a process that process {number} started"


def _say(text: str) -> None:
    """Print on standard error, and also on the terminal if standard error is a job's log."""
    for stream in dict.fromkeys((sys.stderr, sys.__stderr__)):
        print(text, file=stream, flush=True)
