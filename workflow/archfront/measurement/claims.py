"""Claims: two jobs never take the same measurement at the same time.

A job claims the keys that it is going to measure, and looks into the store again. Another job that
needs one of these keys waits until the value is stored, and says so on standard error. A claim is a
lock of the operating system on one byte of a file in the store; it ends with its process. On a file
system without locks nobody waits: both jobs measure, and readers keep the value that was finished
first.
"""

import errno
import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "claims"
"""File in the store whose bytes are locked: one per key, at a place that its digest gives. The file
is empty."""
PAUSE = 0.05
"""Seconds between two tries to claim a key."""

Claim = tuple[int, int]

_GUARD = threading.Lock()
_FILES: dict[Path, int] = {}
"""Descriptors, which are never closed: closing one would end all claims of this process on it."""
_HELD: set[Claim] = set()
"""The claims of this process: locks on bytes do not keep its threads apart. A forked child has none
of them."""

os.register_at_fork(after_in_child=_HELD.clear)


class Claims:
    """Claims of one job. All are held until they are released."""

    def __init__(self, store: Path, digests: Iterable[str]):
        self._claims: dict[str, Claim] = {}
        told = False
        wanted = sorted(set(digests))  # one order for all jobs: no two wait for each other
        try:
            for digest in wanted:
                claim = _opened(store / FILE), int(digest[:15], 16)
                while not _taken(claim):
                    if not told:
                        told = True
                        print("waiting for a job that takes the same measurement", file=sys.stderr)
                    time.sleep(PAUSE)
                self._claims[digest] = claim
        except BaseException:
            self.release(wanted)
            raise

    def release(self, digests: Iterable[str]) -> None:
        """Give these keys free. A key that is not held is ignored."""
        for digest in digests:
            claim = self._claims.pop(digest, None)
            if claim is not None:
                with _GUARD:
                    _HELD.discard(claim)
                    _lock(claim, fcntl.LOCK_UN)


@contextmanager
def claimed(store: Path, digests: Iterable[str]) -> Iterator[Claims]:
    """Hold claims on the keys with these digests; wait for other jobs that hold one of them."""
    wanted = list(digests)
    claims = Claims(store, wanted)
    try:
        yield claims
    finally:
        claims.release(wanted)


def _opened(path: Path) -> int:
    with _GUARD:
        if path not in _FILES or not _same(path, _FILES[path]):
            path.parent.mkdir(parents=True, exist_ok=True)
            _FILES[path] = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        return _FILES[path]


def _same(path: Path, descriptor: int) -> bool:
    """Whether the path still is that of the open file: a store may be deleted and made again."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _taken(claim: Claim) -> bool:
    with _GUARD:
        if claim in _HELD or not _lock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
        _HELD.add(claim)
        return True


def _lock(claim: Claim, operation: int) -> bool:
    """Whether nobody else has the lock. True on a file system without locks."""
    descriptor, place = claim
    try:
        fcntl.lockf(descriptor, operation, 1, place)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)
    return True
